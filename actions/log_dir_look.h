#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "actions/observation.h"
#include "actions/step_judge.h"
#include "base/clock.h"
#include "kafka/admin_client.h"
#include "model/ids.h"
#include "model/proposal.h"
#include "store/records.h"

namespace levelwind::actions {

/// One replica as its broker tells it.
struct ReplicaDirs {
  std::string current;  ///< Its log dir; empty: in none that works.
  std::int64_t size = 0;
  std::string future;  ///< Where it is being copied to; empty: nowhere.
  std::int64_t future_size = 0;
};

/// The log dirs of some brokers at one look of the executor.
class LogDirLook {
 public:
  /// Asks each of the brokers; those that do not answer are not known afterwards.
  static LogDirLook Read(kafka::AdminClient& admin, const std::set<BrokerId>& brokers,
                         Duration timeout);

  bool Knows(BrokerId broker) const { return brokers_.count(broker) > 0; }
  ReplicaDirs Find(BrokerId broker, const TopicPartition& partition) const;
  /// Null when the broker has no such log dir.
  const kafka::LogDirInfo* FindDir(const LogDirName& dir) const;

  /// All log dirs of the broker, those that have failed too.
  std::vector<const kafka::LogDirInfo*> Dirs(BrokerId broker) const;
  /// Where the broker may put its next new replica: the working log dirs with the fewest replicas.
  std::vector<const kafka::LogDirInfo*> NextDirs(BrokerId broker) const;

  // Replicas on their way, whoever sent them (I6).
  std::int32_t CopiesOn(BrokerId broker) const;           ///< Between the log dirs of the broker.
  std::int32_t CopiesAt(const LogDirName& dir) const;     ///< From it or to it.
  std::int64_t StillToCome(const LogDirName& dir) const;  ///< Bytes that are not copied to it yet.

 private:
  struct Traffic {
    std::int32_t copies = 0;
    std::int64_t to_come = 0;
  };
  void CountTraffic(BrokerId broker);

  std::map<BrokerId, std::map<TopicPartition, ReplicaDirs>> brokers_;
  std::map<LogDirName, kafka::LogDirInfo> dirs_;  // without their replicas
  std::map<LogDirName, Traffic> traffic_;
  std::map<BrokerId, std::int32_t> copies_;
  std::map<LogDirName, std::size_t> replicas_in_;
};

/// What the look says about a step between log dirs, in the words of all steps: kOurs is the copy
/// on its way to `to_dir` (or back, when the step is being taken back), kForeign one that goes
/// elsewhere, kAtTarget and kAtSource a replica at rest, kElsewhere anything else that is there,
/// kUnreadable a broker that did not answer. Pure.
Sighting LookAtLogDirs(const store::StepRecord& step, const Observation& seen,
                       const LogDirLook& look);

}  // namespace levelwind::actions
