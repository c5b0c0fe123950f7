#include "planner/healing/healing_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/weekly_window.h"

namespace levelwind::planner {
namespace {

/// What cannot wait as long as the rest. A broker's restart takes minutes; a disk that fails does
/// not come back, and one that fills up has no time.
const std::pair<const char*, Duration> kBuiltinGraces[] = {
    {"disk_failure", std::chrono::minutes(15)},
    {"disk_filling", std::chrono::minutes(5)},
    {"maintenance_event", std::chrono::seconds(0)},
};

struct Entry {
  std::string type;
  std::string value;
};

Status CheckType(const std::string& type) {
  const std::vector<std::string>& known = HealableTypes();
  if (std::ranges::find(known, type) != known.end()) return Ok();
  const auto near = NearestWord(type, known);
  return InvalidArgument(fmt::format(
      "'{}' is not a type of anomaly; {}known are: {}", EscapeControl(type),
      near ? fmt::format("did you mean {}? ", *near) : std::string(), Join(known, ", ")));
}

Result<Entry> Taken(const std::string& text, std::string_view example) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return InvalidArgument(
        fmt::format("'{}' is not TYPE=VALUE; write {}", EscapeControl(text), example));
  }
  Entry entry{text.substr(0, equals), text.substr(equals + 1)};
  LW_RETURN_IF_ERROR(CheckType(entry.type));
  return entry;
}

}  // namespace

const std::vector<std::string>& HealableTypes() {
  static const std::vector<std::string> kTypes = {
      "dead_broker",       "disk_failure",       "disk_filling",    "under_min_isr",
      "under_replicated",  "replication_factor", "slow_broker",     "goal_violation",
      "leader_imbalance",  "hot_broker",         "hot_partition",   "empty_broker",
      "maintenance_event", "metric_anomaly",     "partition_size",  "partition_count",
      "key_skew",          "lagging_group",      "stuck_group",     "idle_consumers",
      "rebalance_storm",   "retention_loss",     "noisy_neighbour", "quorum_lag",
      "config_drift"};
  return kTypes;
}

Result<HealingRules> ParseHealingRules(const HealingOptions& options) {
  HealingRules rules;
  for (const std::string& text : options.modes) {
    LW_ASSIGN_OR_RETURN(const Entry entry, Taken(text, "dead_broker=on"));
    const auto mode = ParseHealMode(entry.value);
    if (!mode) {
      return InvalidArgument(fmt::format("'{}' is not a mode for {}; write off, dry_run or on",
                                         EscapeControl(entry.value), entry.type));
    }
    if (!rules.modes.emplace(entry.type, *mode).second) {
      return InvalidArgument(fmt::format("{} is named twice; leave one", entry.type));
    }
  }
  for (const auto& [type, grace] : kBuiltinGraces) rules.graces.emplace(type, grace);
  for (const std::string& text : options.graces) {
    LW_ASSIGN_OR_RETURN(const Entry entry, Taken(text, "dead_broker=30m"));
    LW_ASSIGN_OR_RETURN(const Duration grace, ParseDuration(entry.value));
    rules.graces[entry.type] = grace;
  }
  return rules;
}

Status CheckHealingOptions(const HealingOptions& options) {
  LW_RETURN_IF_ERROR(ParseHealingRules(options));
  for (const std::string& type : options.approval) LW_RETURN_IF_ERROR(CheckType(type));
  LW_RETURN_IF_ERROR(ParseWeeklyWindows(options.quiet_hours));
  return Ok();
}

}  // namespace levelwind::planner
