// How many members consumer groups should have: keys below autoscale.
#include "base/name_table.h"
#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 3600;

constexpr NameTable<ScalingMode, 3> kModes = {{{ScalingMode::kObserve, "observe"},
                                               {ScalingMode::kRecommend, "recommend"},
                                               {ScalingMode::kAct, "act"}}};

using Reset = planner::AutoscaleOptions::Reset;
constexpr NameTable<Reset, 2> kResets = {
    {{Reset::kLatest, "latest"}, {Reset::kEarliest, "earliest"}}};

/// `unknown` is what a person writes for "nobody said so".
SchemaEntry Number(std::string_view key, ValueType type, FieldRef (*field)(Config&),
                   std::string_view description, std::string_view example, double min, double max,
                   std::string_view unknown = {}) {
  return {key, type, field, description, example, min, max, {}, unknown, kWordIsUnknown};
}

void AddWishes(std::vector<SchemaEntry>& out) {
  out.push_back({"autoscale.defaults.mode", ValueType::kChoice,
                 [](Config& c) -> FieldRef { return Choice(c.autoscale.defaults.mode, kModes); },
                 "What comes of a decision: observe (shown), recommend (also served to KEDA, "
                 "metrics-api and external.metrics.k8s.io) or act (also carried out on target).",
                 "recommend", 0, 0, NamesOf(kModes)});
  out.push_back(Number(
      "autoscale.defaults.objective", ValueType::kDuration,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.objective_s; },
      "A record should not wait longer than this for its group.", "30s", 1, 24 * kHour));
  out.push_back(Number(
      "autoscale.defaults.min_members", ValueType::kInteger,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.min_members; },
      "Never fewer members; 0 allows scaling to zero.", "0", 0, 10'000));
  out.push_back(Number(
      "autoscale.defaults.max_members", ValueType::kInteger,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.max_members; },
      "Never more members.", "20", 1, 10'000, "partitions"));
  out.push_back({"autoscale.defaults.reset", ValueType::kChoice,
                 [](Config& c) -> FieldRef { return Choice(c.autoscale.defaults.reset, kResets); },
                 "Where the group begins in a partition that it has no commit in, as its "
                 "auto.offset.reset says.",
                 "earliest", 0, 0, NamesOf(kResets)});
}

void AddCapacity(std::vector<SchemaEntry>& out) {
  out.push_back(Number(
      "autoscale.defaults.capacity", ValueType::kNumber,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.capacity_per_s; },
      "Records a second that one member processes, to begin with.", "500", 1e-3, 1e9, "learned"));
  out.push_back(Number(
      "autoscale.defaults.partition_capacity", ValueType::kNumber,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.partition_capacity_per_s; },
      "Records a second that one partition alone can be read with: one thread has it.", "300", 1e-3,
      1e9, "learned"));
  out.push_back(Number(
      "autoscale.defaults.start_time", ValueType::kDuration,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.start_s; },
      "From asking for a member until it works.", "90s", 1, kHour));
  const auto share = [&](std::string_view key, FieldRef (*field)(Config&), std::string_view what,
                         std::string_view example) {
    out.push_back(Number(key, ValueType::kNumber, field, what, example, 0.05, 1));
  };
  share(
      "autoscale.defaults.utilisation_up",
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.rho_up; },
      "More members when the mean member is fuller than this.", "0.9");
  share(
      "autoscale.defaults.utilisation_target",
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.rho_target; },
      "An action goes to where the mean member is as full as this.", "0.8");
  share(
      "autoscale.defaults.utilisation_down",
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.rho_down; },
      "Fewer members only when the mean one is emptier than this for down_window.", "0.5");
}

void AddPace(std::vector<SchemaEntry>& out) {
  out.push_back(Number(
      "autoscale.defaults.catch_up", ValueType::kDuration,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.catch_up_s; },
      "A backlog over half of the objective is to be gone within this; automatic is twice the "
      "objective, at least 2m.",
      "5m", 10, 24 * kHour, "automatic"));
  out.push_back(Number(
      "autoscale.defaults.down_window", ValueType::kDuration,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.down_window_s; },
      "Fewer members only when fewer would have done for so long.", "30m", kMinute, 24 * kHour));
  out.push_back(Number(
      "autoscale.defaults.idle_after", ValueType::kDuration,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.idle_after_s; },
      "To zero after nothing arrived and nothing was left for so long.", "15m", kMinute,
      24 * kHour));
  out.push_back(Number(
      "autoscale.defaults.actions_per_hour", ValueType::kNumber,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.actions_per_hour; },
      "Actions in an hour; what is urgent may overdraw.", "12", 1, 3600));
  out.push_back(Number(
      "autoscale.defaults.actions_burst", ValueType::kNumber,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.actions_burst; },
      "How many of them may come at once.", "1", 1, 3600));
  out.push_back(Number(
      "autoscale.defaults.price_member_hour", ValueType::kNumber,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.price_member_hour; },
      "What a member costs an hour; only its ratio to price_late_thousand matters.", "0.2", 0,
      1e9));
  out.push_back(Number(
      "autoscale.defaults.price_late_thousand", ValueType::kNumber,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.price_late_thousand; },
      "What a thousand records past the objective cost.", "0.05", 0, 1e9));
}

void AddUnknown(std::vector<SchemaEntry>& out) {
  out.push_back(Number(
      "autoscale.defaults.stale_after", ValueType::kDuration,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.stale_after_s; },
      "Data older than this is stale: the members are held.", "2m", 10, kHour));
  out.push_back(Number(
      "autoscale.defaults.fallback_after", ValueType::kDuration,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.fallback_after_s; },
      "Stale for so long: at least fallback_members.", "10m", 10, 24 * kHour));
  out.push_back(Number(
      "autoscale.defaults.fallback_members", ValueType::kInteger,
      [](Config& c) -> FieldRef { return &c.autoscale.defaults.fallback_members; },
      "Members while nothing is known for long; never fewer than there are.", "10", 0, 10'000,
      "held"));
}

}  // namespace

void AddAutoscale(std::vector<SchemaEntry>& out) {
  AddWishes(out);
  AddCapacity(out);
  AddPace(out);
  AddUnknown(out);
  out.push_back(
      {"autoscale.groups", ValueType::kGroups,
       [](Config& c) -> FieldRef { return &c.autoscale.groups; },
       "Consumer groups that are looked after, the first that fits counts: a list of "
       "maps with group (a name, or a pattern such as 'orders-.*'), target (its workload: "
       "KIND/NAMESPACE/NAME; docs/autoscaling.md) and any key of autoscale.defaults.",
       "[{group: orders, target: deployment/shop/orders, objective: 30s}]"});
}

}  // namespace levelwind::config
