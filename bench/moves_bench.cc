// Kafka's own reassignment tool and Levelwind, side by side: the same replica moves on the same
// real cluster of four brokers at the same throttle, one after the other. The tool starts them all
// at once; Levelwind keeps its caps (the defaults). Meanwhile a producer sends small records with
// acks=all to another topic on the same brokers and waits for each.
//   time: from the command (the tool: from its first reassignment, without the start of its JVM)
//     until every partition is where the plan says and no reassignment is left.
//   p99 of the producer while the moves run.
//   leftovers: throttle configurations and reassignments, as Kafka's Admin client sees them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/latency_probe.h"
#include "bench/median.h"
#include "kafka/client.h"
#include "tests/kafka_cluster/daemon_api.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::bench {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::CommandResult;
using Steady = std::chrono::steady_clock;

constexpr int kPartitions = 100;
constexpr const char* kMoved = "moved";
constexpr const char* kProbed = "probed";
constexpr int kProbedPartitions = 12;
constexpr BrokerId kEmptied = 4;
constexpr double kTimeTarget = 1.1;

struct Sizes {
  int bytes_per_partition = 50'000'000;
  int throttle = 25'000'000;
  int rounds = 2;
};

/// What one way of carrying out the moves took.
struct Figures {
  double seconds = 0;
  ProbeFigures probe;
  bool leftovers = false;
};

double Seconds(Steady::duration time) { return std::chrono::duration<double>(time).count(); }

bool IsAt(const kafka::ClusterMetadata& cluster, const json& wanted) {
  std::map<std::int32_t, std::vector<BrokerId>> now;
  for (const kafka::TopicInfo& topic : cluster.topics) {
    if (topic.name != kMoved) continue;
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      now[partition.number] = partition.replicas;
    }
  }
  return std::ranges::all_of(wanted, [&](const json& partition) {
    return now[partition.at("partition").get<std::int32_t>()] ==
           partition.at("replicas").get<std::vector<BrokerId>>();
  });
}

class SideBySide {
 public:
  SideBySide(testing::RealCluster& cluster, kafka::KafkaClient& client, const Sizes& sizes)
      : cluster_(cluster), client_(client), sizes_(sizes) {}

  Status Prepare();
  Result<Figures> OnePass(bool ours);

 private:
  Status Fill();
  Status StartDaemon();
  Status MakePlan();
  Status Restore();
  Result<double> RunTheTool();
  Result<double> RunOurs();
  Status WaitForFirst();
  Status WaitFor(const json& wanted);
  Result<bool> HasLeftovers();
  Status WriteAssignments(const std::string& file, const json& partitions);
  Status Tool(const std::vector<std::string>& arguments);

  testing::RealCluster& cluster_;
  kafka::KafkaClient& client_;
  const Sizes sizes_;
  testing::TempDir work_{"moves"};
  std::optional<testing::Daemon> daemon_;
  std::unique_ptr<LatencyProbe> probe_;
  std::string start_file_ = work_.path() + "/start.json";
  std::string plan_file_ = work_.path() + "/plan.json";
  json start_ = json::array();
  json plan_;
  std::string plan_id_;
};

/// Leaders on brokers 1 to 3, the other replica on the broker that will be emptied.
Status SideBySide::Prepare() {
  kafka::NewTopic moved, probed;
  moved.name = kMoved;
  probed.name = kProbed;
  for (int p = 0; p < kPartitions; ++p) {
    const std::vector<BrokerId> replicas = {1 + p % 3, kEmptied};
    moved.assignments.push_back(replicas);
    start_.push_back({{"topic", kMoved}, {"partition", p}, {"replicas", replicas}});
  }
  for (int p = 0; p < kProbedPartitions; ++p) {
    probed.assignments.push_back({1 + p % 3, 1 + (p + 1) % 3, 1 + (p + 2) % 3});
  }
  LW_RETURN_IF_ERROR(cluster_.CreateTopic(moved));
  LW_RETURN_IF_ERROR(cluster_.CreateTopic(probed));
  LW_RETURN_IF_ERROR(WriteAssignments(start_file_, start_));
  LW_RETURN_IF_ERROR(Fill());
  LW_ASSIGN_OR_RETURN(probe_, LatencyProbe::Start(cluster_.bootstrap(), kProbed, kProbedPartitions,
                                                  std::chrono::milliseconds(5)));
  return StartDaemon();
}

Status SideBySide::Fill() {
  kafka::ProducerOptions options;
  options.bootstrap = cluster_.bootstrap();
  options.delivery_timeout = 2min;
  LW_ASSIGN_OR_RETURN(const auto producer, kafka::Producer::Create(options));
  const std::string value(100'000, 'x');
  const int records = sizes_.bytes_per_partition / static_cast<int>(value.size());
  for (int i = 0; i < records * kPartitions; ++i) {
    Status sent = Ok();
    do {
      sent = producer->Send(kMoved, i / 10 % kPartitions, {}, value);
      producer->Poll(sent.ok() ? 0ms : 10ms);
    } while (!sent.ok() && sent.error().retriable());
    LW_RETURN_IF_ERROR(sent);
  }
  return producer->Flush(3min);
}

Status SideBySide::StartDaemon() {
  daemon_.emplace(testing::OperatingDaemon(cluster_.bootstrap(), work_.path(),
                                           {"--throttle", fmt::format("{}B/s", sizes_.throttle)}));
  LW_RETURN_IF_ERROR(daemon_->Start());
  LW_RETURN_IF_ERROR(daemon_->WaitHttp("/-/ready", 30s));
  return Ok();
}

Status SideBySide::WriteAssignments(const std::string& file, const json& partitions) {
  std::ofstream out(file, std::ios::trunc);
  out << json{{"version", 1}, {"partitions", partitions}}.dump();
  out.close();
  return out ? Ok() : Status(Unavailable("cannot write " + file));
}

Status SideBySide::Tool(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"reassign"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  LW_ASSIGN_OR_RETURN(const CommandResult done, cluster_.RunTool(all, 120s));
  if (!done.ok()) return Unavailable("kafka-reassign-partitions: " + done.out + done.err);
  return Ok();
}

Status SideBySide::WaitForFirst() {
  for (const auto deadline = Steady::now() + 1min; Steady::now() < deadline;) {
    const auto running = client_.ListReassignments({}, 15s);
    if (running.ok() && !running->empty()) return Ok();
    std::this_thread::sleep_for(20ms);
  }
  return DeadlineExceeded("no reassignment was started");
}

/// Until every partition has the replicas of `wanted` and no other.
Status SideBySide::WaitFor(const json& wanted) {
  for (const auto deadline = Steady::now() + 15min; Steady::now() < deadline;) {
    // A busy controller may miss a deadline: that is no end.
    const auto running = client_.ListReassignments({}, 15s);
    if (running.ok() && running->empty()) {
      const auto cluster = client_.DescribeCluster(15s);
      if (cluster.ok() && IsAt(*cluster, wanted)) return Ok();
    }
    std::this_thread::sleep_for(100ms);
  }
  return DeadlineExceeded("the partitions do not come to where they should be");
}

Result<bool> SideBySide::HasLeftovers() {
  LW_ASSIGN_OR_RETURN(const CommandResult judged,
                      cluster_.RunReferee({"--check", "no-leftovers", "--wait", "5"}));
  return !judged.ok();
}

/// Asks for the plan until the daemon knows where the bytes are.
Status SideBySide::MakePlan() {
  const json wish = {{"remove_brokers", {kEmptied}}, {"include_topics", kMoved}};
  for (int tries = 0; tries < 60; ++tries) {
    LW_ASSIGN_OR_RETURN(const json made, PostJson(*daemon_, "/api/v1/proposals", wish));
    plan_id_ = made.at("/proposal/id"_json_pointer).get<std::string>();
    LW_ASSIGN_OR_RETURN(const json plan,
                        GetJson(*daemon_, "/api/v1/proposals/" + plan_id_ + "?format=reassign"));
    plan_ = plan.at("partitions");
    if (plan_.size() == kPartitions) return WriteAssignments(plan_file_, plan_);
    std::this_thread::sleep_for(1s);
  }
  return FailedPrecondition(
      fmt::format("the plan has {} moves instead of {}", plan_.size(), kPartitions));
}

Status SideBySide::Restore() {
  LW_RETURN_IF_ERROR(Tool({"--reassignment-json-file", start_file_, "--execute"}));
  return WaitFor(start_);
}

Result<double> SideBySide::RunTheTool() {
  std::optional<Status> running;
  Steady::time_point began;
  {
    const std::jthread watch([&] {
      running = WaitForFirst();
      began = Steady::now();
    });
    LW_RETURN_IF_ERROR(Tool({"--reassignment-json-file", plan_file_, "--execute", "--throttle",
                             std::to_string(sizes_.throttle)}));
  }
  LW_RETURN_IF_ERROR(*running);
  LW_RETURN_IF_ERROR(WaitFor(plan_));
  return Seconds(Steady::now() - began);
}

Result<double> SideBySide::RunOurs() {
  const auto began = Steady::now();
  LW_RETURN_IF_ERROR(
      PostJson(*daemon_, "/api/v1/proposals/" + plan_id_ + "/apply", {{"reason", "side by side"}}));
  LW_RETURN_IF_ERROR(WaitFor(plan_));
  const double took = Seconds(Steady::now() - began);
  for (std::string state; !testing::IsOver(state); std::this_thread::sleep_for(100ms)) {
    LW_ASSIGN_OR_RETURN(state, NewestOperationState(*daemon_));
  }
  return took;
}

Result<Figures> SideBySide::OnePass(bool ours) {
  LW_RETURN_IF_ERROR(Restore());
  LW_RETURN_IF_ERROR(MakePlan());
  std::this_thread::sleep_for(5s);  // what the restoring stirred up is over
  const ProbeFigures calm = probe_->Take();
  Figures figures;
  LW_ASSIGN_OR_RETURN(figures.seconds, ours ? RunOurs() : RunTheTool());
  figures.probe = probe_->Take();
  LW_ASSIGN_OR_RETURN(figures.leftovers, HasLeftovers());
  std::printf(
      "%-26s %6.1f s; producer p50 %.1f, p99 %.1f, worst %.0f ms of %zu records, %llu "
      "failed (before: p99 %.1f); left over: %s\n",
      ours ? "levelwind" : "kafka-reassign-partitions", figures.seconds, figures.probe.p50_ms,
      figures.probe.p99_ms, figures.probe.worst_ms, figures.probe.records,
      static_cast<unsigned long long>(figures.probe.failed), calm.p99_ms,
      figures.leftovers ? "throttles" : "nothing");
  std::fflush(stdout);
  // The tool leaves its throttles until somebody asks it to look.
  if (!ours) LW_RETURN_IF_ERROR(Tool({"--reassignment-json-file", plan_file_, "--verify"}));
  return figures;
}

/// Each way in turn, so that what the machine does meanwhile meets both.
Status Compare(SideBySide& bench, int rounds, bool& met) {
  std::vector<double> time_ratio, p99_ratio;
  bool clean = true;
  for (int round = 0; round < rounds; ++round) {
    LW_ASSIGN_OR_RETURN(const Figures theirs, bench.OnePass(false));
    LW_ASSIGN_OR_RETURN(const Figures ours, bench.OnePass(true));
    time_ratio.push_back(ours.seconds / theirs.seconds);
    p99_ratio.push_back(ours.probe.p99_ms / theirs.probe.p99_ms);
    clean = clean && !ours.leftovers && ours.probe.failed == 0;
  }
  const double time = Median(time_ratio);
  const double p99 = Median(p99_ratio);
  met = clean && time <= kTimeTarget && p99 <= 1;
  std::printf(
      "moves: %d replica moves, time %.2fx of the tool's (target %.1f), producer p99 %.2fx "
      "(target 1), leftovers %s: %s\n",
      kPartitions, time, kTimeTarget, p99, clean ? "none" : "YES", met ? "met" : "MISSED");
  return Ok();
}

Status Run(const Sizes& sizes, bool& met) {
  LW_ASSIGN_OR_RETURN(const auto cluster, testing::RealCluster::Start());
  kafka::ClientOptions options;
  options.bootstrap = cluster->bootstrap_list();
  LW_ASSIGN_OR_RETURN(const auto client, kafka::KafkaClient::Create(options));
  const std::jthread io([&](std::stop_token stop) { client->Run(stop); });
  SideBySide bench(*cluster, *client, sizes);
  LW_RETURN_IF_ERROR(bench.Prepare());
  std::printf("%d partitions of %.0f MB with a replica on broker %d each, throttle %.0f MB/s\n",
              kPartitions, sizes.bytes_per_partition / 1e6, kEmptied, sizes.throttle / 1e6);
  return Compare(bench, sizes.rounds, met);
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  levelwind::bench::Sizes sizes;
  if (argc > 1 && std::string_view(argv[1]) == "--quick") sizes = {5'000'000, 5'000'000, 1};
  bool met = false;
  const levelwind::Status status = levelwind::bench::Run(sizes, met);
  if (!status.ok()) std::printf("moves: %s\n", status.error().ToString().c_str());
  return status.ok() && met ? 0 : 1;
}
