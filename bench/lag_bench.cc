// What it costs to know the lag of a thousand consumer groups: a real Kafka of three brokers with
// 2,000 partitions and 1,000 groups of 20 committed offsets each. A refresh is what the monitor
// does every few seconds: metadata, reassignments, groups, commits, end offsets, one snapshot.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/median.h"
#include "bench/process_usage.h"
#include "collectors/monitor.h"
#include "kafka/client.h"
#include "kafka/net/network.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/routing/coordinators.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::bench {
namespace {

constexpr int kTopics = 100;
constexpr int kPartitionsPerTopic = 20;
constexpr int kGroups = 1000;
constexpr auto kPatience = std::chrono::minutes(2);

std::string TopicName(int topic) { return fmt::format("team-{}.orders", topic % kTopics); }
std::string GroupName(int group) { return fmt::format("consumer-of-orders-{}", group); }

/// Each group reads all partitions of one topic; its commits are made without members, as a tool
/// that resets offsets makes them.
class GroupMaker {
 public:
  explicit GroupMaker(const std::vector<std::string>& bootstrap)
      : network_(options_, clock_),
        router_(Endpoints(bootstrap)),
        caller_(options_, network_, router_),
        io_([this](std::stop_token stop) { network_.Run(stop); }) {}

  Status Make() {
    const SteadyTime deadline = caller_.DeadlineIn(kPatience);
    std::map<std::string, int> left;
    for (int g = 0; g < kGroups; ++g) left.emplace(GroupName(g), g);
    for (int attempt = 0; !left.empty(); ++attempt) {
      if (attempt > 0 && !caller_.BackOff(attempt, deadline)) break;
      std::vector<std::string> names;
      for (const auto& [name, group] : left) names.push_back(name);
      LW_ASSIGN_OR_RETURN(const kafka::Coordinators found,
                          kafka::FindCoordinators(caller_, names, deadline));
      Commit(found, deadline, left);
    }
    if (left.empty()) return Ok();
    return Unavailable(fmt::format("{} of {} groups could not be made", left.size(), kGroups));
  }

 private:
  static std::vector<kafka::Endpoint> Endpoints(const std::vector<std::string>& bootstrap) {
    std::vector<kafka::Endpoint> endpoints;
    for (const std::string& text : bootstrap) {
      endpoints.push_back(kafka::ParseEndpoint(text).value());
    }
    return endpoints;
  }

  void Commit(const kafka::Coordinators& found, SteadyTime deadline,
              std::map<std::string, int>& left) {
    std::vector<std::pair<BrokerId, kafka::OffsetCommitRequest>> requests;
    for (const auto& [broker, groups] : found.groups) {
      for (const std::string& group : groups) {
        kafka::OffsetCommitRequest request;
        request.group_id = group;
        request.topics.push_back({TopicName(left.at(group)), {}});
        for (int p = 0; p < kPartitionsPerTopic; ++p) {
          request.topics.back().partitions.push_back({p, 0, -1, std::string()});
        }
        requests.emplace_back(broker, std::move(request));
      }
    }
    std::vector<std::string> order;
    for (const auto& request : requests) order.push_back(request.second.group_id);
    const auto answers = caller_.Brokers(std::move(requests), deadline);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& response = answers[i].response;
      const bool done =
          response.ok() && !response->topics.empty() &&
          std::ranges::all_of(response->topics[0].partitions,
                              [](const auto& partition) { return partition.error_code == 0; });
      if (done) {
        left.erase(order[i]);
      } else {
        router_.ForgetCoordinator(order[i]);
      }
    }
  }

  const SystemClock clock_;
  const kafka::ClientOptions options_ = {};
  kafka::Network network_;
  kafka::Router router_;
  kafka::Caller caller_;
  std::jthread io_;
};

Status MakeTopics(kafka::KafkaClient& client) {
  std::vector<kafka::NewTopic> topics;
  for (int t = 0; t < kTopics; ++t) {
    kafka::NewTopic topic;
    topic.name = TopicName(t);
    topic.partitions = kPartitionsPerTopic;
    topic.replication_factor = 1;
    topics.push_back(std::move(topic));
  }
  LW_ASSIGN_OR_RETURN(const auto outcomes, client.CreateTopics(topics, kPatience));
  for (const kafka::TopicOutcome& outcome : outcomes) {
    if (outcome.error != 0) return kafka::KafkaError(outcome.error, outcome.topic);
  }
  return Ok();
}

struct Figures {
  std::vector<double> wall_s;
  std::vector<double> cpu_s;
  std::vector<double> requests;
  std::vector<double> bytes;
  std::size_t groups = 0;
  std::size_t commits = 0;
  std::size_t lags = 0;
};

double Bytes(const kafka::KafkaClient& client) {
  std::uint64_t bytes = 0;
  for (const auto& [api, figures] : client.Stats().apis) {
    bytes += figures.bytes_in + figures.bytes_out;
  }
  return static_cast<double>(bytes);
}

Figures Measure(kafka::KafkaClient& client, int refreshes) {
  constexpr int kWarm = 6;
  SkippingClock clock;
  collectors::CollectorOptions options;
  // Sizes have their own, slower rhythm and are no part of a lag refresh.
  options.log_dir_interval = std::chrono::minutes(30);
  options.start_looks = 0;
  collectors::Monitor monitor(client, clock, options);
  Figures figures;
  for (int i = 0; i < kWarm + refreshes; ++i) {
    const double bytes = Bytes(client);
    const double cpu = CpuSeconds();
    const std::uint64_t requests = client.requests_sent();
    const auto began = std::chrono::steady_clock::now();
    monitor.Step(clock.Now());
    const double wall = ToSeconds(std::chrono::steady_clock::now() - began);
    if (i >= kWarm) {
      figures.wall_s.push_back(wall);
      figures.cpu_s.push_back(CpuSeconds() - cpu);
      figures.requests.push_back(static_cast<double>(client.requests_sent() - requests));
      figures.bytes.push_back(Bytes(client) - bytes);
    }
    clock.Skip(std::chrono::seconds(5));
  }
  if (const SnapshotPtr last = monitor.snapshots().Get()) {
    for (const ConsumerGroup& group : last->groups) {
      ++figures.groups;
      for (const GroupOffset& offset : group.offsets) {
        ++figures.commits;
        if (IsKnown(offset.lag)) ++figures.lags;
      }
    }
  }
  return figures;
}

int Report(const Figures& figures) {
  constexpr double kWallTarget = 0.10;
  constexpr double kRequestTarget = 12;
  const double wall = Median(figures.wall_s);
  const double requests = Median(figures.requests);
  constexpr auto kExpected = static_cast<std::size_t>(kGroups) * kPartitionsPerTopic;
  const bool complete = figures.commits == kExpected && figures.lags == kExpected;
  const bool met = complete && wall <= kWallTarget && requests <= kRequestTarget;
  std::printf("refreshes %zu: wall %.3f to %.3f s, requests %.0f to %.0f\n", figures.wall_s.size(),
              std::ranges::min(figures.wall_s), std::ranges::max(figures.wall_s),
              std::ranges::min(figures.requests), std::ranges::max(figures.requests));
  std::printf(
      "lag: %zu groups, %zu commits, %zu lags known: median %.3f s wall (target %.2f), %.0f "
      "requests (target %.0f), %.2f MB, %.3f s cpu, rss %.0f MiB: %s\n",
      figures.groups, figures.commits, figures.lags, wall, kWallTarget, requests, kRequestTarget,
      Median(figures.bytes) / 1e6, Median(figures.cpu_s), MemoryMiB("VmRSS"),
      met ? "met" : "MISSED");
  return met ? 0 : 1;
}

int Run(bool quick) {
  testing::RealClusterOptions wanted;
  wanted.brokers = 3;
  wanted.racks = "r1,r2,r3";
  auto cluster = testing::RealCluster::Start(wanted);
  if (!cluster.ok()) {
    std::printf("lag: Kafka did not start: %s\n", cluster.error().ToString().c_str());
    return 1;
  }
  kafka::ClientOptions options;
  options.bootstrap = (*cluster)->bootstrap_list();
  auto client = kafka::KafkaClient::Create(options).value();
  std::jthread io([&](std::stop_token stop) { client->Run(stop); });
  Status made = MakeTopics(*client);
  if (made.ok()) made = GroupMaker(options.bootstrap).Make();
  if (!made.ok()) {
    std::printf("lag: %s\n", made.error().ToString().c_str());
    return 1;
  }
  return Report(Measure(*client, quick ? 10 : 40));
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  return levelwind::bench::Run(argc > 1 && std::string_view(argv[1]) == "--quick");
}
