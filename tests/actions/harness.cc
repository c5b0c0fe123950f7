#include "tests/actions/harness.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace levelwind::testing {

void Harness::Start() {
  auto opened = store::Journal::Open(dir / "state");
  LW_CHECK(opened.ok());
  journal = std::move(opened).value();
  probe = std::make_unique<ProbedJournal>(*journal);
  executor = std::make_unique<actions::Executor>(kafka, kafka, *probe, clock, options);
  LW_CHECK(executor->Recover().ok());
}

void Harness::Crash() {
  executor.reset();
  probe.reset();
  journal.reset();
}

void Harness::Poll() {
  executor->Step(clock.Now());
  clock.Advance(std::chrono::seconds(1));
  kafka.Advance(bytes_per_poll);
}

bool Harness::RunUntil(const std::function<bool()>& condition, int polls) {
  for (int i = 0; i < polls; ++i) {
    if (condition()) return true;
    Poll();
  }
  return condition();
}

bool Harness::RunToEnd(int polls) {
  return RunUntil(
      [&] {
        const auto view = executor->View();
        const bool over = std::all_of(view->operations.begin(), view->operations.end(),
                                      [](const OperationView& op) { return IsTerminal(op.state); });
        return over && executor->OpenThrottles().empty();
      },
      polls);
}

OperationView Harness::Operation(const std::string& id) const {
  for (const OperationView& view : executor->View()->operations) {
    if (view.id == id) return view;
  }
  OperationView none;
  none.steps.resize(1);
  return none;
}

Move Harness::MoveOf(const std::string& topic, std::int32_t partition,
                     std::vector<BrokerId> after) {
  const FakeKafka::Partition& now = kafka.At(topic, partition);
  Move move;
  move.partition = {topic, partition};
  const auto metadata = kafka.DescribeCluster({});
  for (const auto& info : metadata->topics) {
    if (info.name == topic) move.topic_id = info.id;
  }
  move.before = now.replicas;
  move.after = std::move(after);
  move.leader_before = now.leader;
  move.kind = move.Added().empty() ? MoveKind::kLeader : MoveKind::kReplica;
  move.bytes = now.size * static_cast<std::int64_t>(move.Added().size());
  return move;
}

Move Harness::DirMoveOf(const std::string& topic, std::int32_t partition, BrokerId broker,
                        std::string to) {
  Move move = MoveOf(topic, partition, kafka.At(topic, partition).replicas);
  move.kind = MoveKind::kLogDir;
  move.broker = broker;
  move.from_dir = kafka.DirOf(topic, partition, broker);
  move.to_dir = std::move(to);
  move.bytes = kafka.At(topic, partition).size;
  return move;
}

Proposal Harness::Plan(std::vector<Move> moves) {
  Proposal proposal;
  proposal.id = "p1";
  proposal.cluster_id = "fake";
  proposal.moves = std::move(moves);
  return proposal;
}

}  // namespace levelwind::testing
