#include "api/plan_body.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

namespace levelwind::api {
namespace {

using Json = nlohmann::json;

/// Lists are short: what a person writes, or one entry per broker.
constexpr std::size_t kMostEntries = 100'000;

class BodyReader {
 public:
  explicit BodyReader(const Json& body) : body_(body) {}

  Status Whole(const char* key, const char* of_what, std::optional<std::int64_t>& out) const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
    if (!body_.contains(key)) return Ok();
    const Json& value = body_[key];
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMost) {
      return InvalidArgument(
          fmt::format("{} must be a whole number of {}, zero or more", key, of_what));
    }
    out = value.get<std::int64_t>();
    return Ok();
  }

  Status Seconds(const char* key, std::optional<double>& out) const {
    if (!body_.contains(key)) return Ok();
    const Json& value = body_[key];
    if (!value.is_number() || value.get<double>() < 0) {
      return InvalidArgument(fmt::format("{} must be a number of seconds, zero or more", key));
    }
    out = value.get<double>();
    return Ok();
  }

  Status Seed(std::optional<std::uint64_t>& out) const {
    if (!body_.contains("seed")) return Ok();
    if (!body_["seed"].is_number_unsigned()) {
      return InvalidArgument("seed must be a whole number of zero or more");
    }
    out = body_["seed"].get<std::uint64_t>();
    return Ok();
  }

  Status Flag(const char* key, bool& out) const {
    if (!body_.contains(key)) return Ok();
    if (!body_[key].is_boolean()) {
      return InvalidArgument(fmt::format("{} must be true or false", key));
    }
    out = body_[key].get<bool>();
    return Ok();
  }

  Status Text(const char* key, std::string& out) const {
    if (!body_.contains(key)) return Ok();
    if (!body_[key].is_string()) return InvalidArgument(fmt::format("{} must be a text", key));
    out = body_[key].get<std::string>();
    return Ok();
  }

  Status Texts(const char* key, const char* what, std::vector<std::string>& out) const {
    return List(key, what, [&](const Json& item) {
      if (item.is_string()) out.push_back(item.get<std::string>());
      return item.is_string();
    });
  }

  Status Brokers(const char* key, std::vector<BrokerId>& out) const {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<BrokerId>::max());
    return List(key, "broker ids", [&](const Json& item) {
      if (!item.is_number_unsigned() || item.get<std::uint64_t>() > kMost) return false;
      out.push_back(item.get<BrokerId>());
      return true;
    });
  }

 private:
  /// `take` returns whether the item is of the right type.
  template <class Take>
  Status List(const char* key, const char* what, Take take) const {
    if (!body_.contains(key)) return Ok();
    const Json& list = body_[key];
    const auto wrong = InvalidArgument(fmt::format("{} must be a list of {}", key, what));
    if (!list.is_array() || list.size() > kMostEntries) return wrong;
    for (const Json& item : list) {
      if (!take(item)) return wrong;
    }
    return Ok();
  }

  const Json& body_;
};

}  // namespace

const std::vector<std::string>& PlanBodyKeys() {
  static const std::vector<std::string> kKeys = {"goals",
                                                 "hard_goals",
                                                 "seed",
                                                 "max_bytes_to_move",
                                                 "max_moves",
                                                 "max_duration_seconds",
                                                 "bound",
                                                 "add_brokers",
                                                 "remove_brokers",
                                                 "demote_brokers",
                                                 "relieve_brokers",
                                                 "destination_brokers",
                                                 "exclude_destinations",
                                                 "include_topics",
                                                 "exclude_topics",
                                                 "replication_factors",
                                                 "start_from",
                                                 "leadership_only",
                                                 "fix_offline",
                                                 "log_dirs",
                                                 "empty_log_dirs",
                                                 "brokers",
                                                 "partitions"};
  return kKeys;
}

Result<PlanRequest> ReadPlanBody(const Json& body) {
  const BodyReader read(body);
  PlanRequest request;
  LW_RETURN_IF_ERROR(read.Texts("goals", "goal names", request.goals));
  LW_RETURN_IF_ERROR(read.Texts("hard_goals", "goal names", request.hard_goals));
  LW_RETURN_IF_ERROR(read.Seed(request.seed));
  LW_RETURN_IF_ERROR(read.Whole("max_bytes_to_move", "bytes", request.max_bytes));
  LW_RETURN_IF_ERROR(read.Whole("max_moves", "replicas", request.max_replica_moves));
  LW_RETURN_IF_ERROR(read.Seconds("max_duration_seconds", request.max_duration_s));
  LW_RETURN_IF_ERROR(read.Flag("bound", request.bound));
  LW_RETURN_IF_ERROR(read.Brokers("add_brokers", request.add_brokers));
  LW_RETURN_IF_ERROR(read.Brokers("remove_brokers", request.remove_brokers));
  LW_RETURN_IF_ERROR(read.Brokers("demote_brokers", request.demote_brokers));
  LW_RETURN_IF_ERROR(read.Brokers("relieve_brokers", request.relieve_brokers));
  LW_RETURN_IF_ERROR(read.Brokers("destination_brokers", request.destination_brokers));
  LW_RETURN_IF_ERROR(read.Brokers("exclude_destinations", request.excluded_destinations));
  LW_RETURN_IF_ERROR(read.Text("include_topics", request.include_topics));
  LW_RETURN_IF_ERROR(read.Text("exclude_topics", request.exclude_topics));
  LW_RETURN_IF_ERROR(read.Texts("replication_factors", "PATTERN=N", request.replication_factors));
  LW_RETURN_IF_ERROR(read.Text("start_from", request.start_from));
  LW_RETURN_IF_ERROR(read.Flag("leadership_only", request.leadership_only));
  LW_RETURN_IF_ERROR(read.Flag("fix_offline", request.fix_offline));
  LW_RETURN_IF_ERROR(read.Flag("log_dirs", request.log_dirs));
  LW_RETURN_IF_ERROR(read.Texts("empty_log_dirs", "BROKER:PATH", request.empty_log_dirs));
  LW_RETURN_IF_ERROR(read.Brokers("brokers", request.log_dir_brokers));
  LW_RETURN_IF_ERROR(read.Texts("partitions", "TOPIC=N", request.partitions));
  return request;
}

}  // namespace levelwind::api
