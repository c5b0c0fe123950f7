#pragma once

#include <cstdint>
#include <vector>

#include "planner/autoscale/autoscale_options.h"
#include "planner/autoscale/capacity.h"
#include "planner/autoscale/group_input.h"
#include "planner/autoscale/partition_watch.h"

namespace levelwind::planner {

/// What a group has to do, by partition and in all. Rates are records/s, lags records.
struct Demand {
  std::vector<double> rate;  ///< What arrives and can be read; stuck partitions: 0.
  std::vector<double> need;  ///< The same and what a backlog adds to it, at most kappa.
  double arriving = 0;       ///< Sum of the arrivals, stuck partitions too.
  double total_rate = 0, total_need = 0;
  std::vector<double> lates;  ///< Records over what may stand as lag.
  double late = 0;            ///< Their sum.
  double lag = 0;
  double time_lag = 0;        ///< The largest.
  double curable_lag_s = 0;   ///< The largest of those that more members can help.
  std::int32_t worst = -1;    ///< Whose time lag is the largest.
  std::int32_t hottest = -1;  ///< Whose need is the largest.
  std::int32_t stuck = -1;    ///< A partition that does not move while others do.
  std::int32_t stuck_count = 0;
  std::int32_t at_limit = 0;  ///< Partitions that go about as fast as they can, and are to be late.
  std::int32_t unknown = 0;   ///< Partitions whose offsets are not known.
  bool burst = false;         ///< Arrivals have just jumped.
  bool standstill = false;    ///< Nothing moves anywhere, though there is something to do.
  bool moving = false;        ///< Commits are seen somewhere.
};

struct DemandContext {
  double stable_for = 0;       ///< Seconds since the group was dealt out last.
  double kappa = kUnknown;     ///< Records/s of one partition at most.
  double member = kUnknown;    ///< Records/s of one member; both unknown where many read one.
  double forecast = kUnknown;  ///< Of all partitions; can only add.
  double pause_s = 0;          ///< That the next action would cost each moved partition.
};

/// What the objective lets queue, worked off over 200 s, may stand above a member's capacity: so
/// large a share of it. 0.15 of a member for an objective of 60 s.
double QueueShare(const AutoscaleOptions& options);

/// need = min(kappa, rate + max(0, lag + rate x pause - objective / 2 x rate) / catch-up time).
Demand MeasureDemand(const std::vector<PartitionWatch>& watches, const AutoscaleOptions& options,
                     const DemandContext& context);

}  // namespace levelwind::planner
