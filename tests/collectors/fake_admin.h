#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "kafka/admin_client.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {

/// A cluster in memory that answers the read calls as brokers do, counts requests as the real
/// client sends them, and can be made to fail or to talk nonsense. Writes are refused: collectors
/// only read.
class FakeAdmin final : public kafka::AdminClient {
 public:
  struct PartitionState {
    std::vector<BrokerId> replicas;
    BrokerId leader = kNoBroker;
    std::int32_t epoch = 0;
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int64_t bytes = 0;  ///< Size of every replica, unless `replica_bytes` has another.
    std::map<BrokerId, std::int64_t> replica_bytes;
    std::int16_t offset_error = 0;
    std::int64_t stable = kUnknownCount;  ///< Last stable offset; unknown: the end.
    /// Unix ms of record `start + i`; empty: no answer to questions about times.
    std::vector<std::int64_t> times;
  };
  struct TopicState {
    Uuid id;
    std::int16_t error = 0;
    std::vector<PartitionState> partitions;
  };
  struct GroupState {
    std::string type = "consumer";
    std::string state = "Stable";
    BrokerId coordinator = 1;
    std::vector<kafka::GroupMember> members;
    std::map<TopicPartition, std::int64_t> commits;
    std::map<TopicPartition, std::int16_t> commit_errors;
    std::map<TopicPartition, std::int64_t> share_lags;  ///< Of a share group; commits = starts.
    std::string assignor;
    std::int32_t epoch = -1;
    bool unlisted = false;  ///< Its coordinator has just moved.
  };

  explicit FakeAdmin(ManualClock& clock) : clock_(clock) {}

  void AddBroker(BrokerId id, const std::string& rack);
  /// One partition per element; the first replica leads.
  void AddTopic(const std::string& name, const std::vector<std::vector<BrokerId>>& replicas);
  PartitionState& At(const std::string& topic, int partition) {
    return topics.at(topic).partitions.at(static_cast<std::size_t>(partition));
  }
  /// Appends to a log: offsets and the size of all replicas grow.
  void Produce(const std::string& topic, int partition, std::int64_t messages, std::int64_t bytes);
  void Recreate(const std::string& topic);

  // ---- the cluster
  // --------------------------------------------------------------------------------
  std::string cluster_id = "cluster-1";
  std::map<BrokerId, kafka::BrokerInfo> brokers;
  std::map<std::string, TopicState> topics;
  std::map<std::string, GroupState> groups;
  std::vector<kafka::ReassignmentInfo> reassignments;

  // ---- faults
  // -------------------------------------------------------------------------------------
  std::set<std::string> failing;    ///< Names of calls that fail as a whole.
  std::set<BrokerId> silent;        ///< Listed by the metadata, but no answer: costs the timeout.
  std::set<BrokerId> mute_dirs;     ///< These answer everything but DescribeLogDirs.
  std::set<BrokerId> offline_dirs;  ///< The second log dir of these is offline.
  std::vector<kafka::ReplicaLogInfo> extra_replicas;  ///< In every broker's first log dir.
  std::vector<kafka::OffsetAnswer> extra_offsets;     ///< In every answer about offsets.
  std::vector<kafka::TopicInfo> extra_topics;         ///< In the metadata.
  std::function<void()> before_offsets;               ///< What happens between commits and ends.

  // ---- what was asked
  // -----------------------------------------------------------------------------
  std::vector<std::string> calls;
  std::uint64_t requests = 0;
  std::vector<std::string> groups_asked;  ///< Names in the last FetchGroupOffsets.

  Result<kafka::ClusterMetadata> DescribeCluster(Duration timeout) override;
  Result<std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>>> DescribeLogDirs(
      const std::vector<BrokerId>& ids, Duration timeout) override;
  Result<std::vector<kafka::OffsetAnswer>> ListOffsets(
      const std::vector<kafka::OffsetQuery>& queries, Duration timeout) override;
  Result<GroupListings> ListGroups(Duration timeout) override;
  Result<std::vector<kafka::GroupDescription>> DescribeGroups(
      const std::vector<kafka::GroupListing>& listings, Duration timeout) override;
  Result<std::vector<kafka::GroupOffsets>> FetchGroupOffsets(const std::vector<std::string>& names,
                                                             Duration timeout) override;
  Result<std::vector<kafka::ShareGroupOffsets>> FetchShareOffsets(
      const std::vector<std::string>& names, Duration timeout) override;
  Result<std::vector<kafka::ReassignmentInfo>> ListReassignments(
      const std::vector<TopicPartition>& partitions, Duration timeout) override;

  Result<std::vector<kafka::ConfigAnswer>> DescribeConfigs(const std::vector<kafka::ConfigQuery>&,
                                                           Duration) override;
  Result<std::vector<kafka::PartitionOutcome>> AlterReassignments(
      const std::vector<kafka::ReassignmentRequest>&, bool, Duration) override;
  Result<std::vector<kafka::PartitionOutcome>> ElectPreferredLeaders(
      const std::vector<TopicPartition>&, Duration) override;
  Result<std::vector<kafka::ConfigChangeOutcome>> AlterConfigs(
      const std::vector<kafka::ConfigChange>&, Duration) override;
  Result<std::vector<kafka::TopicOutcome>> CreateTopics(const std::vector<kafka::NewTopic>&,
                                                        Duration) override;
  Result<std::vector<kafka::TopicOutcome>> DeleteTopics(const std::vector<std::string>&,
                                                        Duration) override;
  std::uint64_t requests_sent() const override { return requests; }

 private:
  Status Begin(const std::string& call);
  /// Brokers that take part in a call; a silent one costs its timeout.
  bool Answers(BrokerId id) const { return brokers.contains(id) && !silent.contains(id); }
  std::vector<kafka::LogDirInfo> LogDirsOf(BrokerId id) const;
  kafka::GroupDescription Describe(const std::string& name) const;

  ManualClock& clock_;
  std::uint8_t next_topic_id_ = 1;
};

}  // namespace levelwind::testing
