#include "tests/executor_proof/rig.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "tests/executor_proof/judge.h"
#include "tests/executor_proof/planned.h"
#include "tests/support/failing_memory.h"

namespace levelwind::testing {
namespace {

constexpr const char* kBrokerKeys[] = {"leader.replication.throttled.rate",
                                       "follower.replication.throttled.rate",
                                       "replica.alter.log.dirs.io.max.bytes.per.second"};
constexpr const char* kTopicKeys[] = {"leader.replication.throttled.replicas",
                                      "follower.replication.throttled.replicas"};

// What each of ten thousand runs does would bury what a test says.
void QuietLog() {
  LogOptions options;
  options.level = LogLevel::kError;
  InitLogging(options);
}

std::vector<BrokerId> Numbered(std::size_t count) {
  std::vector<BrokerId> brokers;
  for (std::size_t i = 1; i <= count; ++i) brokers.push_back(static_cast<BrokerId>(i));
  return brokers;
}

}  // namespace

std::size_t Pick(Random& random, std::size_t below) { return random() % below; }
bool Chance(Random& random, double probability) {
  return static_cast<double>(random() >> 11) * 0x1.0p-53 < probability;
}

std::size_t ProofCount(const char* what, std::size_t fallback) {
  const char* text = std::getenv((std::string("LEVELWIND_PROOF_") + what).c_str());
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

std::uint64_t ProofSeed(std::uint64_t fallback) { return ProofCount("SEED", fallback); }

Rig::Rig(std::uint64_t seed)
    : h(Numbered(4 + seed % 3)), random(seed), brokers(Numbered(4 + seed % 3)), seed_(seed) {
  QuietLog();
  MakeCluster();
  MakePlan();
  Connect();
}

void Rig::MakeCluster() {
  h.options.max_moves_per_broker = static_cast<std::int32_t>(1 + Pick(random, 3));
  h.options.max_moves_cluster = static_cast<std::int32_t>(1 + Pick(random, 5));
  h.options.max_leader_moves_per_batch = static_cast<std::int32_t>(1 + Pick(random, 4));
  h.options.max_log_dir_moves_per_broker = static_cast<std::int32_t>(1 + Pick(random, 2));
  if (Chance(random, 0.15)) h.options.throttle_bytes_per_s = 0;
  if (Chance(random, 0.3)) {
    h.options.tune.on = true;
    h.options.tune.interval = std::chrono::seconds(2);
    h.options.tune.calm_intervals = 1;
  }
  if (Chance(random, 0.3)) h.options.max_bytes_in_flight_per_broker = 800 + 400 * Pick(random, 5);
  if (Chance(random, 0.15)) h.options.max_started_bytes_per_s = 100 + 200 * Pick(random, 4);
  const std::size_t count = 2 + Pick(random, 2);
  for (std::size_t t = 0; t < count; ++t) {
    const std::string name = fmt::format("t{}", t);
    const std::size_t factor = 1 + Pick(random, 3);
    std::vector<std::vector<BrokerId>> partitions(1 + Pick(random, 4));
    for (auto& replicas : partitions) {
      std::vector<BrokerId> order = brokers;
      std::shuffle(order.begin(), order.end(), random);
      replicas.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(factor));
    }
    h.kafka.AddTopic(name, partitions, static_cast<std::int64_t>(200 + Pick(random, 1500)));
    topics[name] = static_cast<std::int32_t>(partitions.size());
    const std::size_t least = 1 + Pick(random, std::min<std::size_t>(2, factor));
    h.kafka.SetTopicConfig(name, "min.insync.replicas", std::to_string(least));
    for (std::int32_t p = 0; p < topics[name]; ++p) {
      auto& partition = h.kafka.At(name, p);
      partition.leader = partition.replicas[Pick(random, factor)];
    }
    if (Chance(random, 0.2)) h.kafka.SetTopicConfig(name, kTopicKeys[Pick(random, 2)], "9:1");
  }
  if (Chance(random, 0.3)) h.kafka.SetBrokerConfig(1, kBrokerKeys[Pick(random, 3)], "900000000");
  if (Chance(random, 0.2)) h.kafka.usable[{brokers.back(), "/b"}] = 2000;
  if (Chance(random, 0.2)) {
    dead = brokers[Pick(random, brokers.size())];
    h.kafka.Kill(dead);
  }
}

std::optional<Move> Rig::RandomMove(const std::string& topic, std::int32_t partition) {
  const std::vector<BrokerId> now = h.kafka.At(topic, partition).replicas;
  std::vector<BrokerId> others;
  for (BrokerId broker : brokers) {
    const bool has = std::find(now.begin(), now.end(), broker) != now.end();
    if (!has && broker != dead) others.push_back(broker);
  }
  if (others.empty()) return std::nullopt;
  std::vector<BrokerId> after = now;
  const BrokerId other = others[Pick(random, others.size())];
  const std::size_t least = std::stoul(*h.kafka.TopicConfig(topic, "min.insync.replicas"));
  if (const auto gone = std::find(after.begin(), after.end(), dead); gone != after.end()) {
    if (now.size() == 1 || Chance(random, 0.5)) return std::nullopt;
    *gone = other;
    return h.MoveOf(topic, partition, after);
  }
  switch (Pick(random, 8)) {
    case 0:
      return std::nullopt;
    case 1:  // another preferred leader, or the one there is
      std::rotate(after.begin(),
                  after.begin() + static_cast<std::ptrdiff_t>(Pick(random, after.size())),
                  after.end());
      break;
    case 2:
      if (now.size() >= 3) return h.MoveOf(topic, partition, now);
      after.push_back(other);
      break;
    case 3:
      if (now.size() <= least) return h.MoveOf(topic, partition, now);
      after.erase(after.begin() + static_cast<std::ptrdiff_t>(Pick(random, after.size())));
      break;
    case 4:
      return h.DirMoveOf(topic, partition, now[Pick(random, now.size())]);
    default:
      after[Pick(random, after.size())] = other;
      break;
  }
  return h.MoveOf(topic, partition, after);
}

// Half of the worlds carry out what the real planner makes of them, on two or three racks.
bool Rig::MakePlannedPlan() {
  // The metadata that the plan is made from does not tell a dead broker's rack.
  if (dead != kNoBroker) return false;
  const std::size_t racks = 2 + Pick(random, 2);
  for (std::size_t i = 0; i < brokers.size(); ++i) {
    h.kafka.racks[brokers[i]] = fmt::format("r{}", i % racks);
  }
  auto made = PlanOf(h.kafka, seed_);
  LW_CHECK(made.ok());
  plan = *std::move(made);
  planned = !plan.empty();
  if (!planned) h.kafka.racks.clear();
  return planned;
}

void Rig::MakePlan() {
  if (Chance(random, 0.5) && MakePlannedPlan()) return;
  std::vector<Move> moves;
  for (const auto& [topic, count] : topics) {
    for (std::int32_t p = 0; p < count; ++p) {
      auto move = RandomMove(topic, p);
      if (!move) continue;
      if (Chance(random, 0.5)) move->bytes_in_per_s = 1000;
      moves.push_back(std::move(*move));
    }
  }
  if (moves.empty()) {
    if (dead != kNoBroker) h.kafka.Start(std::exchange(dead, kNoBroker));
    const std::vector<BrokerId> now = h.kafka.At("t0", 0).replicas;
    moves.push_back(h.MoveOf("t0", 0, {now.rbegin(), now.rend()}));
  }
  std::shuffle(moves.begin(), moves.end(), random);
  plan = h.Plan(std::move(moves));
}

void Rig::Connect() {
  h.kafka.fault = [this](const FakeKafka::Write& write) {
    const SafeMemory safe;
    Event event = MakeEvent(EventKind::kRequest);
    event.request = {write.api,       write.reassignments, write.allow_rf_change,
                     write.elections, write.configs,       write.dir_moves};
    history.events.push_back(std::move(event));
    ++requests;
    return fault ? fault(write) : FakeKafka::Fault::kNone;
  };
  h.kafka.on_write = [this](const char* when) {
    const SafeMemory safe;
    const bool before = std::string(when) == "before";
    if (!before) Changed();
    // Killed before it was sent: then it was not.
    if (before && boundaries + 1 == kill_at) history.events.pop_back();
    Boundary();
  };
}

void Rig::Boundary() {
  if (++boundaries == kill_at) throw SimulatedKill{};
}

ClusterStatePtr Rig::Capture() {
  if (state_) return state_;
  auto state = std::make_shared<ClusterState>();
  const bool reachable = std::exchange(h.kafka.reachable, true);
  auto replayed = std::exchange(h.kafka.replayed, std::nullopt);
  const auto metadata = h.kafka.DescribeCluster({});
  h.kafka.reachable = reachable;
  h.kafka.replayed = std::move(replayed);
  for (const auto& broker : metadata->brokers) state->live.insert(broker.id);
  for (const auto& topic : metadata->topics) {
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      const auto number = static_cast<std::int32_t>(i);
      const FakeKafka::Partition& from = h.kafka.At(topic.name, number);
      PartitionState& to = state->partitions[{topic.name, number}];
      to = {topic.id,    from.replicas, from.isr, from.adding, from.removing, from.leader,
            from.moving, from.size,     {},       {},          from.copied};
      for (BrokerId broker : from.replicas)
        to.dirs[broker] = h.kafka.DirOf(topic.name, number, broker);
      for (const auto& [broker, future] : from.futures)
        to.futures[broker] = {future.dir, future.copied};
    }
    for (const char* key : kTopicKeys) {
      if (auto value = h.kafka.TopicConfig(topic.name, key)) {
        state->throttles[{true, topic.name, key}] = *value;
      }
    }
    if (auto least = h.kafka.TopicConfig(topic.name, "min.insync.replicas")) {
      state->min_isr[topic.name] = std::stoi(*least);
    }
  }
  for (BrokerId broker : brokers) {
    for (const char* key : kBrokerKeys) {
      if (auto value = h.kafka.BrokerConfig(broker, key)) {
        state->throttles[{false, std::to_string(broker), key}] = *value;
      }
    }
  }
  state->usable = h.kafka.usable;
  state->racks = h.kafka.racks;
  state->silent_dirs = h.kafka.silent_dirs;
  state->silent_configs = h.kafka.silent_configs;
  state_ = std::move(state);
  return state_;
}

Event Rig::MakeEvent(EventKind kind) {
  Event event;
  event.kind = kind;
  event.at_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(h.clock.Now().time_since_epoch())
          .count();
  event.generation = h.journal ? h.journal->generation() : 0;
  event.state = Capture();
  return event;
}

void Rig::Note(EventKind kind) { history.events.push_back(MakeEvent(kind)); }

void Rig::World(const std::function<void()>& act) {
  act();
  Changed();
  Note(EventKind::kState);
}

void Rig::Foreign(std::vector<TopicPartition> touched, ConfigName config,
                  const std::function<void()>& act) {
  act();
  Changed();
  Event event = MakeEvent(EventKind::kForeign);
  event.touched = std::move(touched);
  event.config = std::move(config);
  history.events.push_back(std::move(event));
}

void Rig::Start() {
  const actions::ExecutorOptions& options = h.options;
  history.limits = {options.max_moves_per_broker, options.max_moves_cluster,
                    options.max_leader_moves_per_batch, options.max_log_dir_moves_per_broker,
                    options.max_moves_per_log_dir};
  history.limits.bytes_per_broker = options.max_bytes_in_flight_per_broker;
  history.limits.started_bytes_per_s = options.max_started_bytes_per_s;
  history.limits.bytes_per_day = options.max_bytes_per_day;
  history.limits.moves_per_day = options.max_moves_per_day;
  history.limits.queued = options.max_queued;
  history.limits.throttled = options.throttle_bytes_per_s > 0;
  h.Start();
  h.probe->fail = [this](const store::JournalBatch& batch) -> Status {
    if (journal_fails && journal_fails()) {
      return Error(ErrorCode::kResourceExhausted, "the state directory's disk is full");
    }
    const SafeMemory safe;
    committing_ = batch;
    return Ok();
  };
  h.probe->on_commit = [this](const char* when) {
    const SafeMemory safe;
    if (std::string(when) == "after") {
      Event event = MakeEvent(EventKind::kCommit);
      event.batch = std::move(committing_);
      history.events.push_back(std::move(event));
    }
    Boundary();
  };
  Note(EventKind::kRestart);
}

bool Rig::Guard(const std::function<void()>& call) {
  try {
    call();
    return true;
  } catch (const SimulatedKill&) {
  } catch (const std::bad_alloc&) {
    out_of_memory_at = 0;
  }
  Killed();
  return false;
}

void Rig::Killed() {
  const SafeMemory safe;
  ++kills;
  Changed();
  at_kill = Capture();
  h.Crash();
  Start();
}

bool Rig::Poll() {
  Note(h.kafka.reachable ? EventKind::kLook : EventKind::kBlind);
  if (out_of_memory_at > allocations) FailingMemory::Arm(out_of_memory_at - allocations);
  const bool lived = Guard([&] { h.executor->Step(h.clock.Now()); });
  if (out_of_memory_at > 0) allocations += FailingMemory::passed;
  FailingMemory::Disarm();
  h.clock.Advance(std::chrono::seconds(1));
  World([&] { h.kafka.Advance(h.bytes_per_poll); });
  return lived;
}

Result<std::string> Rig::Submit() {
  Result<std::string> id = std::string();
  const bool lived = Guard([&] { id = h.Submit(plan); });
  if (!lived && h.executor->View()->operations.empty()) return h.Submit(plan);
  return id;
}

bool Rig::Over() const {
  const auto view = h.executor->View();
  const bool over = std::all_of(view->operations.begin(), view->operations.end(),
                                [](const OperationView& op) { return IsTerminal(op.state); });
  return over && h.executor->OpenThrottles().empty();
}

bool Rig::RunToEnd(int polls) {
  for (int i = 0; i < polls && !Over(); ++i) Poll();
  return Over();
}

std::string Rig::Verdict() const {
  const auto violations = JudgeHistory(history);
  if (violations.empty()) return {};
  return fmt::format("seed {}, {} violations:\n{}", seed_, violations.size(), ToText(violations));
}

}  // namespace levelwind::testing
