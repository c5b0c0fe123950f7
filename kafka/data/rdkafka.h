#pragma once

// Shared by the adapters of this folder only: it names librdkafka's types.

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/security/security_options.h"

namespace levelwind::kafka::data {

struct RdDeleter {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
template <class T>
using RdOwned = std::unique_ptr<T, RdDeleter>;

using Settings = std::vector<std::pair<std::string, std::string>>;

/// A configuration with logging routed to base/log.h. kInvalidArgument names the setting that
/// librdkafka refuses.
Result<RdOwned<rd_kafka_conf_t>> MakeConf(const Settings& settings);

/// Protocol, TLS files and login, as the control plane has them; secrets are read now and kept by
/// the library. kUnimplemented for the mechanisms that need tokens. Errors have no secret in them.
Status ApplySecurity(const SecurityOptions& security, rd_kafka_conf_t* conf);

/// Takes the configuration over.
Result<RdOwned<rd_kafka_t>> MakeHandle(rd_kafka_type_t type, RdOwned<rd_kafka_conf_t> conf);

/// `what: librdkafka's text`, with Kafka's code where the broker gave one.
Error RdError(rd_kafka_resp_err_t code, const std::string& what);

/// For librdkafka's int timeouts, which take milliseconds.
int TimeoutMs(Duration timeout);

}  // namespace levelwind::kafka::data
