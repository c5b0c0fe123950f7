#include "kafka/data/rdkafka.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/log.h"

namespace levelwind::kafka::data {
namespace {

constexpr std::size_t kErrorSize = 512;

// Syslog levels. librdkafka calls errors what it then retries by itself (a broker that is down):
// for our reader these are warnings.
void Log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  const LogLevel ours = level <= 4 ? LogLevel::kWarn : LogLevel::kDebug;
  LW_LOG(ours, "kafka-data", "{}: {}: {}", handle == nullptr ? "-" : rd_kafka_name(handle),
         facility, text);
}

ErrorCode CanonicalCode(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return ErrorCode::kNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return ErrorCode::kPermissionDenied;
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return ErrorCode::kUnauthenticated;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
      return ErrorCode::kDeadlineExceeded;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return ErrorCode::kResourceExhausted;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return ErrorCode::kInvalidArgument;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
      return ErrorCode::kCancelled;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return ErrorCode::kFailedPrecondition;
    default:
      return ErrorCode::kUnavailable;
  }
}

}  // namespace

Result<RdOwned<rd_kafka_conf_t>> MakeConf(const Settings& settings) {
  RdOwned<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  char error[kErrorSize];
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), error, sizeof error) !=
        RD_KAFKA_CONF_OK) {
      return InvalidArgument(fmt::format("Kafka client setting {} = '{}': {}", key, value, error));
    }
  }
  rd_kafka_conf_set_log_cb(conf.get(), &Log);
  return conf;
}

Result<RdOwned<rd_kafka_t>> MakeHandle(rd_kafka_type_t type, RdOwned<rd_kafka_conf_t> conf) {
  char error[kErrorSize];
  RdOwned<rd_kafka_t> handle(rd_kafka_new(type, conf.get(), error, sizeof error));
  if (handle == nullptr) return InvalidArgument(fmt::format("Kafka client: {}", error));
  // Only now the handle owns the configuration.
  static_cast<void>(conf.release());
  return handle;
}

Error RdError(rd_kafka_resp_err_t code, const std::string& what) {
  const ErrorCode canonical = CanonicalCode(code);
  const bool retriable = canonical == ErrorCode::kUnavailable ||
                         canonical == ErrorCode::kDeadlineExceeded ||
                         canonical == ErrorCode::kResourceExhausted;
  std::string message = fmt::format("{}: {}", what, rd_kafka_err2str(code));
  const int number = static_cast<int>(code);
  if (number <= 0) return Error(canonical, std::move(message)).set_retriable(retriable);
  return Error::FromKafka(canonical, static_cast<std::int16_t>(number), retriable,
                          std::move(message));
}

int TimeoutMs(Duration timeout) {
  const std::int64_t ms = std::clamp<std::int64_t>(ToMillis(timeout), 0, 3'600'000);
  return static_cast<int>(ms);
}

}  // namespace levelwind::kafka::data
