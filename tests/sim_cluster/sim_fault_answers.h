#pragma once

#include <cstddef>
#include <cstdint>

#include "kafka/protocol/all_messages.h"

namespace levelwind::testing {

// Answers as a broker in trouble gives them. Error codes go where each API has a place for them:
// the whole answer if it can carry one, else every item that was asked for.

kafka::ApiVersionsResponse Refuse(const kafka::ApiVersionsRequest&, std::int16_t code);
kafka::MetadataResponse Refuse(const kafka::MetadataRequest& request, std::int16_t code);
kafka::DescribeClusterResponse Refuse(const kafka::DescribeClusterRequest&, std::int16_t code);
kafka::DescribeLogDirsResponse Refuse(const kafka::DescribeLogDirsRequest&, std::int16_t code);
kafka::ListOffsetsResponse Refuse(const kafka::ListOffsetsRequest& request, std::int16_t code);
kafka::FetchResponse Refuse(const kafka::FetchRequest&, std::int16_t code);
kafka::ListGroupsResponse Refuse(const kafka::ListGroupsRequest&, std::int16_t code);
kafka::DescribeGroupsResponse Refuse(const kafka::DescribeGroupsRequest& request,
                                     std::int16_t code);
kafka::ConsumerGroupDescribeResponse Refuse(const kafka::ConsumerGroupDescribeRequest& request,
                                            std::int16_t code);
kafka::FindCoordinatorResponse Refuse(const kafka::FindCoordinatorRequest& request,
                                      std::int16_t code);
kafka::OffsetFetchResponse Refuse(const kafka::OffsetFetchRequest& request, std::int16_t code);
kafka::OffsetCommitResponse Refuse(const kafka::OffsetCommitRequest& request, std::int16_t code);
kafka::DescribeConfigsResponse Refuse(const kafka::DescribeConfigsRequest& request,
                                      std::int16_t code);
kafka::IncrementalAlterConfigsResponse Refuse(const kafka::IncrementalAlterConfigsRequest& request,
                                              std::int16_t code);
kafka::AlterPartitionReassignmentsResponse Refuse(
    const kafka::AlterPartitionReassignmentsRequest& request, std::int16_t code);
kafka::ListPartitionReassignmentsResponse Refuse(const kafka::ListPartitionReassignmentsRequest&,
                                                 std::int16_t code);
kafka::ElectLeadersResponse Refuse(const kafka::ElectLeadersRequest&, std::int16_t code);
kafka::CreateTopicsResponse Refuse(const kafka::CreateTopicsRequest& request, std::int16_t code);
kafka::DeleteTopicsResponse Refuse(const kafka::DeleteTopicsRequest& request, std::int16_t code);

/// Keeps the first half (rounded down) of the items, as if the rest had been forgotten.
template <class List>
void Halve(List& list) {
  list.resize(list.size() / 2);
}
inline void MakePartial(kafka::ApiVersionsResponse& r) { Halve(r.api_keys); }
inline void MakePartial(kafka::MetadataResponse& r) { Halve(r.topics); }
inline void MakePartial(kafka::DescribeClusterResponse& r) { Halve(r.brokers); }
inline void MakePartial(kafka::DescribeLogDirsResponse& r) {
  for (auto& dir : r.results) Halve(dir.topics);
}
inline void MakePartial(kafka::ListOffsetsResponse& r) {
  for (auto& topic : r.topics) Halve(topic.partitions);
}
inline void MakePartial(kafka::FetchResponse& r) {
  for (auto& topic : r.responses) Halve(topic.partitions);
}
inline void MakePartial(kafka::ListGroupsResponse& r) { Halve(r.groups); }
inline void MakePartial(kafka::DescribeGroupsResponse& r) { Halve(r.groups); }
inline void MakePartial(kafka::ConsumerGroupDescribeResponse& r) { Halve(r.groups); }
inline void MakePartial(kafka::FindCoordinatorResponse& r) { Halve(r.coordinators); }
inline void MakePartial(kafka::OffsetFetchResponse& r) { Halve(r.groups); }
inline void MakePartial(kafka::OffsetCommitResponse& r) { Halve(r.topics); }
inline void MakePartial(kafka::DescribeConfigsResponse& r) { Halve(r.results); }
inline void MakePartial(kafka::IncrementalAlterConfigsResponse& r) { Halve(r.responses); }
inline void MakePartial(kafka::AlterPartitionReassignmentsResponse& r) {
  for (auto& topic : r.responses) Halve(topic.partitions);
}
inline void MakePartial(kafka::ListPartitionReassignmentsResponse& r) {
  for (auto& topic : r.topics) Halve(topic.partitions);
}
inline void MakePartial(kafka::ElectLeadersResponse& r) {
  for (auto& topic : r.replica_election_results) Halve(topic.partition_result);
}
inline void MakePartial(kafka::CreateTopicsResponse& r) { Halve(r.topics); }
inline void MakePartial(kafka::DeleteTopicsResponse& r) { Halve(r.responses); }

}  // namespace levelwind::testing
