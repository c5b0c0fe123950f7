#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/cow_vector.h"
#include "base/uuid.h"
#include "model/broker_metrics.h"
#include "model/burrow.h"
#include "model/group_activity.h"
#include "model/ids.h"
#include "model/lag.h"
#include "model/load_facts.h"
#include "model/measure.h"
#include "model/offsets_topic.h"

namespace levelwind {

struct ClusterFacts;  // model/cluster_facts.h

/// Whether a broker may hold and take replicas. The names are those of the snapshot file format.
enum class BrokerState : std::uint8_t {
  kAlive,
  kNew,       ///< Alive, joined lately and (almost) empty.
  kDead,      ///< Not registered or fenced: holds replicas, serves none.
  kRemoving,  ///< Alive, but to be emptied.
};
std::string_view BrokerStateName(BrokerState state);
std::optional<BrokerState> ParseBrokerState(std::string_view name);

/// One directory that a broker keeps replicas in.
struct LogDir {
  std::string path;
  bool offline = false;
  std::int64_t total_bytes = kUnknownCount;  ///< Of the file system; unknown before Kafka 3.3.
  std::int64_t usable_bytes = kUnknownCount;
  std::int64_t replica_bytes = 0;  ///< Sum of the replica sizes in it.
};

/// Where a capacity comes from; shown beside it. The order is that of trust.
enum class CapacitySource : std::uint8_t {
  kNone,        ///< Not known.
  kEstimated,   ///< From the highest loads that were seen. Shown, never planned with.
  kDiscovered,  ///< The brokers tell it.
  kDefault,     ///< The capacity file's entry for brokers that it does not name.
  kConfigured,  ///< The capacity file's entry for this broker.
};
std::string_view CapacitySourceName(CapacitySource source);

/// What a broker can bear. Unknown where nobody said so and nothing could be measured.
struct BrokerCapacity {
  double cpu_percent = kUnknown;  ///< 100 = one whole broker.
  double network_in_bytes_per_s = kUnknown;
  double network_out_bytes_per_s = kUnknown;
  double disk_bytes = kUnknown;
  CapacitySource cpu_from = CapacitySource::kNone;
  CapacitySource network_in_from = CapacitySource::kNone;
  CapacitySource network_out_from = CapacitySource::kNone;
  CapacitySource disk_from = CapacitySource::kNone;
};

/// The highest loads that a broker was seen to bear since the daemon watches. It can bear more.
struct BrokerPeaks {
  double cpu_percent = kUnknown;
  double network_in_bytes_per_s = kUnknown;   ///< Produced and replicated to it.
  double network_out_bytes_per_s = kUnknown;  ///< To consumers and followers.
};

struct Broker {
  BrokerId id = kNoBroker;
  std::string rack;  ///< Empty: none configured.
  std::string host;
  std::int32_t port = 0;
  BrokerState state = BrokerState::kAlive;
  std::vector<LogDir> log_dirs;  ///< Empty when unknown (dead broker).
  BrokerCapacity capacity;
  BrokerPeaks peaks;
  BrokerMetrics metrics;
  bool serving() const { return state == BrokerState::kAlive || state == BrokerState::kNew; }
};

/// Load of one partition as its leader bears it. A follower has the same inbound load and disk, no
/// outbound load to consumers, and a share of the cpu (planner/load_model.h).
struct PartitionLoad {
  double bytes_in_per_s = kUnknown;  ///< Produced bytes, before replication.
  /// To consumers and to followers: what its leader sends. Replication is produced bytes x
  /// (replicas - 1). Where out_from is kGrowth, what consumers read is told by their commits alone:
  /// a lower bound (docs/load.md).
  double bytes_out_per_s = kUnknown;
  double messages_in_per_s = kUnknown;  ///< From two looks at the log end offset.
  double cpu_percent = kUnknown;
  LoadSource in_from = LoadSource::kNone;   ///< Of bytes_in_per_s.
  LoadSource out_from = LoadSource::kNone;  ///< Of bytes_out_per_s.
  LoadSource cpu_from = LoadSource::kNone;
};

struct Replica {
  BrokerId broker = kNoBroker;
  std::int16_t log_dir = -1;  ///< Index into Broker::log_dirs; -1 unknown.
  bool in_sync = false;
  bool offline = false;
  std::int64_t size_bytes = kUnknownCount;
  std::int64_t offset_lag = kUnknownCount;  ///< Behind the leader, as the log dir reports it.
};

struct Partition {
  std::int32_t topic = 0;  ///< Index into ClusterSnapshot::topics.
  std::int32_t number = 0;
  BrokerId leader = kNoBroker;  ///< kNoBroker: offline.
  std::int32_t leader_epoch = -1;
  std::uint32_t first_replica = 0;  ///< Into ClusterSnapshot::replicas; the first is preferred.
  std::uint16_t replica_count = 0;
  bool reassigning = false;  ///< A reassignment (ours or not) is in progress.
  std::int64_t log_start_offset = kUnknownCount;
  std::int64_t log_end_offset =
      kUnknownCount;  ///< High watermark, as ListOffsets(latest) tells it.
  /// Where a read_committed consumer has to stop: below the high watermark while a transaction is
  /// open. Whether one is, is looked at as rarely as log starts.
  std::int64_t last_stable_offset = kUnknownCount;
  PartitionLoad load;
};

struct Topic {
  std::string name;
  Uuid id;  ///< None on brokers before 2.8.
  bool internal = false;
  std::uint32_t first_partition = 0;  ///< Into ClusterSnapshot::partitions.
  std::uint32_t partition_count = 0;
};

/// A reassignment that Kafka reports in progress. `replicas` is the union, target = minus removing.
struct Reassignment {
  TopicPartition partition;
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> adding;
  std::vector<BrokerId> removing;
};

/// One group's position in one partition.
struct GroupOffset {
  std::int32_t partition = -1;  ///< Index into ClusterSnapshot::partitions.
  std::int32_t owner = -1;      ///< Index into ConsumerGroup::owners; -1: no member has it.
  std::int64_t committed = kUnknownCount;
  std::int64_t lag = kUnknownCount;  ///< >= 0; unknown where end or committed offset is unknown.
  float lag_seconds = std::numeric_limits<float>::quiet_NaN();  ///< As in TimeLag.
  float lag_error_s = std::numeric_limits<float>::quiet_NaN();
  TimeLagMethod lag_method = TimeLagMethod::kNone;
  LagVerdict verdict = LagVerdict::kUndecided;
  /// The record at `committed` is known to be gone by compaction: fewer than `lag` are left.
  bool compacted = false;
  std::uint8_t rewinds = 0;  ///< Since the daemon watches; 255: at least. See GroupActivity.
  float commit_interval_s = std::numeric_limits<float>::quiet_NaN();
  std::int64_t commit_ms = kUnknownCount;  ///< Unix time of the last commit that was seen.
};

/// A member of a group that has partitions.
struct GroupOwner {
  std::string client_id;
  std::string host;  ///< As the coordinator tells it: "/10.0.0.7".
  std::string member_id;
  /// Of a static member; empty: it is none, or Kafka does not tell.
  std::string instance_id = {};
  /// For people: "billing/10.0.0.7".
  std::string Name() const;
};

struct ConsumerGroup {
  std::string name;
  std::string type;   ///< classic, consumer, share, streams.
  std::string state;  ///< Stable, Empty, ... as Kafka says; "Unknown" if not readable.
  std::string protocol_type;
  std::string assignor;  ///< As Kafka names it: "range", "uniform". Empty: none or not told.
  BrokerId coordinator = kNoBroker;
  std::int32_t member_count = 0;
  std::int32_t static_member_count = 0;  ///< Of them with an instance id of their own.
  std::int32_t epoch = -1;  ///< Grows with each rebalance; -1: not told (classic groups).
  /// Sorted by partition index. Snapshots share them: a million of them are 48 MB.
  CowVector<GroupOffset> offsets;
  SteadyTime commits_at{};  ///< When its commits were read last; SteadyTime{}: never.
  /// Some commit could not be read, so that the totals are unknown. Else an unknown `committed`
  /// means that the group has none in the partition.
  bool commits_missing = false;
  CowVector<GroupOwner> owners;            ///< The members that have partitions.
  std::int64_t total_lag = kUnknownCount;  ///< Unknown if any partition's lag is.
  double lag_growth_per_s = kUnknown;      ///< Positive: falls behind. From the last looks.
  double consume_rate_per_s = kUnknown;    ///< Committed messages per second.
  std::int64_t max_lag = kUnknownCount;    ///< Of its partitions; unknown if any one's is.
  /// Largest of its partitions. kAtLeast if that is all that is known of any of them.
  TimeLag time_lag;
  LagVerdict verdict = LagVerdict::kUndecided;  ///< The worst of its partitions.
  std::string verdict_reason;                   ///< A sentence about that partition.
  /// Records below the log start, over all partitions: gone before the group read them. Unknown if
  /// any log start is.
  std::int64_t records_lost = kUnknownCount;
  GroupActivity activity;

  /// Null when no member has the partition.
  const GroupOwner* FindOwner(const GroupOffset& offset) const {
    const auto index = static_cast<std::size_t>(offset.owner);
    return offset.owner < 0 || index >= owners.size() ? nullptr : &owners[index];
  }
  /// Its name; empty when no member has the partition.
  std::string OwnerOf(const GroupOffset& offset) const {
    const GroupOwner* owner = FindOwner(offset);
    return owner == nullptr ? std::string() : owner->Name();
  }
};

/// How a collector fared last. `age` is that of its data in this snapshot, not of its last try.
struct SourceStatus {
  std::string name;
  bool ok = false;
  std::string error;            ///< Empty when ok.
  Duration duration{};          ///< Of the last run.
  std::optional<Duration> age;  ///< Empty: never succeeded.
  std::uint64_t requests = 0;   ///< Sent in the last run.
  std::uint64_t skipped = 0;    ///< Items of the last run that made no sense and were left out.
};

/// How far the loads can be trusted; shown beside every proposal.
struct Confidence {
  bool sizes = false;            ///< Every live broker's log dirs are known.
  bool rates = false;            ///< Enough looks for produce rates.
  double rates_in_s = kUnknown;  ///< Seconds until rates are expected; 0 when there.
  double measured_share = 0;     ///< Of live replicas whose size is known, 0..1.
  std::string label;             ///< "sizes and counts; rates in 25 s".
};

/// The cluster as observed at one instant. Immutable once published; readers share it.
/// Struct of flat arrays: brokers sorted by id, topics by name, partitions topic-major by number.
struct ClusterSnapshot {
  std::string cluster_id;
  std::uint64_t sequence = 0;  ///< Grows by one per published snapshot of this process.
  WallTime taken_at;
  SteadyTime taken_at_steady{};
  BrokerId controller = kNoBroker;
  std::vector<Broker> brokers;
  std::vector<Topic> topics;
  std::vector<Partition> partitions;
  std::vector<Replica> replicas;
  std::vector<Reassignment> reassignments;
  std::vector<ConsumerGroup> groups;  ///< Sorted by name.
  std::vector<SourceStatus> sources;
  Confidence confidence;
  std::optional<OffsetsTopicView> offsets_topic;  ///< Empty: it is not read.
  /// What Burrow's rules look at; null unless that is switched on.
  std::shared_ptr<const BurrowHistory> burrow;
  /// Settings, quorum and the like, asked rarely; null where no collector brought them.
  std::shared_ptr<const ClusterFacts> facts;
  /// What the sources of load told last, the most trusted first; empty without such sources.
  std::vector<LoadFactsPtr> load_facts;
  std::shared_ptr<const LoadWindows> load_windows;  ///< Null until the first one is closed.
  CpuFit cpu_fit;

  std::span<const Replica> ReplicasOf(const Partition& p) const {
    return std::span(replicas).subspan(p.first_replica, p.replica_count);
  }
  std::span<const Partition> PartitionsOf(const Topic& t) const {
    return std::span(partitions).subspan(t.first_partition, t.partition_count);
  }
  const Topic& TopicOf(const Partition& p) const {
    return topics[static_cast<std::size_t>(p.topic)];
  }
  TopicPartition NameOf(const Partition& p) const { return {TopicOf(p).name, p.number}; }
  std::vector<BrokerId> ReplicaIds(const Partition& p) const;

  /// Null when there is none. O(log n).
  const Broker* FindBroker(BrokerId id) const;
  const Topic* FindTopic(std::string_view name) const;
  const Partition* FindPartition(std::string_view topic, std::int32_t number) const;
  const ConsumerGroup* FindGroup(std::string_view name) const;
  const Reassignment* FindReassignment(const TopicPartition& tp) const;

  /// Size of the partition's largest known replica; unknown when none is known.
  std::int64_t SizeOf(const Partition& p) const;
};

using SnapshotPtr = std::shared_ptr<const ClusterSnapshot>;

/// What of a snapshot is kept to compare later ones with: all but topics, partitions, replicas, the
/// groups that do not fall behind and the others' offsets, which are nearly all of its memory. For
/// a million replicas, 5 MB of 70.
ClusterSnapshot OutlineOf(const ClusterSnapshot& snapshot);

}  // namespace levelwind
