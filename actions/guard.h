#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actions/log_dir_look.h"
#include "actions/min_isr.h"
#include "actions/observation.h"
#include "actions/operation_run.h"

namespace levelwind::actions {

// The guard's judgements: whether the cluster outside an operation is well enough for another of
// its steps to start. All pure; slo_guard.h looks and remembers.

enum class GuardKind : std::uint8_t {
  kUnderMinIsr,      ///< A partition has fewer in-sync replicas than min.insync.replicas.
  kUnderReplicated,  ///< More partitions are out of sync than may be.
  kDisk,             ///< A log dir that is being filled passes its limit.
  kLatency,          ///< A broker answers far more slowly than it did.
};
inline constexpr std::size_t kGuardKinds = 4;
std::string_view GuardKindName(GuardKind kind);

/// Why nothing new starts.
struct Breach {
  GuardKind kind = GuardKind::kUnderReplicated;
  std::string reason;
};

/// A partition that the operation does not mend and that lacks a replica which it had when the
/// operation was accepted (I5).
struct ShortPartition {
  TopicPartition partition;
  BrokerId broker = kNoBroker;  ///< Of the first such replica.
  bool live = false;            ///< That broker.
  std::size_t in_sync = 0;
  std::size_t replicas = 0;  ///< Without those that are being added.
};

/// The partitions of steps under way do not count, nor those of which every missing replica is one
/// that their step, still to come, takes away. Nor do replicas whose broker has been dead since the
/// operation was accepted. Those that were out of sync then, on a live broker, count only
/// while `wait_for_old` says to wait for them.
std::vector<ShortPartition> FindShort(const OperationRun& run, const Observation& seen,
                                      bool wait_for_old);
std::set<std::string> TopicsOf(const std::vector<ShortPartition>& shorts);

/// `min_isr` is asked for only while no more than `allowed` are short; a topic that it lacks counts
/// as under its minimum (I17).
std::optional<Breach> JudgeInSync(const std::vector<ShortPartition>& shorts, std::size_t allowed,
                                  const MinIsr& min_isr);

/// Brokers that steps which are not over copy to, and that none of them relieves: for these,
/// waiting can help. Where a broker gives replicas as well, only each copy's own room is judged
/// (start_gate.h), so that a full broker can be emptied.
std::set<BrokerId> FilledBrokers(const OperationRun& run);

/// Whether a log dir of `brokers`, with what is still to come to it, is above `limit`, a share of
/// its size. What has no log dir yet counts for each that works. Log dirs that tell no size, and
/// brokers that `look` does not know, are not judged.
std::optional<Breach> JudgeDisks(const OperationRun& run, const Observation& seen,
                                 const std::set<BrokerId>& brokers, const LogDirLook& look,
                                 double limit);

}  // namespace levelwind::actions
