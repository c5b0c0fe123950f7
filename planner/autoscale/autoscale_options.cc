#include "planner/autoscale/autoscale_options.h"

#include <fmt/format.h>

#include <algorithm>

namespace levelwind::planner {
namespace {

Status Bad(std::string_view field, double value, std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} is {}: {}", field, value, what));
}

bool Within(double value, double low, double high) { return value >= low && value <= high; }

Status CheckFullness(const AutoscaleOptions& o) {
  if (!(o.rho_down > 0 && o.rho_down < o.rho_target && o.rho_target < o.rho_up && o.rho_up <= 1)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("rho_down {}, rho_target {}, rho_up {}: they must grow in this order, "
                             "above 0 and up to 1",
                             o.rho_down, o.rho_target, o.rho_up));
  }
  if (!(o.member_down > 0 && o.member_down < o.member_target && o.member_target < o.member_up &&
        o.member_up <= 1)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("member_down {}, member_target {}, member_up {}: they must grow in "
                             "this order, above 0 and up to 1",
                             o.member_down, o.member_target, o.member_up));
  }
  return {};
}

}  // namespace

Status CheckAutoscaleOptions(const AutoscaleOptions& o) {
  if (!Within(o.objective_s, 1, 86400)) {
    return Bad("objective", o.objective_s, "write 1 s to 24 h");
  }
  if (o.min_members < 0) return Bad("min_members", double(o.min_members), "write 0 or more");
  if (IsKnown(o.max_members) && (o.max_members < 1 || o.max_members < o.min_members)) {
    return Bad("max_members", double(o.max_members),
               fmt::format("write at least 1 and at least min_members ({})", o.min_members));
  }
  if (const Status status = CheckFullness(o); !status.ok()) return status;
  if (IsKnown(o.capacity_per_s) && !(o.capacity_per_s > 0)) {
    return Bad("capacity", o.capacity_per_s, "write more than 0 records/s, or leave it out");
  }
  if (IsKnown(o.partition_capacity_per_s) && !(o.partition_capacity_per_s > 0)) {
    return Bad("partition_capacity", o.partition_capacity_per_s,
               "write more than 0 records/s, or leave it out");
  }
  if (IsKnown(o.catch_up_s) && o.catch_up_s < 10) {
    return Bad("catch_up", o.catch_up_s, "write 10 s or more");
  }
  if (!Within(o.start_s, 1, 3600)) return Bad("start", o.start_s, "write 1 s to 1 h");
  if (!Within(o.down_window_s, 60, 86400)) {
    return Bad("down_window", o.down_window_s, "write 60 s to 24 h");
  }
  if (o.idle_after_s < 60) return Bad("idle_after", o.idle_after_s, "write 60 s or more");
  if (!Within(o.stale_after_s, 10, 3600)) {
    return Bad("stale_after", o.stale_after_s, "write 10 s to 1 h");
  }
  if (o.fallback_after_s < o.stale_after_s) {
    return Bad("fallback_after", o.fallback_after_s, "write at least stale_after");
  }
  if (!Within(o.actions_per_hour, 1, 3600)) {
    return Bad("actions_per_hour", o.actions_per_hour, "write 1 to 3600");
  }
  if (o.actions_burst < 1) return Bad("actions_burst", o.actions_burst, "write 1 or more");
  if (o.price_member_hour < 0 || o.price_late_thousand < 0) {
    return Bad("price", std::min(o.price_member_hour, o.price_late_thousand), "write 0 or more");
  }
  return {};
}

double CatchUpSeconds(const AutoscaleOptions& options) {
  return KnownOr(options.catch_up_s, std::max(2 * options.objective_s, 120.0));
}

}  // namespace levelwind::planner
