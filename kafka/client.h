#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/admin_cluster.h"
#include "kafka/admin_groups.h"
#include "kafka/admin_quotas.h"
#include "kafka/admin_topics.h"
#include "kafka/admin_transactions.h"
#include "kafka/client_options.h"
#include "kafka/log_reader.h"
#include "kafka/net/stats.h"

namespace levelwind::kafka {

/// AdminClient over Levelwind's own protocol layer.
///
/// One thread, made by the owner, must be in Run() while others call; without it calls end with
/// kDeadlineExceeded after their timeout. Connections are made when first needed: one per broker
/// for reading and one for writing. After Run() has returned, calls end with kCancelled at once.
class KafkaClient final : public AdminClient {
 public:
  /// InvalidArgument when an address in `bootstrap` is not host:port, none is given, or a limit is
  /// out of range, or the security options do not fit together or name a file or secret that cannot
  /// be used (CheckSecurity). Does not connect.
  static Result<std::unique_ptr<KafkaClient>> Create(ClientOptions options);
  ~KafkaClient() override;

  /// The I/O loop: returns soon after `stop` was requested. Call once.
  void Run(std::stop_token stop);

  /// Any thread.
  ClientStats Stats() const;

  Result<ClusterMetadata> DescribeCluster(Duration timeout) override;
  Result<std::map<BrokerId, Result<std::vector<LogDirInfo>>>> DescribeLogDirs(
      const std::vector<BrokerId>& brokers, Duration timeout) override;
  Status VisitLogDirs(const std::vector<BrokerId>& brokers, Duration timeout,
                      const LogDirVisitor& visit) override;
  Result<std::vector<OffsetAnswer>> ListOffsets(const std::vector<OffsetQuery>& queries,
                                                Duration timeout) override;
  Result<GroupListings> ListGroups(Duration timeout) override;
  Result<std::vector<GroupDescription>> DescribeGroups(const std::vector<GroupListing>& groups,
                                                       Duration timeout) override;
  Result<std::vector<GroupOffsets>> FetchGroupOffsets(const std::vector<std::string>& groups,
                                                      Duration timeout) override;
  Result<std::vector<ShareGroupOffsets>> FetchShareOffsets(const std::vector<std::string>& groups,
                                                           Duration timeout) override;
  Result<std::vector<ConfigAnswer>> DescribeConfigs(const std::vector<ConfigQuery>& queries,
                                                    Duration timeout) override;
  Result<std::vector<ReassignmentInfo>> ListReassignments(
      const std::vector<TopicPartition>& partitions, Duration timeout) override;
  Result<std::vector<PartitionOutcome>> AlterReassignments(
      const std::vector<ReassignmentRequest>& requests, bool allow_replication_factor_change,
      Duration timeout) override;
  Result<std::vector<PartitionOutcome>> ElectPreferredLeaders(
      const std::vector<TopicPartition>& partitions, Duration timeout) override;
  Result<std::vector<ConfigChangeOutcome>> AlterConfigs(const std::vector<ConfigChange>& changes,
                                                        Duration timeout) override;
  Result<std::vector<TopicOutcome>> CreateTopics(const std::vector<NewTopic>& topics,
                                                 Duration timeout) override;
  Result<std::vector<TopicOutcome>> DeleteTopics(const std::vector<std::string>& topics,
                                                 Duration timeout) override;
  std::uint64_t requests_sent() const override;

  /// The further interfaces, over the same connections; they live as long as this object.
  ClusterAdmin& cluster_admin();
  GroupAdmin& group_admin();
  QuotaAdmin& quota_admin();
  TopicAdmin& topic_admin();
  TransactionAdmin& transaction_admin();
  LogReader& log_reader();

 private:
  struct Impl;
  explicit KafkaClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace levelwind::kafka
