#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "model/ids.h"

namespace levelwind::actions {

/// The cluster at one look of the executor. The reassignments are read before the metadata: a
/// partition that was not being reassigned then shows its outcome, never a union of old and new
/// replicas that belongs to a reassignment that has ended since.
class Observation {
 public:
  static Result<Observation> Read(kafka::AdminClient& admin, Duration timeout);
  Observation(kafka::ClusterMetadata metadata, std::vector<kafka::ReassignmentInfo> reassignments);

  Observation(Observation&&) = default;
  Observation& operator=(Observation&&) = default;
  Observation(const Observation&) = delete;
  Observation& operator=(const Observation&) = delete;

  const std::string& cluster_id() const { return metadata_.cluster_id; }
  const std::vector<kafka::TopicInfo>& topics() const { return metadata_.topics; }
  const std::vector<kafka::ReassignmentInfo>& reassignments() const { return reassignments_; }

  /// Registered and not fenced (I10).
  bool IsLive(BrokerId broker) const { return live_.count(broker) > 0; }
  const std::set<BrokerId>& live() const { return live_; }
  /// Brokers that hold replicas and do not live.
  std::set<BrokerId> DeadHolders() const;
  /// Of all brokers that are known; empty where a broker has none.
  std::map<BrokerId, std::string> Racks() const;

  // Null when there is none.
  const kafka::TopicInfo* FindTopic(const std::string& name) const;
  const kafka::PartitionInfo* FindPartition(const TopicPartition& tp) const;
  const kafka::ReassignmentInfo* FindReassignment(const TopicPartition& tp) const;

 private:
  kafka::ClusterMetadata metadata_;
  std::vector<kafka::ReassignmentInfo> reassignments_;
  std::set<BrokerId> live_;
  std::unordered_map<std::string, std::size_t> topic_index_;
  std::unordered_map<TopicPartition, std::size_t> reassignment_index_;
};

/// "[1, 4, 2]".
std::string BrokersText(const std::vector<BrokerId>& brokers);
bool Contains(const std::vector<BrokerId>& brokers, BrokerId broker);
/// Equal as sets; the lists have no duplicates.
bool SameSet(std::vector<BrokerId> a, std::vector<BrokerId> b);

}  // namespace levelwind::actions
