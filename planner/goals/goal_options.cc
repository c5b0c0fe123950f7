#include "planner/goals/goal_options.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "planner/search/topic_filter.h"

namespace levelwind::planner {
namespace {

Status CheckRange(double value, double low, double high, std::string_view name) {
  if (value >= low && value <= high) return Ok();
  return InvalidArgument(
      fmt::format("planner option {} is {}; it must be {} to {}", name, value, low, high));
}

/// Splits at the last "=".
Result<std::pair<std::string, std::string>> SplitItem(const std::string& item,
                                                      std::string_view option,
                                                      std::string_view form) {
  const std::size_t at = item.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == item.size()) {
    return InvalidArgument(fmt::format("{}: \"{}\" is not {}", option, EscapeControl(item), form));
  }
  return std::pair(item.substr(0, at), item.substr(at + 1));
}

Status CheckCapacities(const PlannerOptions& o) {
  LW_RETURN_IF_ERROR(CheckRange(o.cpu_capacity_threshold, 0.01, 1, "cpu_capacity_threshold"));
  LW_RETURN_IF_ERROR(
      CheckRange(o.network_capacity_threshold, 0.01, 1, "network_capacity_threshold"));
  LW_RETURN_IF_ERROR(CheckRange(o.disk_capacity_threshold, 0.01, 1, "disk_capacity_threshold"));
  LW_RETURN_IF_ERROR(CheckRange(o.relief_margin, 0, 0.5, "relief_margin"));
  return CheckRange(static_cast<double>(o.max_replicas_per_broker), 1, 10'000'000,
                    "max_replicas_per_broker");
}

Status CheckBands(const PlannerOptions& o) {
  LW_RETURN_IF_ERROR(CheckRange(o.band_margin, 0.005, 1, "band_margin"));
  LW_RETURN_IF_ERROR(
      CheckRange(o.distribution_threshold_multiplier, 1, 10, "distribution_threshold_multiplier"));
  const BalanceThresholds& t = o.balance_thresholds;
  using Named = std::pair<double, std::string_view>;
  for (const auto& [value, name] :
       {Named{t.cpu, "cpu_balance_threshold"}, Named{t.network_in, "network_in_balance_threshold"},
        Named{t.network_out, "network_out_balance_threshold"},
        Named{t.disk, "disk_balance_threshold"}, Named{t.replicas, "replica_balance_threshold"},
        Named{t.leaders, "leader_balance_threshold"},
        Named{t.leader_bytes_in, "leader_bytes_in_balance_threshold"},
        Named{o.topic_replica_balance_threshold, "topic_replica_balance_threshold"},
        Named{o.topic_leader_balance_threshold, "topic_leader_balance_threshold"}}) {
    const bool unset = value == 0 && name.substr(0, 5) != "topic";
    if (!unset) LW_RETURN_IF_ERROR(CheckRange(value, 1.01, 10, name));
  }
  const LowUtilizationThresholds& low = o.low_utilization;
  for (const auto& [value, name] : {Named{low.cpu, "cpu_low_utilization_threshold"},
                                    Named{low.network_in, "network_in_low_utilization_threshold"},
                                    Named{low.network_out, "network_out_low_utilization_threshold"},
                                    Named{low.disk, "disk_low_utilization_threshold"}}) {
    LW_RETURN_IF_ERROR(CheckRange(value, 0, 1, name));
  }
  LW_RETURN_IF_ERROR(CheckRange(o.min_mean_rate_bytes_per_s, 0, 1e15, "min_mean_rate_bytes_per_s"));
  return CheckRange(o.min_mean_disk_bytes, 0, 1e18, "min_mean_disk_bytes");
}

Status CheckGap(std::int32_t least, std::int32_t most, std::string_view what) {
  constexpr double kMost = 1e6;
  LW_RETURN_IF_ERROR(CheckRange(least, 0, kMost, fmt::format("{}_min_gap", what)));
  LW_RETURN_IF_ERROR(CheckRange(most, 0, kMost, fmt::format("{}_max_gap", what)));
  if (least <= most) return Ok();
  return InvalidArgument(
      fmt::format("planner option {0}_min_gap is {1} and {0}_max_gap {2}; the least must not be "
                  "above the most",
                  what, least, most));
}

}  // namespace

Result<std::map<BrokerId, std::string>> ParseBrokerSets(const std::vector<std::string>& items) {
  std::map<BrokerId, std::string> sets;
  for (const std::string& item : items) {
    constexpr std::string_view kForm = "ID=SET; write for example 3=fast";
    LW_ASSIGN_OR_RETURN(const auto parts, SplitItem(item, "broker_sets", kForm));
    const std::string& digits = parts.first;
    BrokerId id = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || id < 0) {
      return InvalidArgument(
          fmt::format("broker_sets: \"{}\" is not {}", EscapeControl(item), kForm));
    }
    if (!sets.emplace(id, parts.second).second) {
      return InvalidArgument(
          fmt::format("broker_sets: broker {} is in two sets; name it once", id));
    }
  }
  return sets;
}

Result<std::vector<ConsumerRack>> ParseConsumerRacks(const std::vector<std::string>& items) {
  std::vector<ConsumerRack> racks;
  for (const std::string& item : items) {
    LW_ASSIGN_OR_RETURN(const auto parts, SplitItem(item, "consumer_racks",
                                                    "PATTERN=RACK; write for example -az1-=az1"));
    LW_ASSIGN_OR_RETURN(auto pattern, CompilePattern(parts.first, "consumer_racks"));
    racks.push_back({*std::move(pattern), parts.second});
  }
  return racks;
}

Result<std::vector<ReplicationFactor>> ParseReplicationFactors(
    const std::vector<std::string>& items) {
  std::vector<ReplicationFactor> factors;
  for (const std::string& item : items) {
    constexpr std::string_view kForm = "PATTERN=N with N from 1 to 7; write for example orders=3";
    LW_ASSIGN_OR_RETURN(const auto parts, SplitItem(item, "replication_factors", kForm));
    const std::string& digits = parts.second;
    if (digits.size() != 1 || digits[0] < '1' || digits[0] > '7') {
      return InvalidArgument(
          fmt::format("replication_factors: \"{}\" is not {}", EscapeControl(item), kForm));
    }
    LW_ASSIGN_OR_RETURN(auto pattern, CompilePattern(parts.first, "replication_factors"));
    factors.push_back({*std::move(pattern), static_cast<std::size_t>(digits[0] - '0')});
  }
  return factors;
}

Status CheckGoalOptions(const PlannerOptions& o) {
  LW_RETURN_IF_ERROR(CheckBands(o));
  LW_RETURN_IF_ERROR(CheckCapacities(o));
  LW_RETURN_IF_ERROR(CheckGap(o.topic_replica_min_gap, o.topic_replica_max_gap, "topic_replica"));
  LW_RETURN_IF_ERROR(CheckGap(o.topic_leader_min_gap, o.topic_leader_max_gap, "topic_leader"));
  LW_RETURN_IF_ERROR(CheckRange(o.min_topic_leaders, 0, 10'000, "min_topic_leaders"));
  LW_RETURN_IF_ERROR(CheckRange(o.hot_partition_share, 0.01, 100, "hot_partition_share"));
  LW_ASSIGN_OR_RETURN([[maybe_unused]] const auto topics,
                      CompilePattern(o.min_leader_topics, "min_leader_topics"));
  LW_ASSIGN_OR_RETURN([[maybe_unused]] const auto sets, ParseBrokerSets(o.broker_sets));
  LW_ASSIGN_OR_RETURN([[maybe_unused]] const auto racks, ParseConsumerRacks(o.consumer_racks));
  LW_ASSIGN_OR_RETURN([[maybe_unused]] const auto factors,
                      ParseReplicationFactors(o.replication_factors));
  return Ok();
}

}  // namespace levelwind::planner
