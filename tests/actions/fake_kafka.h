#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/admin_topics.h"
#include "model/proposal.h"

namespace levelwind::testing {

/// A cluster in memory with the semantics of reassignments, elections and configurations that were
/// measured on Kafka 4: no owner and no compare-and-set, metadata shows the union while a partition
/// moves, a new submission replaces a running one, moves to dead brokers are accepted, a subtract
/// that empties a list leaves an empty value. Copies advance only by Advance(). Not thread-safe.
class FakeKafka final : public kafka::AdminClient, public kafka::TopicAdmin {
 public:
  struct Partition {
    std::vector<BrokerId> replicas;  // the union while moving
    std::vector<BrokerId> isr;
    std::vector<BrokerId> offline;  ///< On failed log dirs.
    BrokerId leader = kNoBroker;
    std::int32_t leader_epoch = 0;
    std::int64_t size = 1000;
    bool moving = false;
    std::vector<BrokerId> target, adding, removing;
    std::map<BrokerId, std::int64_t> copied;
    struct Future {
      std::string dir;
      std::int64_t copied = 0;
    };
    std::map<BrokerId, std::string> dirs;  // those that left "/a"
    std::map<BrokerId, Future> futures;
  };
  struct Topic {
    Uuid id;
    std::vector<Partition> partitions;
  };
  /// One writing request as it arrived.
  struct Write {
    std::string api;
    std::vector<kafka::ReassignmentRequest> reassignments;
    std::vector<TopicPartition> elections;
    std::vector<kafka::ConfigChange> configs;
    bool allow_rf_change = false;
    std::vector<kafka::ReplicaDirMove> dir_moves{};
    std::vector<kafka::MorePartitions> more{};
  };
  enum class Fault {
    kNone,
    kLost,     ///< Not applied, answered by a timeout.
    kApplied,  ///< Applied, answered by a timeout.
    kBusy,     ///< Not applied, every partition answers NOT_CONTROLLER.
  };

  explicit FakeKafka(const std::vector<BrokerId>& brokers);

  // ---- the world --------------------------------------------------------------------------------
  void AddTopic(const std::string& name, const std::vector<std::vector<BrokerId>>& partitions,
                std::int64_t size = 1000);
  void DeleteTopic(const std::string& name);
  Partition& At(const std::string& topic, std::int32_t partition);
  /// Every copy whose source and target live grows by `bytes`; those that are whole are finished.
  void Advance(std::int64_t bytes);
  void Kill(BrokerId broker);
  void Start(BrokerId broker);
  /// Another tool's request; it is not in `writes`.
  std::int16_t ForeignReassign(const std::string& topic, std::int32_t partition,
                               std::optional<std::vector<BrokerId>> replicas);
  /// Every broker has the log dirs /a and /b; replicas begin in /a.
  std::string DirOf(const std::string& topic, std::int32_t partition, BrokerId broker);
  std::int16_t ForeignDirMove(const std::string& topic, std::int32_t partition, BrokerId broker,
                              const std::string& path);
  void SetBrokerConfig(BrokerId broker, const std::string& key, const std::string& value);
  void SetTopicConfig(const std::string& topic, const std::string& key, const std::string& value);
  void EraseBrokerConfig(BrokerId broker, const std::string& key);
  std::optional<std::string> BrokerConfig(BrokerId broker, const std::string& key) const;
  std::optional<std::string> TopicConfig(const std::string& topic, const std::string& key) const;
  /// Every dynamic value whose key speaks of throttles: "broker 1 leader...rate=5".
  std::vector<std::string> Throttles() const;

  // ---- what tests set and read ------------------------------------------------------------------
  std::function<Fault(const Write&)> fault;          ///< Asked for each write.
  std::function<void(const char* when)> on_write;    ///< "before", "after"; may throw.
  std::function<void(const Write&)> check;           ///< At the arrival of each write.
  std::function<void(BrokerId)> on_config_read;      ///< A broker is asked for its configuration.
  std::vector<std::string> log_dirs = {"/a", "/b"};  ///< Of every broker; replicas begin in "/a".
  std::set<LogDirName> failed_dirs;
  std::int16_t dir_error = 0;                 ///< What every move between log dirs is refused with.
  std::map<LogDirName, std::int64_t> usable;  ///< Others have plenty.
  std::map<LogDirName, std::int64_t> total;   ///< Others do not tell.
  std::set<BrokerId> silent_dirs;             ///< Do not answer what log dirs they have.
  std::set<BrokerId> slow;                    ///< Copy a tenth of what others do.
  bool silent_configs = false;                ///< Topics' configurations cannot be read.
  int stale_config_reads = 0;             ///< So many reads after a change show what was before it.
  std::map<BrokerId, std::string> racks;  ///< Others have none.
  /// What a broker that lags behind tells of the cluster, in place of the truth.
  std::optional<kafka::ClusterMetadata> replayed;
  std::string cluster_id = "fake";
  bool reachable = true;
  bool controller_knows_dead = false;  ///< Configs of dead brokers can be read and written.
  std::map<std::string, std::string> default_broker_configs;  ///< The cluster-wide dynamic layer.
  std::vector<Write> writes;                                  ///< That arrived and were applied.

  // ---- AdminClient ------------------------------------------------------------------------------
  Result<kafka::ClusterMetadata> DescribeCluster(Duration timeout) override;
  Result<std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>>> DescribeLogDirs(
      const std::vector<BrokerId>& brokers, Duration timeout) override;
  Result<std::vector<kafka::OffsetAnswer>> ListOffsets(
      const std::vector<kafka::OffsetQuery>& queries, Duration timeout) override;
  Result<GroupListings> ListGroups(Duration timeout) override;
  Result<std::vector<kafka::GroupDescription>> DescribeGroups(
      const std::vector<kafka::GroupListing>& groups, Duration timeout) override;
  Result<std::vector<kafka::GroupOffsets>> FetchGroupOffsets(const std::vector<std::string>& groups,
                                                             Duration timeout) override;
  Result<std::vector<kafka::ShareGroupOffsets>> FetchShareOffsets(
      const std::vector<std::string>& groups, Duration timeout) override;
  Result<std::vector<kafka::ConfigAnswer>> DescribeConfigs(
      const std::vector<kafka::ConfigQuery>& queries, Duration timeout) override;
  Result<std::vector<kafka::ReassignmentInfo>> ListReassignments(
      const std::vector<TopicPartition>& partitions, Duration timeout) override;
  Result<std::vector<kafka::PartitionOutcome>> AlterReassignments(
      const std::vector<kafka::ReassignmentRequest>& requests, bool allow_replication_factor_change,
      Duration timeout) override;
  Result<std::vector<kafka::PartitionOutcome>> ElectPreferredLeaders(
      const std::vector<TopicPartition>& partitions, Duration timeout) override;
  Result<std::vector<kafka::ConfigChangeOutcome>> AlterConfigs(
      const std::vector<kafka::ConfigChange>& changes, Duration timeout) override;
  Result<std::vector<kafka::TopicOutcome>> CreateTopics(const std::vector<kafka::NewTopic>& topics,
                                                        Duration timeout) override;
  Result<std::vector<kafka::TopicOutcome>> DeleteTopics(const std::vector<std::string>& topics,
                                                        Duration timeout) override;
  std::uint64_t requests_sent() const override { return requests_; }

  // ---- TopicAdmin -------------------------------------------------------------------------------
  Result<std::vector<kafka::TopicOutcome>> CreatePartitions(
      const std::vector<kafka::MorePartitions>& topics, bool validate_only,
      Duration timeout) override;
  Result<std::vector<kafka::TopicDetail>> DescribeTopics(const std::vector<std::string>& topics,
                                                         Duration timeout) override;
  Result<std::vector<kafka::ReplicaDirOutcome>> MoveReplicaDirs(
      const std::vector<kafka::ReplicaDirMove>& moves, Duration timeout) override;

 private:
  using Configs = std::map<kafka::ConfigResource, std::map<std::string, std::string>>;
  /// Runs `apply` as the fault says; the call's error when its answer is lost.
  template <class Apply>
  Fault Arrive(Write write, Apply apply);
  bool Lives(BrokerId broker) const { return live_.count(broker) > 0; }
  Partition* Find(const TopicPartition& tp);
  std::int16_t Reassign(Partition& partition, std::optional<std::vector<BrokerId>> replicas,
                        bool allow_rf_change);
  void FinishMove(Partition& partition);
  std::int16_t MoveDir(const kafka::ReplicaDirMove& move);
  void Elect(Partition& partition);
  std::int16_t MakePartitions(const kafka::MorePartitions& more);
  std::int16_t Change(const kafka::ConfigChange& change);
  bool ConfigReachable(const kafka::ConfigResource& resource) const;

  std::set<BrokerId> known_, live_;
  std::map<std::string, Topic> topics_;
  Configs configs_;
  Configs configs_before_;  ///< Shown while stale_reads_left_ > 0.
  int stale_reads_left_ = 0;
  std::uint64_t requests_ = 0;
  std::uint32_t next_topic_ = 1;
};

}  // namespace levelwind::testing
