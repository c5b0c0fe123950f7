#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_types.h"

namespace levelwind::kafka {

/// Kafka's admin protocol as blocking calls.
///
/// Any thread may call; each call blocks its caller until the answer or `timeout` (the whole call,
/// retries included) and never the I/O thread. Calls that only read are retried after retriable
/// errors with jittered back-off; calls that write are sent once per coordinator/controller they
/// reach: after a kDeadlineExceeded or kUnavailable of a write its outcome is unknown and must be
/// read back. Errors per item (topic, partition, resource) are Kafka's codes in the answers, errors
/// of the call as a whole are the Result's. Tests put FaultyAdminClient (tests/support) between.
class AdminClient {
 public:
  virtual ~AdminClient() = default;

  // ---- reading
  // ------------------------------------------------------------------------------------
  /// Cluster id, brokers (with fenced ones where the cluster tells them), all topics and
  /// partitions.
  virtual Result<ClusterMetadata> DescribeCluster(Duration timeout) = 0;
  /// Per asked broker its log dirs with all replicas, or why it did not answer. One request a
  /// broker, all at once. The outer Result fails only when no broker is known.
  virtual Result<std::map<BrokerId, Result<std::vector<LogDirInfo>>>> DescribeLogDirs(
      const std::vector<BrokerId>& brokers, Duration timeout) = 0;
  /// The same, but each broker's answer is given to `visit` when it comes, on the caller's thread,
  /// and need not be kept: for clusters whose answers together are large.
  using LogDirVisitor = std::function<void(BrokerId, Result<std::vector<LogDirInfo>>)>;
  virtual Status VisitLogDirs(const std::vector<BrokerId>& brokers, Duration timeout,
                              const LogDirVisitor& visit) {
    LW_ASSIGN_OR_RETURN(auto answers, DescribeLogDirs(brokers, timeout));
    for (auto& [broker, answer] : answers) visit(broker, std::move(answer));
    return Ok();
  }
  /// Batched: one request per leader. Partitions whose leader is gone answer with a code.
  virtual Result<std::vector<OffsetAnswer>> ListOffsets(const std::vector<OffsetQuery>& queries,
                                                        Duration timeout) = 0;
  /// Asks every live broker. `unreachable` of the answer names brokers that did not answer: groups
  /// they coordinate are missing, not gone.
  struct GroupListings {
    std::vector<GroupListing> groups;
    std::vector<BrokerId> unreachable;
  };
  virtual Result<GroupListings> ListGroups(Duration timeout) = 0;
  /// Routes each group to the call of its kind (GroupListing::type: classic, consumer, share,
  /// streams), one request per coordinator and kind. Members of streams groups are assigned the
  /// partitions that their active tasks read.
  virtual Result<std::vector<GroupDescription>> DescribeGroups(
      const std::vector<GroupListing>& groups, Duration timeout) = 0;
  /// All committed offsets of the groups: one OffsetFetch v8+ per coordinator for all its groups.
  virtual Result<std::vector<GroupOffsets>> FetchGroupOffsets(
      const std::vector<std::string>& groups, Duration timeout) = 0;
  /// Of share groups, all their topics (Kafka 4.1+, kUnimplemented before). One request per
  /// coordinator.
  virtual Result<std::vector<ShareGroupOffsets>> FetchShareOffsets(
      const std::vector<std::string>& groups, Duration timeout) = 0;
  /// Broker resources go to that broker (to the controller's side if it is down), topics to any.
  virtual Result<std::vector<ConfigAnswer>> DescribeConfigs(const std::vector<ConfigQuery>& queries,
                                                            Duration timeout) = 0;
  /// Empty `partitions`: all in progress.
  virtual Result<std::vector<ReassignmentInfo>> ListReassignments(
      const std::vector<TopicPartition>& partitions, Duration timeout) = 0;

  // ---- writing
  // ------------------------------------------------------------------------------------
  /// Starts or cancels reassignments, at most 1,000 a request. `allow_replication_factor_change`
  /// false (I3) is sent as such to Kafka 4.1+; older brokers lack the flag and the caller must have
  /// checked.
  virtual Result<std::vector<PartitionOutcome>> AlterReassignments(
      const std::vector<ReassignmentRequest>& requests, bool allow_replication_factor_change,
      Duration timeout) = 0;
  /// Preferred leader election. ELECTION_NOT_NEEDED (84) counts as success and is reported as 0.
  virtual Result<std::vector<PartitionOutcome>> ElectPreferredLeaders(
      const std::vector<TopicPartition>& partitions, Duration timeout) = 0;
  virtual Result<std::vector<ConfigChangeOutcome>> AlterConfigs(
      const std::vector<ConfigChange>& changes, Duration timeout) = 0;
  virtual Result<std::vector<TopicOutcome>> CreateTopics(const std::vector<NewTopic>& topics,
                                                         Duration timeout) = 0;
  virtual Result<std::vector<TopicOutcome>> DeleteTopics(const std::vector<std::string>& topics,
                                                         Duration timeout) = 0;

  // ---- accounting
  // ---------------------------------------------------------------------------------
  /// Requests sent so far, all API keys together; for `levelwind_kafka_requests_total` and the
  /// budgets.
  virtual std::uint64_t requests_sent() const = 0;
};

/// Kafka's name of an error code ("NOT_CONTROLLER"), or "error 123" for one that is not known.
std::string KafkaErrorName(std::int16_t code);
/// Turns a non-zero code into an Error with the canonical code, Kafka's name and `what`.
Error KafkaError(std::int16_t code, const std::string& what);

}  // namespace levelwind::kafka
