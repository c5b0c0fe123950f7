#include "kafka/records/maintenance_plan.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "kafka/records/crc32c.h"

namespace levelwind::kafka {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr std::size_t kMaxBrokers = 32'767;
constexpr std::size_t kMaxFactors = 127;
constexpr std::int64_t kExpiryMs = 15 * 60'000;
/// Clocks differ by a little.
constexpr std::int64_t kFutureMs = 60'000;

struct Kind {
  std::string_view plan;
  std::string_view name;
  std::uint8_t id;  ///< Cruise Control's MaintenanceEventType.
};
constexpr std::array<Kind, 6> kKinds = {
    {{"AddBrokerPlan", "add_broker", 0},
     {"RemoveBrokerPlan", "remove_broker", 1},
     {"FixOfflineReplicasPlan", "fix_offline_replicas", 2},
     {"RebalancePlan", "rebalance", 3},
     {"DemoteBrokerPlan", "demote_broker", 4},
     {"TopicReplicationFactorPlan", "topic_replication_factor", 5}}};

std::optional<std::int64_t> IntegerOf(const Json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number_integer()) return std::nullopt;
  return at->get<std::int64_t>();
}

/// The bytes that the crc is over.
class Bytes {
 public:
  void Add(std::uint64_t value, int width) {
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  void Add(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  std::uint32_t Crc() const { return Crc32c(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

Status ReadBrokers(const Json& content, MaintenanceEvent& event, Bytes& bytes) {
  const auto at = content.find("_brokers");
  if (at == content.end() || !at->is_array() || at->empty() || at->size() > kMaxBrokers) {
    return InvalidArgument("maintenance plan without _brokers");
  }
  bytes.Add(at->size(), 2);
  for (const Json& id : *at) {
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0 ||
        id.get<std::int64_t>() > INT32_MAX) {
      return InvalidArgument("maintenance plan: _brokers has something that is no broker id");
    }
    event.brokers.push_back(id.get<BrokerId>());
    bytes.Add(static_cast<std::uint32_t>(event.brokers.back()), 4);
  }
  return Ok();
}

Status ReadFactors(const Json& content, MaintenanceEvent& event, Bytes& bytes) {
  const auto at = content.find("_topicRegexWithRFUpdate");
  if (at == content.end() || !at->is_object() || at->empty() || at->size() > kMaxFactors) {
    return InvalidArgument("maintenance plan without _topicRegexWithRFUpdate");
  }
  std::map<int, std::string> factors;  // By number, as Cruise Control's sorted map.
  for (const auto& [key, value] : at->items()) {
    if (key.empty() || key.size() > 2 || key.find_first_not_of("0123456789") != std::string::npos ||
        !value.is_string() || value.get_ref<const std::string&>().empty()) {
      return InvalidArgument("maintenance plan: _topicRegexWithRFUpdate is not {\"3\":\"regex\"}");
    }
    factors[std::stoi(key)] = value.get<std::string>();
  }
  bytes.Add(factors.size(), 1);
  for (const auto& [factor, pattern] : factors) {
    bytes.Add(static_cast<std::uint64_t>(factor), 2);
    bytes.Add(pattern.size(), 4);
    bytes.Add(pattern);
    event.request.replication_factors.push_back(fmt::format("{}={}", pattern, factor));
    std::string& topics = event.request.include_topics;  // No other topic moves for it.
    topics += fmt::format("{}(?:{})", topics.empty() ? "" : "|", pattern);
  }
  return Ok();
}

void FillRequest(const Kind& kind, MaintenanceEvent& event) {
  if (kind.id == 0) event.request.add_brokers = event.brokers;
  // As in Cruise Control, no more than what is on the brokers moves, and a demotion moves nothing.
  if (kind.id == 1) event.request.remove_brokers = event.brokers;
  if (kind.id == 1) event.request.fix_offline = true;
  if (kind.id == 2) event.request.fix_offline = true;
  if (kind.id == 4) event.request.demote_brokers = event.brokers;
  if (kind.id == 4) event.request.leadership_only = true;
}

}  // namespace

Result<MaintenanceEvent> DecodeMaintenancePlan(std::string_view json) {
  if (json.size() > kMaxBytes) return InvalidArgument("maintenance plan larger than 1 MiB");
  const Json plan = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!plan.is_object()) return InvalidArgument("maintenance plan is no JSON object");
  const auto type = plan.find("planType");
  if (type == plan.end() || !type->is_string()) {
    return InvalidArgument("maintenance plan without planType");
  }
  const Kind* kind = nullptr;
  for (const Kind& candidate : kKinds) {
    if (candidate.plan == type->get_ref<const std::string&>()) kind = &candidate;
  }
  if (kind == nullptr) {
    return InvalidArgument(fmt::format("maintenance plan: planType \"{}\" is not known",
                                       EscapeControl(type->get_ref<const std::string&>())));
  }
  const auto version = IntegerOf(plan, "version"), crc = IntegerOf(plan, "crc");
  const auto content = plan.find("content");
  if (!version || !crc || content == plan.end() || !content->is_object()) {
    return InvalidArgument("maintenance plan without version, crc or content");
  }
  if (*version != 0) {
    return Error(ErrorCode::kUnimplemented,
                 fmt::format("maintenance plan of version {}; 0 is known", *version));
  }
  const auto time = IntegerOf(*content, "_timeMs"), writer = IntegerOf(*content, "_brokerId");
  if (!time || !writer) return InvalidArgument("maintenance plan without _timeMs or _brokerId");
  MaintenanceEvent event;
  event.kind = kind->name;
  event.at = {*time};
  Bytes bytes;
  bytes.Add(kind->id, 1);
  bytes.Add(0, 1);
  bytes.Add(static_cast<std::uint64_t>(*time), 8);
  bytes.Add(static_cast<std::uint64_t>(*writer), 4);
  const bool with_brokers = kind->id == 0 || kind->id == 1 || kind->id == 4;
  if (with_brokers) LW_RETURN_IF_ERROR(ReadBrokers(*content, event, bytes));
  if (kind->id == 5) LW_RETURN_IF_ERROR(ReadFactors(*content, event, bytes));
  if (static_cast<std::int64_t>(bytes.Crc()) != *crc) {
    return Error(ErrorCode::kDataLoss,
                 fmt::format("maintenance plan: crc is {}, its content has {}", *crc, bytes.Crc()));
  }
  FillRequest(*kind, event);
  return event;
}

bool IsCurrent(const MaintenanceEvent& event, WallTime now) {
  return event.at.unix_ms > now.unix_ms - kExpiryMs && event.at.unix_ms <= now.unix_ms + kFutureMs;
}

}  // namespace levelwind::kafka
