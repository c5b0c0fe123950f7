#include "actions/throttle_tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "actions/log_dir_driver.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

// Of what is free, so that a burst of the clients still finds room.
constexpr double kShareOfRoom = 0.5;
// Records behind that are nothing on a busy cluster.
constexpr std::int64_t kLagSlack = 10'000;

std::int64_t Bounded(double rate, const TuneOptions& options) {
  const double least = static_cast<double>(options.min_bytes_per_s);
  const double most =
      static_cast<double>(std::max(options.min_bytes_per_s, options.max_bytes_per_s));
  return static_cast<std::int64_t>(std::clamp(rate, least, most));
}

double Left(double capacity, double load) {
  const double left = capacity - load;
  return IsKnown(left) ? std::max(0.0, left) : kUnknown;
}

std::string RateText(std::int64_t rate) { return HumanRate(static_cast<double>(rate)); }

}  // namespace

std::map<BrokerId, BrokerRoom> MeasureRoom(const ClusterSnapshot& snapshot) {
  std::map<BrokerId, BrokerRoom> load;
  for (const Broker& broker : snapshot.brokers) load[broker.id] = {0, 0};
  for (const Partition& partition : snapshot.partitions) {
    for (std::uint32_t i = 0; i < partition.replica_count; ++i) {
      const Replica& replica = snapshot.replicas[partition.first_replica + i];
      load[replica.broker].in += partition.load.bytes_in_per_s;  // unknown makes the sum unknown
    }
    if (partition.leader != kNoBroker) load[partition.leader].out += partition.load.bytes_out_per_s;
  }
  std::map<BrokerId, BrokerRoom> room;
  for (const Broker& broker : snapshot.brokers) {
    const BrokerRoom& used = load[broker.id];
    room[broker.id] = {Left(broker.capacity.network_in_bytes_per_s, used.in),
                       Left(broker.capacity.network_out_bytes_per_s, used.out)};
  }
  return room;
}

std::int64_t FollowerLag(const ClusterSnapshot& snapshot) {
  std::int64_t sum = kUnknownCount;
  for (const Partition& partition : snapshot.partitions) {
    if (partition.reassigning) continue;
    for (std::uint32_t i = 0; i < partition.replica_count; ++i) {
      const Replica& replica = snapshot.replicas[partition.first_replica + i];
      if (!IsKnown(replica.offset_lag)) continue;
      sum = std::max<std::int64_t>(0, sum) + replica.offset_lag;
    }
  }
  return sum;
}

std::int64_t FirstRate(const std::vector<Move>& moves, const std::map<BrokerId, BrokerRoom>& room,
                       const TuneOptions& options, std::int64_t fallback) {
  std::set<BrokerId> readers;
  std::set<BrokerId> givers;
  for (const Move& move : moves) {
    const std::vector<BrokerId> added = move.Added();
    readers.insert(added.begin(), added.end());
    if (!added.empty()) givers.insert(move.before.begin(), move.before.end());
  }
  double least = std::numeric_limits<double>::infinity();
  for (const auto& [broker, left] : room) {
    if (readers.count(broker) > 0 && IsKnown(left.in)) least = std::min(least, left.in);
    if (givers.count(broker) > 0 && IsKnown(left.out)) least = std::min(least, left.out);
  }
  const bool known = std::isfinite(least);
  return Bounded(known ? least * kShareOfRoom : static_cast<double>(fallback), options);
}

std::string FindShrunk(const OperationRun& run, const Observation& seen) {
  for (const store::StepRecord& step : run.steps()) {
    if (step.state != StepState::kInProgress || IsLogDirStep(step)) continue;
    const kafka::PartitionInfo* partition = seen.FindPartition(step.move.partition);
    if (partition == nullptr) continue;
    for (BrokerId broker : step.move.before) {
      if (!Contains(partition->replicas, broker) || Contains(partition->isr, broker)) continue;
      if (!seen.IsLive(broker) || run.WasOutOfSync(step.move.partition, broker)) continue;
      return fmt::format("the replica of {} on broker {} fell behind",
                         step.move.partition.ToString(), broker);
    }
  }
  return {};
}

void ThrottleTuner::Reset() {
  last_change_.reset();
  calm_since_.reset();
  calm_lag_ = kUnknownCount;
}

bool ThrottleTuner::LagGrows(std::int64_t lag) {
  if (!IsKnown(lag)) return false;
  if (!IsKnown(calm_lag_)) calm_lag_ = lag;
  return lag > 2 * calm_lag_ + kLagSlack;
}

std::optional<ThrottleTuner::Change> ThrottleTuner::Next(std::int64_t rate,
                                                         const std::string& trouble, bool copying,
                                                         SteadyTime now) {
  if (!trouble.empty() || !copying || !calm_since_) calm_since_ = now;
  if (!last_change_) last_change_ = now;  // the first rate counts as a change
  if (!copying || now - *last_change_ < options_.interval) return std::nullopt;
  double wanted = static_cast<double>(rate);
  if (!trouble.empty()) {
    wanted *= options_.decrease;
  } else if (now - *calm_since_ >= options_.interval * options_.calm_intervals) {
    wanted += std::max(static_cast<double>(options_.step_bytes_per_s), wanted / 10);
  }
  const std::int64_t next = Bounded(wanted, options_);
  if (next == rate || (next > rate && !trouble.empty())) return std::nullopt;
  last_change_ = now;
  calm_since_ = now;
  return Change{next, fmt::format("from {} to {}: {}", RateText(rate), RateText(next),
                                  trouble.empty() ? "all is calm" : trouble)};
}

}  // namespace levelwind::actions
