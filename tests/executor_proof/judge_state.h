#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/executor_proof/judge.h"

namespace levelwind::testing {

/// What the judge knows at one event. Filled by judge.cc, asked by judge_requests.cc.
class Judge {
 public:
  explicit Judge(const History& history) : history_(history) {}
  std::vector<Violation> Run();

 private:
  using StepKey = std::pair<std::string, std::int32_t>;
  using PreimageKey = std::pair<std::string, std::pair<ConfigName, std::string>>;

  // judge.cc
  void OnState(const Event& event);
  void OnLook(const Event& event);
  void OnCommit(const Event& event);
  void OnStepRow(const Event& event, const std::string& operation, const store::StepRecord& row);
  void OnRestart();
  void AtEnd();
  void CheckReached(const Event& event, const store::StepRecord& row);
  void CheckLeftovers(const ClusterState& first, const ClusterState& last);
  void Break(const std::string& rule, std::string what);

  // judge_requests.cc
  void OnRequest(const Event& event);
  void OnReassign(const Event& event, const kafka::ReassignmentRequest& request);
  void OnStart(const Event& event, const std::string& operation, const store::StepRecord& step);
  void OnTakeBack(const Event& event, const kafka::ReassignmentRequest& request,
                  const store::StepRecord& step, const PartitionState& now);
  void OnElection(const Event& event, const TopicPartition& partition);
  void CheckInSync(const Event& event, const std::string& operation, const store::StepRecord& step,
                   const PartitionState& now);
  void CheckStress(const Event& event, const std::string& operation);
  void CheckMayStart(const std::string& operation, const store::StepRecord& step);
  void CheckCaps(const Event& event);
  void CheckThrottled(const Event& event, const store::StepRecord& step);

  // judge_configs.cc
  void OnDirMove(const Event& event, const kafka::ReplicaDirMove& move);
  void CheckDirStart(const Event& event, const store::StepRecord& step, const PartitionState& now);
  void CheckDirCaps(const Event& event);
  void OnConfig(const Event& event, const kafka::ConfigChange& change);
  void OnListChange(const Event& event, const kafka::ConfigChange& change, const ConfigName& name);
  void OnRateChange(const Event& event, const kafka::ConfigChange& change, const ConfigName& name);

  // judge_limits.cc
  void CheckBytes(const Event& event);
  void CheckBudgets(const Event& event, const store::StepRecord& step, std::int64_t bytes);
  void CheckRacks(const Event& event);
  void CheckRacksInSync(const Event& event, const store::StepRecord& step,
                        const PartitionState& now);
  void CheckKnown(const Event& event, const store::StepRecord& step);
  void CheckSizes(const Event& event);
  void CheckBounds(const Event& event);

  std::optional<StepKey> OpenStep(const TopicPartition& partition, BrokerId dir_broker) const;
  std::set<TopicPartition> OpenPartitions() const;
  std::int32_t MinIsr(const ClusterState& state, const TopicPartition& partition) const;

  const History& history_;
  std::vector<Violation> found_;
  std::size_t index_ = 0;

  // The journal as it is on disk.
  std::map<std::string, store::OperationRecord> operations_;
  std::map<StepKey, store::StepRecord> steps_;
  std::map<PreimageKey, store::PreimageRecord> preimages_;
  std::vector<store::AuditRecord> announced_;  // audit rows whose request was not seen yet

  std::uint64_t generation_ = 0;
  std::size_t lost_to_crashes_ = 0;
  ClusterStatePtr first_, last_;
  bool blind_ = false;  // the last look failed
  std::int64_t next_start_ms_ = 0;
  std::deque<std::pair<std::int64_t, std::int64_t>> day_;    // when, bytes
  std::map<std::string, std::set<BrokerId>> dead_at_start_;  // by operation
  std::map<std::string, std::set<std::pair<TopicPartition, BrokerId>>> behind_at_start_;
  std::set<TopicPartition> foreign_partitions_;
  std::set<ConfigName> foreign_configs_;
  std::set<StepKey> yielded_;  // seen in somebody else's hands while open
};

bool In(const std::vector<BrokerId>& list, BrokerId broker);
std::vector<BrokerId> Without(const std::vector<BrokerId>& list,
                              const std::vector<BrokerId>& other);
bool SameMembers(const std::vector<BrokerId>& a, const std::vector<BrokerId>& b);
/// The reassignment that runs is the one the move asks for.
bool HasSignature(const PartitionState& now, const Move& move);
std::string ListText(const std::vector<BrokerId>& list);
bool ListNamesEntry(const std::string& list, const std::string& entry);

}  // namespace levelwind::testing
