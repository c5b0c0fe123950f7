#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/actions/harness.h"
#include "tests/executor_proof/history.h"

namespace levelwind::testing {

using Random = std::mt19937_64;
/// 0 to `below` - 1.
std::size_t Pick(Random& random, std::size_t below);
bool Chance(Random& random, double probability);

/// The real executor and the real journal against FakeKafka, with every request, every commit and
/// every state of the cluster written down for the judge, and a place to kill the process before
/// and after each commit and each request.
///
/// The same seed makes the same cluster and the same plan. Half of the plans are drawn, with moves
/// of every kind and no sense; the others are what the real planner makes of the cluster.
class Rig {
 public:
  explicit Rig(std::uint64_t seed);

  Harness h;
  History history;
  Proposal plan;
  bool planned = false;  ///< By the real planner.
  Random random;

  /// Opens the journal, as a start of the daemon does.
  void Start();
  /// One poll and a second of copying. False when the process was killed in it; it was restarted.
  bool Poll();
  /// Makes `call`; false when the process was killed in it, and restarted.
  bool Guard(const std::function<void()>& call);
  /// Submits the plan; the operation's id, or the reason why not. Survives a kill.
  Result<std::string> Submit();
  /// True when every operation is over and no throttle is owed.
  bool Over() const;
  /// Polls until Over; false after `polls`.
  bool RunToEnd(int polls = 400);

  /// Kills the process at this boundary, counted from the start; 0: never.
  std::size_t kill_at = 0;
  std::size_t boundaries = 0;  ///< Passed until now.
  std::size_t kills = 0;
  /// Kills the process at this allocation of its polls, counted over all of them; 0: never.
  std::size_t out_of_memory_at = 0;
  std::size_t allocations = 0;  ///< Made in polls, counted while out_of_memory_at is not 0.
  ClusterStatePtr at_kill;      ///< What the last kill left in the cluster; null: none.
  std::uint64_t requests = 0;
  std::function<FakeKafka::Fault(const FakeKafka::Write&)> fault;
  std::function<bool()> journal_fails;

  /// The name of each topic that exists, and its number of partitions.
  std::map<std::string, std::int32_t> topics;
  std::vector<BrokerId> brokers;
  /// A broker that is dead from the start, in some clusters; the plan mends some of what it had.
  BrokerId dead = kNoBroker;
  /// Runs `act`, something that another tool or the world does, and writes it down.
  void World(const std::function<void()>& act);
  void Foreign(std::vector<TopicPartition> touched, ConfigName config,
               const std::function<void()>& act);
  void Note(EventKind kind);
  ClusterStatePtr Capture();
  void Changed() { state_.reset(); }

  /// Recorded violations, with the seed in front; empty when there are none.
  std::string Verdict() const;
  std::uint64_t seed() const { return seed_; }

 private:
  void MakeCluster();
  void MakePlan();
  bool MakePlannedPlan();
  std::optional<Move> RandomMove(const std::string& topic, std::int32_t partition);
  void Connect();
  void Boundary();
  Event MakeEvent(EventKind kind);
  void Killed();
  std::uint64_t seed_;
  ClusterStatePtr state_;
  store::JournalBatch committing_;
};

/// From the environment (LEVELWIND_PROOF_SEED), else `fallback`; printed by the tests.
std::uint64_t ProofSeed(std::uint64_t fallback);
/// How many runs a test makes: LEVELWIND_PROOF_<what>, else `fallback`.
std::size_t ProofCount(const char* what, std::size_t fallback);

}  // namespace levelwind::testing
