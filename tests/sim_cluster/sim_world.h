#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kafka/protocol/all_messages.h"
#include "model/ids.h"
#include "tests/sim_cluster/sim_groups.h"
#include "tests/sim_cluster/sim_records.h"
#include "tests/sim_cluster/sim_state.h"
#include "tests/sim_cluster/sim_types.h"

namespace levelwind::testing {

/// All that answers are made from. Guarded by the mutex of SimCluster.
struct SimWorld {
  SimWorld(const SimOptions& given, SteadyTime now) : options(given), state(given, now) {}

  SimOptions options;
  SimState state;
  SimGroups groups;
  SimRecords records;
  std::string cluster_id = "simulated-cluster-0001";
  std::map<BrokerId, std::uint16_t> ports;
  WallTime wall;
  /// Brokers whose view of the cluster stands still, with that view.
  std::map<BrokerId, kafka::MetadataResponse> frozen;
  /// Answers about all topics, encoded, by version: a large cluster's are made once and given
  /// often.
  std::map<std::int16_t, std::vector<std::uint8_t>> metadata_frames;
  std::uint64_t metadata_frames_of = 0;  ///< SimState::version() then.
};

/// One request's surroundings.
struct SimContext {
  SimWorld& world;
  BrokerId broker = kNoBroker;  ///< Which is being asked.
  std::int16_t version = 0;
};

// One overload per API, with Kafka's semantics: handlers_*.cc.
kafka::ApiVersionsResponse Answer(SimContext& context, const kafka::ApiVersionsRequest& request);
kafka::MetadataResponse Answer(SimContext& context, const kafka::MetadataRequest& request);
kafka::DescribeClusterResponse Answer(SimContext& context,
                                      const kafka::DescribeClusterRequest& request);
kafka::DescribeLogDirsResponse Answer(SimContext& context,
                                      const kafka::DescribeLogDirsRequest& request);
kafka::ListOffsetsResponse Answer(SimContext& context, const kafka::ListOffsetsRequest& request);
kafka::FetchResponse Answer(SimContext& context, const kafka::FetchRequest& request);
kafka::ListGroupsResponse Answer(SimContext& context, const kafka::ListGroupsRequest& request);
kafka::DescribeGroupsResponse Answer(SimContext& context,
                                     const kafka::DescribeGroupsRequest& request);
kafka::ConsumerGroupDescribeResponse Answer(SimContext& context,
                                            const kafka::ConsumerGroupDescribeRequest& request);
kafka::FindCoordinatorResponse Answer(SimContext& context,
                                      const kafka::FindCoordinatorRequest& request);
kafka::OffsetFetchResponse Answer(SimContext& context, const kafka::OffsetFetchRequest& request);
kafka::OffsetCommitResponse Answer(SimContext& context, const kafka::OffsetCommitRequest& request);
kafka::DescribeConfigsResponse Answer(SimContext& context,
                                      const kafka::DescribeConfigsRequest& request);
kafka::IncrementalAlterConfigsResponse Answer(SimContext& context,
                                              const kafka::IncrementalAlterConfigsRequest& request);
kafka::AlterPartitionReassignmentsResponse Answer(
    SimContext& context, const kafka::AlterPartitionReassignmentsRequest& request);
kafka::ListPartitionReassignmentsResponse Answer(
    SimContext& context, const kafka::ListPartitionReassignmentsRequest& request);
kafka::ElectLeadersResponse Answer(SimContext& context, const kafka::ElectLeadersRequest& request);
kafka::CreateTopicsResponse Answer(SimContext& context, const kafka::CreateTopicsRequest& request);
kafka::DeleteTopicsResponse Answer(SimContext& context, const kafka::DeleteTopicsRequest& request);

/// Whether requests of this API are answered at all.
bool IsSimulated(kafka::ApiKey api);

/// The whole cluster as a broker's Metadata answer has it now.
kafka::MetadataResponse FullMetadata(const SimWorld& world);

/// NOT_CONTROLLER when this cluster wants the controller and `broker` is not it; else 0.
std::int16_t ControllerCheck(const SimContext& context);

}  // namespace levelwind::testing
