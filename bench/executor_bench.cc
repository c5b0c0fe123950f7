// What the executor costs, and what it leaves behind. The executor and its journal on disk are the
// real ones, the cluster is tests/actions' FakeKafka: 200 brokers, 10,000 partitions of three
// replicas, an operation with a replica move for each of them.
//   resume: kill -9 when half of the steps are done; the next start opens the journal that was left
//     and reads it, until the first reassignment is sent. Wall time, and the naps between.
//   CPU: a simulated minute with 1,250 moves in flight, Step called as daemon/ calls it. Copies end
//     and others start all the time. CPU time of the thread in Step, less what it spent inside the
//     fake: that is read around each admin call. The journal and the log are in it; the Kafka
//     client's work on the answers is not.
//   leftovers: the kill matrix of tests/executor_proof: throttles left after each crash and
//   restart.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "actions/executor.h"
#include "base/log.h"
#include "bench/metered_admin.h"
#include "model/proposal.h"
#include "store/journal.h"
#include "tests/actions/fake_kafka.h"
#include "tests/executor_proof/kill_matrix.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace levelwind::bench {
namespace {

using testing::FakeKafka;

constexpr int kBrokers = 200;
constexpr int kTopics = 100;
constexpr int kPartitionsPerTopic = 100;
constexpr std::size_t kSteps = std::size_t{kTopics} * kPartitionsPerTopic;
constexpr std::int32_t kInFlight = 1250;
constexpr std::int64_t kBytesPerSecond = std::int64_t{25} << 20;  // of each copy
constexpr Duration kSecond = std::chrono::seconds(1);

std::vector<BrokerId> Brokers() {
  std::vector<BrokerId> brokers;
  for (int b = 0; b < kBrokers; ++b) brokers.push_back(b);
  return brokers;
}

/// The cluster, its executor, and a clock that only this program moves.
class World {
 public:
  World() : kafka_(Brokers()), admin_(kafka_) {
    options_.max_moves_cluster = kInFlight;
    options_.max_moves_per_broker = 25;
    LogOptions log;
    log.file = directory_ / "log";
    InitLogging(log);
    for (int t = 0; t < kTopics; ++t) AddTopic(t);
    for (BrokerId broker : Brokers()) {
      kafka_.usable[{broker, "/a"}] = kafka_.usable[{broker, "/b"}] = std::int64_t{4} << 40;
      kafka_.total[{broker, "/a"}] = kafka_.total[{broker, "/b"}] = std::int64_t{8} << 40;
    }
  }

  /// A start of the daemon on the journal in the directory of this name.
  Status Start(const std::string& name) {
    LW_ASSIGN_OR_RETURN(journal_, store::Journal::Open(directory_ / name));
    executor_ = std::make_unique<actions::Executor>(admin_, admin_, *journal_, clock_, options_);
    return executor_->Recover();
  }
  /// kill -9: what is on disk at this instant goes on as `name`, and nothing else.
  Status Crash(const std::string& from, const std::string& name) {
    std::error_code failed;
    std::filesystem::copy(directory_ / from, directory_ / name,
                          std::filesystem::copy_options::recursive, failed);
    executor_.reset();
    journal_.reset();
    return failed ? Internal(fmt::format("copying the journal: {}", failed.message())) : Ok();
  }
  Status Submit() {
    LW_ASSIGN_OR_RETURN(const std::string id, executor_->Submit(Plan(), "bench", "to measure"));
    return id.empty() ? Internal("an operation without a name") : Ok();
  }

  /// One turn of the daemon's loop; the time until the next.
  Duration Step() { return std::min(executor_->Step(clock_.Now()), kSecond); }
  void Pass(Duration time) {
    clock_.Advance(time);
    kafka_.Advance(static_cast<std::int64_t>(ToSeconds(time) * kBytesPerSecond));
    kafka_.writes.clear();
  }

  std::size_t Done() const {
    const ExecutorViewPtr view = executor_->View();
    return view->operations.empty() ? 0 : static_cast<std::size_t>(view->operations[0].steps_done);
  }
  std::size_t Moving() { return kafka_.ListReassignments({}, kSecond)->size(); }
  std::string Text() const { return executor_->View()->status; }
  MeteredAdmin& admin() { return admin_; }

 private:
  // The copies of a topic take 20 to 60 seconds, by its size.
  void AddTopic(int topic) {
    std::vector<std::vector<BrokerId>> partitions;
    for (int p = 0; p < kPartitionsPerTopic; ++p) {
      const int first = (topic * kPartitionsPerTopic + p) % kBrokers;
      partitions.push_back({first, (first + 67) % kBrokers, (first + 134) % kBrokers});
    }
    kafka_.AddTopic(fmt::format("team-{:02}.orders", topic), partitions);
    for (int p = 0; p < kPartitionsPerTopic; ++p) {
      kafka_.At(fmt::format("team-{:02}.orders", topic), p).size =
          kBytesPerSecond * (20 + (p * 7 + topic * 3) % 41);
    }
  }
  // Of each partition one replica moves, of every third it is the leader's.
  Proposal Plan() {
    Proposal proposal;
    proposal.id = "p1";
    proposal.cluster_id = kafka_.cluster_id;
    const auto metadata = kafka_.DescribeCluster(kSecond);
    for (int p = 0; p < kPartitionsPerTopic; ++p) {
      for (const kafka::TopicInfo& topic : metadata->topics) {
        const kafka::PartitionInfo& now = topic.partitions[static_cast<std::size_t>(p)];
        Move move;
        move.kind = MoveKind::kReplica;
        move.partition = {topic.name, now.number};
        move.topic_id = topic.id;
        move.before = move.after = now.replicas;
        move.leader_before = now.leader;
        const std::size_t out = proposal.moves.size() % 3;
        move.after[out] =
            (move.before[out] + 1 + static_cast<int>(proposal.moves.size()) % 31) % kBrokers;
        move.bytes = kafka_.At(topic.name, now.number).size;
        move.reason = "levels the bytes of the brokers";
        proposal.moves.push_back(std::move(move));
      }
    }
    return proposal;
  }

  testing::ScratchDir directory_;
  testing::ManualClock clock_;
  FakeKafka kafka_;
  MeteredAdmin admin_;
  actions::ExecutorOptions options_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<actions::Executor> executor_;
};

/// Until `condition`, for at most `turns` of the loop.
template <class Condition>
Status RunUntil(World& world, int turns, const char* what, Condition condition) {
  for (int i = 0; i < turns; ++i) {
    if (condition()) return Ok();
    world.Pass(world.Step());
  }
  if (condition()) return Ok();
  return Internal(fmt::format("{} did not come: {} moving, {} done, {}", what, world.Moving(),
                              world.Done(), world.Text()));
}

bool MeasureCpu(World& world, int seconds) {
  constexpr double kTarget = 20;
  constexpr std::size_t kLeast = kInFlight - kInFlight / 50;  // between an end and the next start
  double cpu = 0, fake = 0, longest = 0;
  std::size_t least = kSteps, turns = 0;
  const std::size_t done = world.Done();
  for (Duration passed{}; passed < seconds * kSecond; ++turns) {
    const double behind = world.admin().cpu_s();
    const double before = ThreadCpuSeconds();
    const Duration nap = world.Step();
    const double spent = ThreadCpuSeconds() - before;
    const double inside = world.admin().cpu_s() - behind;
    cpu += spent - inside;
    fake += inside;
    longest = std::max(longest, spent - inside);
    least = std::min(least, world.Moving());
    world.Pass(nap);
    passed += nap;
  }
  const double percent = 100 * cpu / seconds;
  const bool met = percent < kTarget && least >= kLeast;
  std::printf(
      "cpu: %zu steps, %zu to %d moves in flight, %d s simulated, %zu Step calls, %zu moves done: "
      "%.2f %% of a core (target < %.0f), longest Step %.1f ms cpu; the fake's own %.2f s not "
      "counted: %s\n",
      kSteps, least, kInFlight, seconds, turns, world.Done() - done, percent, kTarget,
      longest * 1e3, fake, met ? "met" : "MISSED");
  return met;
}

bool MeasureResume(World& world) {
  constexpr double kTarget = 5;
  const std::size_t done = world.Done();
  if (const Status killed = world.Crash("state", "after-kill"); !killed.ok()) {
    std::printf("resume: %s\n", killed.error().ToString().c_str());
    return false;
  }
  world.admin().ForgetFirstSend();
  world.Pass(kSecond);  // some copies end while nobody looks
  const auto began = std::chrono::steady_clock::now();
  const Status started = world.Start("after-kill");
  const double recovered = ToSeconds(std::chrono::steady_clock::now() - began);
  if (!started.ok()) {
    std::printf("resume: %s\n", started.error().ToString().c_str());
    return false;
  }
  const std::size_t remembered = world.Done();
  Duration naps{};
  while (true) {
    const Duration nap = world.Step();
    if (world.admin().first_send() || naps > std::chrono::minutes(1)) break;
    world.Pass(nap);
    naps += nap;
  }
  const bool sent = world.admin().first_send().has_value();
  const double wall = sent ? ToSeconds(*world.admin().first_send() - began) + ToSeconds(naps) : -1;
  const bool met = sent && wall <= kTarget && remembered == done && world.Done() > done;
  std::printf(
      "resume: %zu steps, %zu done at the kill, %zu known after it: journal open and read after "
      "%.3f s, first step sent after %.3f s (target %.0f), of which naps %.0f s; %zu done then: "
      "%s\n",
      kSteps, done, remembered, recovered, wall, kTarget, ToSeconds(naps), world.Done(),
      met ? "met" : "MISSED");
  return met;
}

bool CountLeftovers(std::size_t crashes) {
  const testing::MatrixResult result = testing::RunKillMatrix(1, crashes);
  // Where no throttle is set, none can be left.
  const bool met = result.points == crashes && result.throttled >= crashes / 10 &&
                   result.leftovers == 0 && result.broken.empty();
  for (const std::string& broken : result.broken) std::printf("%s\n", broken.c_str());
  std::printf(
      "leftovers: %zu crashes in %zu worlds, %zu of them with throttles set: %zu with throttles "
      "left "
      "(target 0), %zu broken: %s\n",
      result.points, result.worlds, result.throttled, result.leftovers, result.broken.size(),
      met ? "met" : "MISSED");
  return met;
}

int Run(bool quick) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  World world;
  Status ready = world.Start("state");
  if (ready.ok()) ready = world.Submit();
  if (ready.ok()) {
    ready = RunUntil(world, 30, "full flight", [&] { return world.Moving() == kInFlight; });
  }
  // From when copies end and start, which costs most.
  if (ready.ok()) {
    ready = RunUntil(world, 60, "the first end", [&] { return world.Done() > 0; });
  }
  if (!ready.ok()) {
    std::printf("executor: %s\n", ready.error().ToString().c_str());
    return 1;
  }
  const bool cpu = MeasureCpu(world, quick ? 15 : 60);
  ready = RunUntil(world, 600, "half", [&] { return world.Done() >= kSteps / 2; });
  if (!ready.ok()) {
    std::printf("executor: %s\n", ready.error().ToString().c_str());
    return 1;
  }
  const bool resume = MeasureResume(world);
  const bool leftovers = CountLeftovers(quick ? 200 : 1000);
  const bool met = cpu && resume && leftovers;
  std::printf("executor: cpu %s, resume %s, leftovers %s: %s\n", cpu ? "met" : "MISSED",
              resume ? "met" : "MISSED", leftovers ? "met" : "MISSED", met ? "met" : "MISSED");
  return met ? 0 : 1;
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  return levelwind::bench::Run(argc > 1 && std::string_view(argv[1]) == "--quick");
}
