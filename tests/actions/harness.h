#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actions/executor.h"
#include "model/proposal.h"
#include "store/journal.h"
#include "tests/actions/fake_kafka.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace levelwind::testing {

/// Thrown where a test "kills the process"; Harness::Crash then throws the executor away.
struct SimulatedKill {};

/// The real journal with a place to fail or to be killed at each commit.
class ProbedJournal final : public store::OperationJournal {
 public:
  explicit ProbedJournal(store::Journal& journal) : journal_(journal) {}

  std::function<void(const char* when)> on_commit;  ///< "before", "after"; may throw.
  std::function<Status(const store::JournalBatch&)> fail;

  Status Commit(const store::JournalBatch& batch) override {
    if (batch.empty()) return Ok();
    if (fail) LW_RETURN_IF_ERROR(fail(batch));
    if (on_commit) on_commit("before");
    LW_RETURN_IF_ERROR(journal_.Commit(batch));
    if (on_commit) on_commit("after");
    return Ok();
  }
  Result<std::vector<store::StoredOperation>> LoadOperations(std::size_t limit) override {
    return journal_.LoadOperations(limit);
  }
  Result<store::StoredOperation> LoadOperation(const std::string& id) override {
    return journal_.LoadOperation(id);
  }
  Result<std::vector<store::SentMove>> LoadSentMoves(WallTime since) override {
    return journal_.LoadSentMoves(since);
  }
  Result<std::vector<store::PreimageRecord>> LoadOpenPreimages() override {
    return journal_.LoadOpenPreimages();
  }
  Result<std::uint64_t> NextOperationNumber() override { return journal_.NextOperationNumber(); }
  std::uint64_t generation() const override { return journal_.generation(); }

 private:
  store::Journal& journal_;
};

/// A fake cluster, a manual clock, a real journal on disk, and the executor between them.
class Harness {
 public:
  explicit Harness(const std::vector<BrokerId>& brokers) : kafka(brokers) {}

  FakeKafka kafka;
  ManualClock clock;
  TempDir dir{TempDir::InMemory()};
  actions::ExecutorOptions options;
  std::int64_t bytes_per_poll = 400;
  std::unique_ptr<store::Journal> journal;
  std::unique_ptr<ProbedJournal> probe;
  std::unique_ptr<actions::Executor> executor;

  /// Opens the journal and recovers, as the daemon does at its start.
  void Start();
  /// What a kill leaves: nothing but the journal and the cluster.
  void Crash();

  /// One poll: Step, then a second passes and copies grow.
  void Poll();
  /// Polls until no operation is open and no throttle owed; false after `polls`.
  bool RunToEnd(int polls = 300);
  /// Polls until `condition`; false after `polls`.
  bool RunUntil(const std::function<bool()>& condition, int polls = 300);

  Result<std::string> Submit(const Proposal& proposal) {
    return executor->Submit(proposal, "test", "because");
  }
  OperationView Operation(const std::string& id) const;
  OperationState State(const std::string& id) const { return Operation(id).state; }
  StepView Step(const std::string& id, std::size_t index) const {
    return Operation(id).steps.at(index);
  }

  /// A move of the partition as it is now to `after`.
  Move MoveOf(const std::string& topic, std::int32_t partition, std::vector<BrokerId> after);
  /// A move of one of its replicas, from the log dir where it is.
  Move DirMoveOf(const std::string& topic, std::int32_t partition, BrokerId broker,
                 std::string to = "/b");
  Proposal Plan(std::vector<Move> moves);
};

}  // namespace levelwind::testing
