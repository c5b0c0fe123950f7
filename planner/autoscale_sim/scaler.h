#pragma once

// What every algorithm of the benchmark sees and may do. Look is what can be seen from outside,
// late and noisy as it is; the few figures that only a baseline is allowed are marked.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "planner/autoscale/group_input.h"
#include "planner/autoscale_sim/workload.h"

namespace levelwind::planner::sim {

enum class Protocol { kEager, kCooperative, kConsumer, kStatic };
std::string_view ProtocolName(Protocol protocol);

/// A pod that is a member of the group.
struct SeenMember {
  std::uint64_t id = 0;
  double busy =
      0;  ///< Share of the last 5 s that it worked: for B5 and B6, which ask their clients.
  double rate = 0;  ///< Records/s in them: the same.
};

struct Look {
  int t = 0;        ///< Seconds since the start.
  bool ok = true;   ///< False: this scrape was lost; the rest is that of the one before.
  int seen_at = 0;  ///< Of the offsets.
  std::vector<std::int64_t> log_end, last_stable;  ///< -1: could not be read.
  std::vector<std::int64_t> committed;             ///< -1: the group never committed.
  std::vector<double> commit_t;                    ///< When; seconds.
  std::vector<std::int32_t> owner;                 ///< Into members; -1: nobody.
  std::vector<SeenMember> members;                 ///< Sorted by id, as Kafka sorts them.
  int replicas = 0;                                ///< Wanted by the workload (spec).
  int pods = 0;   ///< There, started or starting (status.replicas).
  int ready = 0;  ///< Of them ready (status.readyReplicas).
  bool rebalancing = false;
  bool rollout = false;
};

/// One algorithm on one run. Asked after each scrape, that is every 5 s from second 600 on.
class Scaler {
 public:
  virtual ~Scaler() = default;
  /// Replicas that should be; Look::replicas to leave it.
  virtual int Want(const Look& look) = 0;
  /// True: `Assignment` deals the partitions out, not Kafka's assignor.
  virtual bool Assigns() const { return false; }
  /// Weights or owners per slot: slot i is the i-th of `members` members. Asked at each rebalance.
  virtual std::vector<std::int32_t> Assignment(const Look& /*look*/, int /*members*/) { return {}; }
  /// True once after the assignment should be made anew without another count.
  virtual bool WantsReassignment() { return false; }
  /// True: pods start and partitions move at once and for nothing (the clairvoyant).
  virtual bool Free() const { return false; }
  /// The last decision in words, where the algorithm has any.
  virtual std::string Why() const { return {}; }
  /// What waits in each partition, told before each Want to the clairvoyant alone.
  virtual void SeeBacklog(const std::vector<double>& /*records*/) {}
};

/// Names as in docs/autoscaling.md: B0 to B10, B2b, B3 with its threshold, B6 and B6h.
std::unique_ptr<Scaler> MakeScaler(std::string_view name, const Workload& workload,
                                   Protocol protocol);
const std::vector<std::string>& ScalerNames();

}  // namespace levelwind::planner::sim
