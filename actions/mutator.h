#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "kafka/admin_topics.h"
#include "store/operation_journal.h"

namespace levelwind::actions {

/// What became of one mutating call.
template <class T>
struct Attempt {
  /// Whether intent and audit row are on disk. If not, nothing was sent (B3).
  Status intent;
  /// Kafka's answer; meaningless unless `intent` is ok.
  Result<std::vector<T>> answer;
};

/// The one door to the cluster for everything that changes it.
///
/// Each call first commits `intent` together with an audit row (I1, I18), then sends one request.
/// The audit row's outcome goes to disk with the next commit. Nothing else in actions/ may call a
/// writing method of AdminClient (tests/actions checks the sources). Executor's thread only.
class Mutator {
 public:
  Mutator(kafka::AdminClient& admin, kafka::TopicAdmin& topics, store::OperationJournal& journal,
          const Clock& clock, Duration timeout);

  struct Cause {
    std::string operation;
    std::string author;
  };

  /// At most 1,000 partitions. Unless `changes_factor`, Kafka is asked to refuse what would change
  /// a replication factor (I3).
  Attempt<kafka::PartitionOutcome> AlterReassignments(
      const Cause& cause, store::JournalBatch intent,
      const std::vector<kafka::ReassignmentRequest>& requests, bool changes_factor);
  Attempt<kafka::PartitionOutcome> ElectPreferredLeaders(
      const Cause& cause, store::JournalBatch intent,
      const std::vector<TopicPartition>& partitions);
  /// All on one broker, at most 1,000: that is one request. One outcome per move, in order.
  Attempt<kafka::ReplicaDirOutcome> MoveReplicaDirs(
      const Cause& cause, store::JournalBatch intent,
      const std::vector<kafka::ReplicaDirMove>& moves);
  /// At most 1,000 topics. One outcome per topic.
  Attempt<kafka::TopicOutcome> CreatePartitions(const Cause& cause, store::JournalBatch intent,
                                                const std::vector<kafka::MorePartitions>& topics);
  /// The changes must go to one broker, or all to topics: that is one request.
  Attempt<kafka::ConfigChangeOutcome> AlterConfigs(const Cause& cause, store::JournalBatch intent,
                                                   const std::vector<kafka::ConfigChange>& changes);

  /// Commits `batch` and the outcomes of earlier calls; nothing is written when there is neither.
  Status Commit(store::JournalBatch batch);

 private:
  template <class T, class Send>
  Attempt<T> Run(const Cause& cause, store::JournalBatch intent, const char* api,
                 std::string target, Send send);

  kafka::AdminClient& admin_;
  kafka::TopicAdmin& topics_;
  store::OperationJournal& journal_;
  const Clock& clock_;
  const Duration timeout_;
  std::vector<store::AuditRecord> outcomes_;  // not on disk yet
};

}  // namespace levelwind::actions
