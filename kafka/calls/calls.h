#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "kafka/admin_types.h"
#include "kafka/routing/caller.h"

// The admin calls, one .cc file per domain: what kafka/admin_client.h promises, in terms of
// messages. Each blocks until `deadline` at the latest.
namespace levelwind::kafka::calls {

Result<ClusterMetadata> DescribeCluster(Caller& caller, SteadyTime deadline);
/// The named topics as Metadata tells them, with their errors.
Result<std::vector<TopicInfo>> NamedTopics(Caller& caller, const std::vector<std::string>& names,
                                           SteadyTime deadline);

Result<std::map<BrokerId, Result<std::vector<LogDirInfo>>>> DescribeLogDirs(
    Caller& caller, const std::vector<BrokerId>& brokers, SteadyTime deadline);

Status VisitLogDirs(Caller& caller, const std::vector<BrokerId>& brokers, SteadyTime deadline,
                    const AdminClient::LogDirVisitor& visit);

Result<std::vector<OffsetAnswer>> ListOffsets(Caller& caller,
                                              const std::vector<OffsetQuery>& queries,
                                              SteadyTime deadline);

Result<AdminClient::GroupListings> ListGroups(Caller& caller, SteadyTime deadline);
Result<std::vector<GroupDescription>> DescribeGroups(Caller& caller,
                                                     const std::vector<GroupListing>& groups,
                                                     SteadyTime deadline);
Result<std::vector<GroupOffsets>> FetchGroupOffsets(Caller& caller,
                                                    const std::vector<std::string>& groups,
                                                    SteadyTime deadline);
Result<std::vector<ShareGroupOffsets>> FetchShareOffsets(Caller& caller,
                                                         const std::vector<std::string>& groups,
                                                         SteadyTime deadline);

Result<std::vector<ConfigAnswer>> DescribeConfigs(Caller& caller,
                                                  const std::vector<ConfigQuery>& queries,
                                                  SteadyTime deadline);
Result<std::vector<ConfigChangeOutcome>> AlterConfigs(Caller& caller,
                                                      const std::vector<ConfigChange>& changes,
                                                      SteadyTime deadline);

Result<std::vector<ReassignmentInfo>> ListReassignments(
    Caller& caller, const std::vector<TopicPartition>& partitions, SteadyTime deadline);
Result<std::vector<PartitionOutcome>> AlterReassignments(
    Caller& caller, const std::vector<ReassignmentRequest>& requests,
    bool allow_replication_factor_change, SteadyTime deadline);
Result<std::vector<PartitionOutcome>> ElectPreferredLeaders(
    Caller& caller, const std::vector<TopicPartition>& partitions, SteadyTime deadline);

Result<std::vector<TopicOutcome>> CreateTopics(Caller& caller, const std::vector<NewTopic>& topics,
                                               SteadyTime deadline);
Result<std::vector<TopicOutcome>> DeleteTopics(Caller& caller,
                                               const std::vector<std::string>& topics,
                                               SteadyTime deadline);

/// Told with every write whose answer did not come: the reader of the message must know that.
Error WriteError(const Error& error, Progress progress, const std::string& what);
/// The code for an item whose request failed as a whole: Kafka's own if there is one, else 35 for a
/// broker too old and 13 for one that did not answer.
std::int16_t CodeFor(const Error& error);

}  // namespace levelwind::kafka::calls
