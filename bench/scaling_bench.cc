// Groups of real consumer processes on a real Kafka, for the three group protocols. Two parts:
//   pauses: what a member that comes or goes costs a group of six. "alone": members poll after each
//     record; "in batches": they read 500 records and work on them for 5 s before they poll again,
//     as the Java client does with a backlog.
//   steps: Levelwind scales three groups through its webhook while records arrive at five times the
//     rate for some minutes. A record takes 10 ms, so that a member can do 100 a second; Levelwind
//     is not told.
//   scaling_bench [--quick [PROTOCOL]]     a shorter run; PROTOCOL: only its steps
// Exit status 1: a capacity that is learned 20 % beside the truth, more late records than a group
// that has to double twice has to have, or a group that is not shrunk again.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/scaling_watch.h"
#include "tests/consumer_fleet/consumer_fleet.h"
#include "tests/consumer_fleet/scaled_daemon.h"
#include "tests/consumer_fleet/steady_load.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::bench {
namespace {

using namespace std::chrono_literals;
using testing::ConsumerFleet;
using testing::FleetGroup;
using testing::GroupFigures;

constexpr int kPartitions = 20;
constexpr int kMembers = 6;
constexpr int kBatch = 500;
constexpr double kLow = 150, kHigh = 750;  // records/s; a member can do 100
constexpr double kTruth = 100;
constexpr double kObjective_s = 60;
constexpr double kLateTarget = 0.25;
const std::vector<std::string> kProtocols = {"eager", "cooperative", "kip848"};

struct Sizes {
  int cycles = 15;
  std::chrono::seconds settle = 20s;
  std::chrono::seconds low = 120s, high = 360s, after = 300s;
};

std::int64_t NowMs() { return SystemClock().WallNow().unix_ms; }

Status MakeTopic(testing::RealCluster& cluster, const std::string& name) {
  kafka::NewTopic topic;
  topic.name = name;
  for (int p = 0; p < kPartitions; ++p) topic.assignments.push_back({1 + p % 3});
  return cluster.CreateTopic(topic);
}

std::string PauseGroup(const std::string& protocol, bool batches) {
  return fmt::format("pause-{}-{}", protocol, batches ? "batches" : "alone");
}

FleetGroup MakeGroup(const std::string& name, const std::string& topic, const std::string& protocol,
                     int batch) {
  FleetGroup group;
  group.name = name;
  group.topic = topic;
  group.protocol = protocol;
  group.batch = batch;
  return group;
}

void PrintTimes(const char* what, const std::vector<double>& times) {
  std::printf("  %s n %zu, median %.2f, p99 %.2f", what, times.size(),
              testing::Quantile(times, 0.5), testing::Quantile(times, 0.99));
}

void PrintPauses(const ConsumerFleet& fleet, const std::string& protocol, bool batches,
                 std::int64_t from_ms) {
  const GroupFigures figures =
      testing::MeasureGroup(fleet.Logs(PauseGroup(protocol, batches)), from_ms, NowMs());
  std::printf("%-12s%-11s", protocol.c_str(), batches ? "in batches" : "alone");
  PrintTimes("member stops:", figures.member_stops);
  PrintTimes("  partition gaps:", figures.partition_gaps);
  PrintTimes("  joins:", figures.joins);
  PrintTimes("  first record:", figures.first_records);
  std::printf("\n");
  std::fflush(stdout);
}

/// A member more, a member less, and so on, in six groups at once.
Status MeasurePauses(testing::RealCluster& cluster, const std::string& dir, const Sizes& sizes) {
  LW_RETURN_IF_ERROR(MakeTopic(cluster, "paced"));
  LW_RETURN_IF_ERROR(MakeTopic(cluster, "backlog"));
  const std::int64_t seconds = sizes.settle.count() * (2 * sizes.cycles + 4);
  LW_RETURN_IF_ERROR(testing::Fill(cluster.bootstrap(), "backlog", kPartitions,
                                   static_cast<std::int64_t>(kTruth) * (kMembers + 1) * seconds));
  LW_ASSIGN_OR_RETURN(const auto load,
                      testing::SteadyLoad::Start(cluster.bootstrap(), "paced", kPartitions));
  load->SetRate(kMembers * kTruth / 2);
  ConsumerFleet::Options options;
  options.bootstrap = cluster.bootstrap();
  options.dir = dir;
  for (const bool batches : {false, true}) {
    for (const std::string& protocol : kProtocols) {
      options.groups.push_back(MakeGroup(PauseGroup(protocol, batches),
                                         batches ? "backlog" : "paced", protocol,
                                         batches ? kBatch : 1));
    }
  }
  LW_ASSIGN_OR_RETURN(const auto fleet, ConsumerFleet::Start(options));
  const auto scale = [&](int members) {
    for (const FleetGroup& group : options.groups) fleet->Scale(group.name, members);
    std::this_thread::sleep_for(sizes.settle);
  };
  scale(kMembers);
  std::this_thread::sleep_for(2 * sizes.settle);
  const std::int64_t from_ms = NowMs();
  for (int cycle = 0; cycle < sizes.cycles; ++cycle) {
    scale(kMembers + 1);
    scale(kMembers);
  }
  std::printf("pauses, in seconds: a member comes or goes, %d times each\n", sizes.cycles);
  for (const bool batches : {false, true}) {
    for (const std::string& protocol : kProtocols) {
      PrintPauses(*fleet, protocol, batches, from_ms);
    }
  }
  return load->Stop();
}

/// What became of a group in the steps, for one line of the table.
struct Outcome {
  GroupFigures figures;
  GroupWatch watch;
  std::size_t up = 0, down = 0;
  int rebalances = 0;
  bool met() const {
    return figures.records > 0 && Late() <= kLateTarget &&
           watch.most_members > watch.first_members && watch.last_members < watch.most_members &&
           Beside() <= 0.2;
  }
  double Late() const {
    return static_cast<double>(figures.late) / static_cast<double>(figures.records);
  }
  double Beside() const { return std::abs(watch.capacity_per_s / kTruth - 1); }
};

void PrintOutcome(const std::string& protocol, const Outcome& outcome) {
  const GroupFigures& figures = outcome.figures;
  std::printf(
      "%-12s %7lld records, %5.2f %% over %.0f s; members %d to %d to %d; %zu orders up, %zu down; "
      "%d rebalances; stood still: members %.1f s in %zu stops, the topic %.1f s; capacity learned "
      "%.1f/s, true %.1f/s: %s\n",
      protocol.c_str(), static_cast<long long>(figures.records), 100 * outcome.Late(), kObjective_s,
      outcome.watch.first_members, outcome.watch.most_members, outcome.watch.last_members,
      outcome.up, outcome.down, outcome.rebalances, testing::Sum(figures.member_stops),
      figures.member_stops.size(), testing::Sum(figures.partition_gaps) / kPartitions,
      outcome.watch.capacity_per_s,
      figures.busy_s > 0 ? static_cast<double>(figures.records) / figures.busy_s : 0,
      outcome.met() ? "met" : "MISSED");
  std::printf("             members and time lag every 30 s: %s\n", outcome.watch.line.c_str());
  if (outcome.met()) return;
  std::printf("             reasons by second: %s; the last: %s\n", outcome.watch.reasons.c_str(),
              outcome.watch.why.c_str());
}

Status MeasureSteps(testing::RealCluster& cluster, const std::string& dir, const Sizes& sizes,
                    const std::vector<std::string>& protocols, bool& met) {
  LW_RETURN_IF_ERROR(MakeTopic(cluster, "steps"));
  ConsumerFleet::Options options;
  options.bootstrap = cluster.bootstrap();
  options.dir = dir;
  options.objective_s = kObjective_s;
  for (const std::string& protocol : protocols) {
    options.groups.push_back(MakeGroup(protocol, "steps", protocol, 1));
  }
  LW_ASSIGN_OR_RETURN(const auto fleet, ConsumerFleet::Start(options));
  for (const std::string& protocol : protocols) fleet->Scale(protocol, 2);
  testing::Daemon daemon(testing::ScalingDaemon(cluster.bootstrap(), dir, *fleet, protocols,
                                                fmt::format("    objective: {:.0f}s\n"
                                                            "    down_window: 2m\n"
                                                            "    start_time: 5s\n"
                                                            "    actions_per_hour: 30\n",
                                                            kObjective_s)));
  LW_RETURN_IF_ERROR(daemon.Start());
  LW_RETURN_IF_ERROR(daemon.WaitHttp("/-/ready", 60s));
  LW_ASSIGN_OR_RETURN(const auto load,
                      testing::SteadyLoad::Start(cluster.bootstrap(), "steps", kPartitions));
  const std::int64_t from_ms = NowMs();
  ScalingWatch watch(daemon, protocols);
  for (const auto& [rate, time] :
       {std::pair{kLow, sizes.low}, std::pair{kHigh, sizes.high}, std::pair{kLow, sizes.after}}) {
    load->SetRate(rate);
    watch.For(time);
  }
  LW_RETURN_IF_ERROR(load->Stop());
  met = true;
  for (const std::string& protocol : protocols) {
    Outcome outcome;
    outcome.figures = testing::MeasureGroup(fleet->Logs(protocol), from_ms, NowMs());
    outcome.watch = watch.Of(protocol);
    outcome.rebalances = Rebalances(cluster, protocol);
    for (const auto& order : fleet->orders(protocol))
      ++(order.to > order.from ? outcome.up : outcome.down);
    PrintOutcome(protocol, outcome);
    met = met && outcome.met();
  }
  return Ok();
}

/// `only`: the steps of this protocol; empty: all there is.
Status Run(const Sizes& sizes, const std::string& only, bool& met) {
  testing::RealClusterOptions wanted;
  wanted.brokers = 3;
  wanted.racks = "r1,r2,r3";
  wanted.log_dirs = 1;
  // Kafka's defaults, which the cluster for tests does without.
  wanted.settings = {{"group.initial.rebalance.delay.ms", "3000"}};
  LW_ASSIGN_OR_RETURN(const auto cluster, testing::RealCluster::Start(wanted));
  const testing::TempDir pauses("scaling-pauses"), steps("scaling-steps");
  if (!only.empty()) return MeasureSteps(*cluster, steps.path(), sizes, {only}, met);
  LW_RETURN_IF_ERROR(MeasurePauses(*cluster, pauses.path(), sizes));
  return MeasureSteps(*cluster, steps.path(), sizes, kProtocols, met);
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  levelwind::bench::Sizes sizes;
  if (argc > 1 && std::string_view(argv[1]) == "--quick") sizes = {2, 15s, 45s, 200s, 210s};
  const std::string only = argc > 2 ? argv[2] : "";
  bool met = false;
  const levelwind::Status status = levelwind::bench::Run(sizes, only, met);
  if (!status.ok()) std::printf("scaling: %s\n", status.error().ToString().c_str());
  std::printf("scaling: %s\n", status.ok() && met ? "met" : "MISSED");
  return status.ok() && met ? 0 : 1;
}
