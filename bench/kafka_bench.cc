// What it costs to know a whole cluster: the client and the collectors of this process against a
// simulated cluster in another one, all answers over loopback. Every refresh asks for everything:
// metadata, reassignments, groups, commits, end and start offsets, log dirs.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/file_limit.h"
#include "base/memory.h"
#include "bench/median.h"
#include "bench/process_usage.h"
#include "collectors/monitor.h"
#include "kafka/client.h"
#include "tests/sim_cluster/sim_cluster.h"
#include "tests/sim_cluster/sim_layout.h"

namespace levelwind::bench {
namespace {

struct Scale {
  int brokers = 1000;
  int partitions = 333'000;
  int groups = 20'000;
};

constexpr int kRefreshes = 8;
/// Figures are taken from here on: connections stand and memory has its working size.
constexpr int kWarm = 2;

/// The simulated cluster in a process of its own, so that its CPU and memory are not ours.
class SimProcess {
 public:
  explicit SimProcess(const Scale& scale) {
    int ready[2];
    int end[2];
    if (::pipe(ready) != 0 || ::pipe(end) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(end[1]);
      Serve(scale, ready[1], end[0]);
    }
    ::close(ready[1]);
    ::close(end[0]);
    end_ = end[1];
    char letter = 0;
    while (::read(ready[0], &letter, 1) == 1) bootstrap_ += letter;
    ::close(ready[0]);
  }
  ~SimProcess() {
    ::close(end_);
    ::waitpid(pid_, nullptr, 0);
  }
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;

  /// Empty when it did not start.
  const std::string& bootstrap() const { return bootstrap_; }

 private:
  [[noreturn]] static void Serve(const Scale& scale, int ready, int end) {
    auto sim =
        testing::SimCluster::Start({.brokers = scale.brokers, .keep_requests = false}).value();
    const Status filled = testing::FillSim(
        *sim, {.partitions = scale.partitions, .groups = scale.groups, .bytes_per_s = 1e9});
    const std::string address =
        filled.ok() ? fmt::format("127.0.0.1:{}", sim->port(1)) : std::string();
    if (::write(ready, address.data(), address.size()) < 0) ::_exit(1);
    ::close(ready);
    char letter = 0;
    while (::read(end, &letter, 1) > 0) {
    }
    ::_exit(0);
  }

  pid_t pid_ = -1;
  int end_ = -1;
  std::string bootstrap_;
};

struct Round {
  double wall_s = 0;
  double cpu_s = 0;
  std::uint64_t requests = 0;  ///< Without those of `ages`.
  std::uint64_t ages = 0;  ///< To tell how old laggards' records are: every 30 s, not each time.
  std::uint64_t bytes = 0;
};

std::uint64_t BytesOf(const kafka::ClientStats& stats) {
  std::uint64_t bytes = 0;
  for (const auto& [api, figures] : stats.apis) bytes += figures.bytes_in + figures.bytes_out;
  return bytes;
}

bool Complete(const ClusterSnapshot& snapshot, const Scale& scale) {
  bool complete = std::ssize(snapshot.brokers) == scale.brokers &&
                  std::ssize(snapshot.partitions) == scale.partitions &&
                  std::ssize(snapshot.groups) == scale.groups;
  for (const SourceStatus& source : snapshot.sources) {
    if (source.ok) continue;
    std::printf("  %s: %s\n", source.name.c_str(), source.error.c_str());
    complete = false;
  }
  return complete;
}

/// Refreshes and prints; the rounds after the warm-up, or none when a refresh was not complete.
std::vector<Round> Refresh(kafka::KafkaClient& client, const Scale& scale) {
  SkippingClock clock;
  collectors::CollectorOptions options;
  options.call_timeout = std::chrono::seconds(60);
  options.step_budget = std::chrono::seconds(300);
  options.log_start_interval = std::chrono::seconds(1);
  collectors::Monitor monitor(client, clock, options);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::vector<Round> rounds;
  for (int i = 0; i < kRefreshes + kWarm; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const double cpu = CpuSeconds();
    const kafka::ClientStats before = client.Stats();
    monitor.MakeAllDue();
    monitor.Step(clock.Now());
    ReturnFreeMemory();
    const kafka::ClientStats after = client.Stats();
    Round round;
    round.wall_s = ToSeconds(std::chrono::steady_clock::now() - began);
    round.cpu_s = CpuSeconds() - cpu;
    round.bytes = BytesOf(after) - BytesOf(before);
    std::string apis;
    for (const auto& [api, figures] : after.apis) {
      const auto was = before.apis.find(api);
      const std::uint64_t sent =
          figures.requests - (was == before.apis.end() ? 0 : was->second.requests);
      round.requests += sent;
      if (sent > 0) apis += fmt::format(" {} {}", api, sent);
    }
    std::printf("refresh %d: %.2f s, cpu %.2f s, rss %.0f MiB (most %.0f), %.1f MB;%s\n", i + 1,
                round.wall_s, round.cpu_s, MemoryMiB("VmRSS"), MemoryMiB("VmHWM"),
                static_cast<double>(round.bytes) / 1e6, apis.c_str());
    const SnapshotPtr snapshot = monitor.snapshots().Get();
    if (snapshot == nullptr) {
      for (const auto& source : *monitor.sources().Get()) std::puts(source.error.c_str());
    }
    std::string parts;
    for (const auto& source : *monitor.sources().Get()) {
      parts += fmt::format(" {} {:.2f} s", source.name, ToSeconds(source.duration));
      const bool ages = source.name == "record_times" || source.name == "hindsight";
      if (ages) round.ages += source.requests;
    }
    round.requests -= std::min(round.requests, round.ages);
    std::printf("  wall:%s\n", parts.c_str());
    if (snapshot == nullptr || !Complete(*snapshot, scale)) {
      if (i >= kWarm) return {};
    } else if (i >= kWarm) {
      rounds.push_back(round);
    }
    clock.Skip(std::chrono::seconds(5));
  }
  return rounds;
}

int Report(const std::vector<Round>& rounds, const Scale& scale) {
  if (rounds.empty()) {
    std::puts("kafka: MISSED: a refresh was not complete");
    return 1;
  }
  std::vector<double> wall;
  std::vector<double> cpu;
  for (const Round& round : rounds) {
    wall.push_back(round.wall_s);
    cpu.push_back(round.cpu_s);
  }
  // Targets of the full size, in proportion for the slice. Metadata, DescribeCluster and
  // reassignments are one each. Per broker or coordinator: ListGroups, OffsetFetch, end offsets,
  // start offsets, last stable offsets, log dirs and, when members are asked for, a describe of
  // each of two kinds. The ages of laggards' records come on top, at an interval of their own.
  const double share = static_cast<double>(scale.brokers) / 1000;
  const double cpu_target = 5 * share;
  const double rss_target = 512;
  const auto request_target = static_cast<std::uint64_t>(8 * scale.brokers + 3);
  std::uint64_t requests = 0;
  std::uint64_t ages = 0;
  std::uint64_t bytes = 0;
  for (const Round& round : rounds) {
    requests = std::max(requests, round.requests);
    ages = std::max(ages, round.ages);
    bytes = std::max(bytes, round.bytes);
  }
  const double rss = MemoryMiB("VmHWM");
  const bool met = Median(cpu) <= cpu_target && rss <= rss_target && requests <= request_target;
  std::printf(
      "kafka: %d brokers, %d partitions x 3, %d groups: median %.2f s wall, %.2f s cpu (target "
      "%.2f), at most %llu requests (target %llu) and %llu for ages, %.1f MB, most rss %.0f MiB "
      "(target %.0f): %s\n",
      scale.brokers, scale.partitions, scale.groups, Median(wall), Median(cpu), cpu_target,
      static_cast<unsigned long long>(requests), static_cast<unsigned long long>(request_target),
      static_cast<unsigned long long>(ages), static_cast<double>(bytes) / 1e6, rss, rss_target,
      met ? "met" : "MISSED");
  return met ? 0 : 1;
}

int Run(const Scale& scale) {
  const SimProcess sim(scale);
  if (sim.bootstrap().empty()) {
    std::puts("kafka: the simulated cluster did not start");
    return 1;
  }
  AllowManyFiles();
  ReturnLargeBlocks();  // As the daemon does.
  kafka::ClientOptions options;
  options.bootstrap = {sim.bootstrap()};
  options.read_only = true;
  options.request_timeout = std::chrono::seconds(60);
  auto client = kafka::KafkaClient::Create(options).value();
  std::jthread io([&](std::stop_token stop) { client->Run(stop); });
  return Report(Refresh(*client, scale), scale);
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  levelwind::bench::Scale scale;
  if (argc > 1 && std::string_view(argv[1]) == "--quick") scale = {100, 33'300, 2'000};
  return levelwind::bench::Run(scale);
}
