#pragma once

// Every API of this build as a list of types, for code that must not forget one: the table of
// KnownApis(), the conformance dump, the property tests, the fuzz targets.

#include <tuple>

#include "kafka/protocol/messages_cluster.h"
#include "kafka/protocol/messages_configs.h"
#include "kafka/protocol/messages_group_changes.h"
#include "kafka/protocol/messages_groups.h"
#include "kafka/protocol/messages_log.h"
#include "kafka/protocol/messages_log_dirs.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/protocol/messages_partitions.h"
#include "kafka/protocol/messages_quorum.h"
#include "kafka/protocol/messages_quotas.h"
#include "kafka/protocol/messages_replicas.h"
#include "kafka/protocol/messages_sasl.h"
#include "kafka/protocol/messages_share_groups.h"
#include "kafka/protocol/messages_streams_groups.h"
#include "kafka/protocol/messages_topics.h"
#include "kafka/protocol/messages_transactions.h"

namespace levelwind::kafka {

/// A type as a value, to pass types to generic lambdas.
template <class T>
struct TypeTag {
  using Type = T;
};

/// Sorted by API key.
using AllRequests = std::tuple<
    TypeTag<ProduceRequest>, TypeTag<FetchRequest>, TypeTag<ListOffsetsRequest>,
    TypeTag<MetadataRequest>, TypeTag<OffsetCommitRequest>, TypeTag<OffsetFetchRequest>,
    TypeTag<FindCoordinatorRequest>, TypeTag<LeaveGroupRequest>, TypeTag<DescribeGroupsRequest>,
    TypeTag<ListGroupsRequest>, TypeTag<SaslHandshakeRequest>, TypeTag<ApiVersionsRequest>,
    TypeTag<CreateTopicsRequest>, TypeTag<DeleteTopicsRequest>, TypeTag<DescribeConfigsRequest>,
    TypeTag<AlterReplicaLogDirsRequest>, TypeTag<DescribeLogDirsRequest>,
    TypeTag<SaslAuthenticateRequest>, TypeTag<CreatePartitionsRequest>,
    TypeTag<DeleteGroupsRequest>, TypeTag<ElectLeadersRequest>,
    TypeTag<IncrementalAlterConfigsRequest>, TypeTag<AlterPartitionReassignmentsRequest>,
    TypeTag<ListPartitionReassignmentsRequest>, TypeTag<OffsetDeleteRequest>,
    TypeTag<DescribeClientQuotasRequest>, TypeTag<AlterClientQuotasRequest>,
    TypeTag<DescribeQuorumRequest>, TypeTag<UpdateFeaturesRequest>, TypeTag<DescribeClusterRequest>,
    TypeTag<DescribeProducersRequest>, TypeTag<UnregisterBrokerRequest>,
    TypeTag<DescribeTransactionsRequest>, TypeTag<ListTransactionsRequest>,
    TypeTag<ConsumerGroupDescribeRequest>, TypeTag<ListConfigResourcesRequest>,
    TypeTag<DescribeTopicPartitionsRequest>, TypeTag<ShareGroupDescribeRequest>,
    TypeTag<StreamsGroupDescribeRequest>, TypeTag<DescribeShareGroupOffsetsRequest>,
    TypeTag<UnregisterControllerRequest>>;

/// Calls visit(TypeTag<Request>{}) for each request; its response is Request::Response.
template <class Visit>
void ForEachRequest(Visit&& visit) {
  std::apply([&](auto... tag) { (visit(tag), ...); }, AllRequests{});
}

/// Calls visit(TypeTag<Message>{}) for each request and each response.
template <class Visit>
void ForEachMessage(Visit&& visit) {
  ForEachRequest([&]<class Request>(TypeTag<Request> tag) {
    visit(tag);
    visit(TypeTag<typename Request::Response>{});
  });
}

}  // namespace levelwind::kafka
