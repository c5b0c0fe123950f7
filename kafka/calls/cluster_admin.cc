#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/admins.h"
#include "kafka/calls/calls.h"
#include "kafka/calls/items.h"
#include "kafka/protocol/messages_cluster.h"
#include "kafka/protocol/messages_configs.h"
#include "kafka/protocol/messages_quorum.h"

namespace levelwind::kafka::calls {

namespace {

constexpr const char* kMetadataTopic = "__cluster_metadata";
/// The first version of ApiVersions that tells features.
constexpr std::int16_t kFeaturesVersion = 3;
/// The first of UpdateFeatures that tells kinds of downgrades and can only validate.
constexpr std::int16_t kKindsVersion = 1;
/// The first of ListConfigResources that lists more than client metrics.
constexpr std::int16_t kAllTypesVersion = 1;
constexpr std::int8_t kClientMetrics = 16;

using Partition = DescribeQuorumResponse::Topic::Partition;

std::vector<QuorumReplica> Take(const std::vector<Partition::ReplicaState>& from) {
  std::vector<QuorumReplica> to;
  to.reserve(from.size());
  for (const auto& one : from) {
    to.push_back({one.replica_id, one.replica_directory_id,
                  one.log_end_offset < 0 ? kUnknownCount : one.log_end_offset,
                  one.last_fetch_timestamp, one.last_caught_up_timestamp});
  }
  return to;
}

Result<QuorumInfo> Take(const DescribeQuorumResponse& response) {
  constexpr const char* kWhat = "describing the metadata quorum";
  if (response.error_code != 0) {
    return TopLevel(response.error_code, response.error_message, kWhat);
  }
  for (const auto& topic : response.topics) {
    for (const Partition& partition : topic.partitions) {
      if (partition.error_code != 0) {
        return TopLevel(partition.error_code, partition.error_message, kWhat);
      }
      return QuorumInfo{partition.leader_id < 0 ? kNoBroker : partition.leader_id,
                        partition.leader_epoch,
                        partition.high_watermark < 0 ? kUnknownCount : partition.high_watermark,
                        Take(partition.current_voters), Take(partition.observers)};
    }
  }
  return DataLoss("describing the metadata quorum: the answer names no partition");
}

/// The outcome of a write that has one error for all.
template <class Response>
Status Told(const Answer<Response>& answer, const std::string& what) {
  if (!answer.response.ok()) return WriteError(answer.response.error(), answer.progress, what);
  const Response& response = *answer.response;
  if (response.error_code == 0) return Ok();
  return TopLevel(response.error_code, response.error_message, what);
}

}  // namespace

Result<QuorumInfo> WireClusterAdmin::DescribeQuorum(Duration timeout) {
  DescribeQuorumRequest request;
  auto& topic = request.topics.emplace_back();
  topic.topic_name = kMetadataTopic;
  topic.partitions.emplace_back().partition_index = 0;
  const auto answer = caller_.Any(std::move(request), caller_.DeadlineIn(timeout));
  if (!answer.response.ok()) {
    return answer.response.error().Wrap("describing the metadata quorum");
  }
  return Take(*answer.response);
}

Result<Features> WireClusterAdmin::DescribeFeatures(Duration timeout) {
  ApiVersionsRequest request;
  request.client_software_name = "levelwind";
  request.client_software_version = LEVELWIND_VERSION;
  const auto answer =
      caller_.Any(std::move(request), caller_.DeadlineIn(timeout), kFeaturesVersion);
  if (!answer.response.ok()) return answer.response.error().Wrap("reading feature levels");
  if (answer.response->error_code != 0) {
    return KafkaError(answer.response->error_code, "reading feature levels");
  }
  Features features;
  features.finalized_epoch = answer.response->finalized_features_epoch;
  for (const auto& one : answer.response->supported_features) {
    features.supported[one.name] = {one.min_version, one.max_version};
  }
  for (const auto& one : answer.response->finalized_features) {
    features.finalized[one.name] = one.max_version_level;
  }
  return features;
}

Status WireClusterAdmin::UpdateFeatures(const std::vector<FeatureChange>& changes,
                                        bool validate_only, Duration timeout) {
  if (changes.empty()) return Ok();
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  UpdateFeaturesRequest request;
  request.timeout_ms = caller_.RemainingMs(deadline);
  request.validate_only = validate_only;
  bool kinds = validate_only;
  for (const FeatureChange& change : changes) {
    auto& update = request.feature_updates.emplace_back();
    update.feature = change.name;
    update.max_version_level = change.level;
    update.upgrade_type = static_cast<std::int8_t>(change.kind);
    kinds = kinds || change.kind != FeatureChangeKind::kUpgrade;
  }
  const auto answer =
      caller_.Controller(std::move(request), deadline, &CodeOf<UpdateFeaturesResponse>,
                         kinds ? kKindsVersion : UpdateFeaturesRequest::kInfo.min);
  LW_RETURN_IF_ERROR(Told(answer, "updating feature levels"));
  for (const auto& one : answer.response->results) {
    if (one.error_code != 0) {
      return TopLevel(one.error_code, one.error_message, "updating feature " + one.feature);
    }
  }
  return Ok();
}

Status WireClusterAdmin::UnregisterBroker(BrokerId broker, Duration timeout) {
  UnregisterBrokerRequest request;
  request.broker_id = broker;
  return Told(caller_.Any(std::move(request), caller_.DeadlineIn(timeout)),
              fmt::format("unregistering broker {}", broker));
}

Status WireClusterAdmin::UnregisterController(BrokerId controller, Duration timeout) {
  UnregisterControllerRequest request;
  request.controller_id = controller;
  return Told(caller_.Any(std::move(request), caller_.DeadlineIn(timeout)),
              fmt::format("unregistering controller {}", controller));
}

Result<std::vector<ConfigResourceName>> WireClusterAdmin::ListConfigResources(
    const std::vector<std::int8_t>& types, Duration timeout) {
  ListConfigResourcesRequest request;
  request.resource_types = types;
  const bool metrics_only = types.size() == 1 && types.front() == kClientMetrics;
  const auto answer = caller_.Any(std::move(request), caller_.DeadlineIn(timeout),
                                  metrics_only ? std::int16_t{0} : kAllTypesVersion);
  if (!answer.response.ok()) return answer.response.error().Wrap("listing config resources");
  if (answer.response->error_code != 0) {
    return KafkaError(answer.response->error_code, "listing config resources");
  }
  std::vector<ConfigResourceName> names;
  names.reserve(answer.response->config_resources.size());
  for (const auto& one : answer.response->config_resources) {
    names.push_back({one.resource_type, one.resource_name});
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace levelwind::kafka::calls
