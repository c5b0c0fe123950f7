// What self-healing may do: keys below heal.
#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 3600;

/// What is healed, and after how long.
void AddHealTypes(std::vector<SchemaEntry>& out) {
  out.push_back({"heal.modes", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.heal.modes; },
                 "What is done about anomalies, by type: off (watched and told), dry_run (a plan "
                 "is made and shown) or on (it is carried out, in operate mode). Types that are "
                 "not named are off.",
                 "['dead_broker=on', 'disk_filling=dry_run']"});
  out.push_back({"heal.grace", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.heal.grace; },
                 "How long an anomaly must be there without a break before anything is done about "
                 "it.",
                 "30m", 0, 7 * 24 * kHour});
  out.push_back({"heal.graces", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.heal.graces; },
                 "The same for single types. Without an entry here disk_failure has 15m, "
                 "disk_filling 5m and maintenance_event none.",
                 "['dead_broker=45m']"});
  out.push_back({"heal.approval", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.heal.approval; },
                 "Types whose plans wait for 'levelwind approve ID'. Plans that add partitions "
                 "always do.",
                 "[dead_broker]"});
  out.push_back({"heal.approval_expiry", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.heal.approval_expiry; },
                 "How long they wait.", "4h", kMinute, 7 * 24 * kHour});
}

/// When, and how often.
void AddHealPace(std::vector<SchemaEntry>& out) {
  out.push_back({"heal.clear_after", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.heal.clear_after; },
                 "How long an anomaly must be away before it is over and the next counts as new.",
                 "5m", 0, 24 * kHour});
  out.push_back({"heal.max_gap", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.heal.max_gap; },
                 "Looks further apart than this prove no presence between them: the grace time "
                 "begins again.",
                 "2m", 1, kHour});
  out.push_back({"heal.cool_down", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.heal.cool_down; },
                 "Nothing is begun for so long after an operation of the healing.", "10m", 0,
                 24 * kHour});
  out.push_back({"heal.retry_after", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.heal.retry_after; },
                 "Time between two tries at the same anomaly; each doubles it.", "1h", 1,
                 7 * 24 * kHour});
  out.push_back({"heal.max_attempts", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.heal.max_attempts; },
                 "Operations for one anomaly; then a person has to look.", "3", 1, 100});
  out.push_back({"heal.goal_check_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.heal.goal_check_interval; },
                 "While goal_violation is dry_run or on, how often a plan is made to judge the "
                 "goals by. Keep it below detect.goal_plan_max_age.",
                 "10m", 5, 24 * kHour});
  out.push_back({"heal.quiet_hours", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.heal.quiet_hours; },
                 "When nothing is begun: as execute.quiet_hours.",
                 "['Mon-Fri 08:00-18:00 Europe/Berlin']"});
  out.push_back({"heal.maintenance_stops", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.heal.maintenance_stops; },
                 "Announced maintenance has the healing's own operation about something else "
                 "stopped, and does not wait for its end. A person's is never stopped.",
                 "true"});
}

/// How much.
void AddHealLimits(std::vector<SchemaEntry>& out) {
  out.push_back({"heal.max_acts_per_day",
                 ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.heal.max_acts_per_day; },
                 "Operations that the healing begins in 24 hours; a restart gives nothing back.",
                 "6",
                 1,
                 10'000,
                 {},
                 "unlimited",
                 0});
  out.push_back({"heal.max_bytes_per_day",
                 ValueType::kBytes,
                 [](Config& c) -> FieldRef { return &c.heal.max_bytes_per_day; },
                 "Bytes that they copy, as planned; execute.max_bytes_per_day holds as well.",
                 "1TiB",
                 1,
                 1e18,
                 {},
                 "unlimited",
                 0});
  out.push_back({"heal.max_brokers_per_day",
                 ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.heal.max_brokers_per_day; },
                 "Brokers that they are about.",
                 "3",
                 1,
                 10'000,
                 {},
                 "unlimited",
                 0});
  out.push_back({"heal.max_failed_brokers", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.heal.max_failed_brokers; },
                 "While more brokers are dead or have failed disks at once, nothing is healed: "
                 "then it is the network, a rack or a rollout.",
                 "3", 1, 10'000});
  out.push_back({"heal.max_failed_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.heal.max_failed_share; },
                 "The same as a share of all brokers.", "0.34", 0.01, 1});
}

}  // namespace

void AddHeal(std::vector<SchemaEntry>& out) {
  AddHealTypes(out);
  AddHealPace(out);
  AddHealLimits(out);
}

}  // namespace levelwind::config
