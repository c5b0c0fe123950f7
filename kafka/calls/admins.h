#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kafka/admin_cluster.h"
#include "kafka/admin_groups.h"
#include "kafka/admin_quotas.h"
#include "kafka/admin_topics.h"
#include "kafka/admin_transactions.h"
#include "kafka/log_reader.h"
#include "kafka/routing/caller.h"

// The interfaces beside AdminClient over the wire, one .cc file each. They hold nothing but the
// Caller, which must outlive them.
namespace levelwind::kafka::calls {

class WireQuotaAdmin final : public QuotaAdmin {
 public:
  explicit WireQuotaAdmin(Caller& caller) : caller_(caller) {}
  Result<std::vector<ClientQuota>> DescribeQuotas(const std::vector<QuotaFilter>& filters,
                                                  bool strict, Duration timeout) override;
  Result<std::vector<QuotaOutcome>> AlterQuotas(const std::vector<QuotaChange>& changes,
                                                bool validate_only, Duration timeout) override;

 private:
  Caller& caller_;
};

class WireGroupAdmin final : public GroupAdmin {
 public:
  explicit WireGroupAdmin(Caller& caller) : caller_(caller) {}
  Result<std::vector<PartitionOutcome>> CommitOffsets(const std::string& group,
                                                      const std::vector<OffsetReset>& resets,
                                                      Duration timeout) override;
  Result<std::vector<PartitionOutcome>> DeleteOffsets(const std::string& group,
                                                      const std::vector<TopicPartition>& partitions,
                                                      Duration timeout) override;
  Result<std::vector<GroupOutcome>> DeleteGroups(const std::vector<std::string>& groups,
                                                 Duration timeout) override;
  Result<std::vector<MemberOutcome>> RemoveMembers(const std::string& group,
                                                   const std::vector<MemberToRemove>& members,
                                                   const std::string& reason,
                                                   Duration timeout) override;

 private:
  Caller& caller_;
};

class WireTopicAdmin final : public TopicAdmin {
 public:
  explicit WireTopicAdmin(Caller& caller) : caller_(caller) {}
  Result<std::vector<TopicOutcome>> CreatePartitions(const std::vector<MorePartitions>& topics,
                                                     bool validate_only, Duration timeout) override;
  Result<std::vector<TopicDetail>> DescribeTopics(const std::vector<std::string>& topics,
                                                  Duration timeout) override;
  Result<std::vector<ReplicaDirOutcome>> MoveReplicaDirs(const std::vector<ReplicaDirMove>& moves,
                                                         Duration timeout) override;

 private:
  Caller& caller_;
};

class WireClusterAdmin final : public ClusterAdmin {
 public:
  explicit WireClusterAdmin(Caller& caller) : caller_(caller) {}
  Result<QuorumInfo> DescribeQuorum(Duration timeout) override;
  Result<Features> DescribeFeatures(Duration timeout) override;
  Status UpdateFeatures(const std::vector<FeatureChange>& changes, bool validate_only,
                        Duration timeout) override;
  Status UnregisterBroker(BrokerId broker, Duration timeout) override;
  Status UnregisterController(BrokerId controller, Duration timeout) override;
  Result<std::vector<ConfigResourceName>> ListConfigResources(const std::vector<std::int8_t>& types,
                                                              Duration timeout) override;

 private:
  Caller& caller_;
};

class WireTransactionAdmin final : public TransactionAdmin {
 public:
  explicit WireTransactionAdmin(Caller& caller) : caller_(caller) {}
  Result<std::vector<PartitionProducers>> DescribeProducers(
      const std::vector<TopicPartition>& partitions, Duration timeout) override;
  Result<TransactionListings> ListTransactions(const TransactionFilter& filter,
                                               Duration timeout) override;
  Result<std::vector<TransactionDescription>> DescribeTransactions(
      const std::vector<std::string>& ids, Duration timeout) override;

 private:
  Caller& caller_;
};

class WireLogReader final : public LogReader {
 public:
  explicit WireLogReader(Caller& caller) : caller_(caller) {}
  Result<std::vector<TopicPartition>> PartitionsOf(const std::string& topic,
                                                   Duration timeout) override;
  Result<std::vector<OffsetAnswer>> EdgesOf(const std::vector<TopicPartition>& partitions,
                                            std::int64_t edge, Duration timeout) override;
  Result<std::vector<FetchedLog>> FetchLog(const std::vector<FetchPosition>& positions,
                                           const FetchLimits& limits, Duration timeout) override;

 private:
  Caller& caller_;
};

}  // namespace levelwind::kafka::calls
