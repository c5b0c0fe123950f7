#pragma once

// Every API of this build as a list of types, for code that must not forget one: the table of
// KnownApis(), the conformance dump, the property tests, the fuzz targets.

#include <tuple>

#include "kafka/protocol/messages_cluster.h"
#include "kafka/protocol/messages_configs.h"
#include "kafka/protocol/messages_groups.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/protocol/messages_replicas.h"
#include "kafka/protocol/messages_sasl.h"
#include "kafka/protocol/messages_topics.h"

namespace levelwind::kafka {

/// A type as a value, to pass types to generic lambdas.
template <class T>
struct TypeTag {
  using Type = T;
};

/// Sorted by API key.
using AllRequests = std::tuple<
    TypeTag<ListOffsetsRequest>, TypeTag<MetadataRequest>, TypeTag<OffsetCommitRequest>,
    TypeTag<OffsetFetchRequest>, TypeTag<FindCoordinatorRequest>, TypeTag<DescribeGroupsRequest>,
    TypeTag<ListGroupsRequest>, TypeTag<SaslHandshakeRequest>, TypeTag<ApiVersionsRequest>,
    TypeTag<CreateTopicsRequest>, TypeTag<DeleteTopicsRequest>, TypeTag<DescribeConfigsRequest>,
    TypeTag<DescribeLogDirsRequest>, TypeTag<SaslAuthenticateRequest>, TypeTag<ElectLeadersRequest>,
    TypeTag<IncrementalAlterConfigsRequest>, TypeTag<AlterPartitionReassignmentsRequest>,
    TypeTag<ListPartitionReassignmentsRequest>, TypeTag<DescribeClusterRequest>,
    TypeTag<ConsumerGroupDescribeRequest>>;

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
