// The daemon beside a large cluster: 20 simulated brokers, 50,000 partitions, 20,000 groups with
// 50 commits each. What it holds in memory and how long its pages take while it looks at all of
// that every few seconds and somebody scrapes it.
//   large_bench [--quick]     two minutes of scrapes (--quick: half a minute)
// Exit status 1 when a target is missed.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/median.h"
#include "bench/process_usage.h"
#include "tests/kafka_cluster/daemon_api.h"
#include "tests/kafka_cluster/wait_for.h"
#include "tests/sim_cluster/sim_cluster.h"
#include "tests/sim_cluster/sim_layout.h"
#include "tests/support/temp_dir.h"

namespace levelwind::bench {
namespace {

using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

constexpr double kMostMiB = 512, kMostMetricsS = 1, kMostPageS = 0.05;
constexpr int kGroups = 20'000, kCommits = 50, kPageGroups = 100;

struct Figures {
  std::vector<double> metrics_s, page_s, rss_mib;
  std::size_t series = 0;
  double peak_mib = 0;
};

std::size_t Series(std::string_view page) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < page.size();) {
    count += page[at] != '#';
    const std::size_t end = page.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return count;
}

/// The seconds an answer took; its body goes to `body`.
Result<double> Fetch(const testing::Daemon& daemon, const std::string& path, std::string& body) {
  const auto began = Steady::now();
  LW_ASSIGN_OR_RETURN(testing::HttpResponse response,
                      testing::HttpGet(daemon.http_port(), path, seconds(60)));
  if (response.status != 200) {
    return Unavailable(fmt::format("GET {}: status {}", path, response.status));
  }
  body = std::move(response.body);
  return ToSeconds(Steady::now() - began);
}

Status Scrape(const testing::Daemon& daemon, int rounds, Figures& figures) {
  const std::string pid = std::to_string(daemon.pid());
  const std::string page = fmt::format("/api/v1/groups?limit={}", kPageGroups);
  std::string body;
  for (int round = 0; round < rounds; ++round) {
    const auto next = Steady::now() + seconds(2);
    LW_ASSIGN_OR_RETURN(const double metrics, Fetch(daemon, "/metrics", body));
    figures.series = Series(body);
    LW_ASSIGN_OR_RETURN(const double groups, Fetch(daemon, page, body));
    figures.metrics_s.push_back(metrics);
    figures.page_s.push_back(groups);
    figures.rss_mib.push_back(MemoryMiB("VmRSS", pid));
    figures.peak_mib = MemoryMiB("VmHWM", pid);
    std::this_thread::sleep_until(next);
  }
  return Ok();
}

/// Until the last of the groups is in a snapshot.
Status WaitForAll(testing::Daemon& daemon) {
  LW_RETURN_IF_ERROR(daemon.WaitHttp("/-/ready", seconds(300)));
  const std::string last = fmt::format("/api/v1/groups?limit=1&from={}", kGroups - 1);
  const auto there = [&] {
    const auto answer = testing::GetJson(daemon, last);
    return answer.ok() && answer->at("groups").size() == 1;
  };
  const auto waited = testing::WaitFor(there, seconds(300), "the daemon to see all groups");
  return waited ? Ok() : Status(Unavailable(waited.message()));
}

int Report(const Figures& figures) {
  const double metrics = Median(figures.metrics_s), page = Median(figures.page_s);
  const bool met = figures.peak_mib > 0 && figures.peak_mib <= kMostMiB &&
                   metrics <= kMostMetricsS && page <= kMostPageS;
  fmt::print("/metrics: {} series, {:.3f} to {:.3f} s; {} groups: {:.4f} to {:.4f} s\n",
             figures.series, std::ranges::min(figures.metrics_s),
             std::ranges::max(figures.metrics_s), kPageGroups, std::ranges::min(figures.page_s),
             std::ranges::max(figures.page_s));
  fmt::print(
      "large: {} groups, {} group-partitions: rss {:.0f} to {:.0f} MiB, peak {:.0f} MiB (target "
      "{:.0f}); median of {} scrapes: /metrics {:.3f} s ({:.0f}), page of {} groups {:.4f} s "
      "({:.2f}): {}\n",
      kGroups, kGroups * kCommits, std::ranges::min(figures.rss_mib),
      std::ranges::max(figures.rss_mib), figures.peak_mib, kMostMiB, figures.metrics_s.size(),
      metrics, kMostMetricsS, kPageGroups, page, kMostPageS, met ? "met" : "MISSED");
  return met ? 0 : 1;
}

int Run(bool quick) {
  testing::SimOptions options;
  options.brokers = 20;
  options.keep_requests = false;
  auto sim = testing::SimCluster::Start(options);
  const testing::SimLayout layout{.partitions = 50'000,
                                  .partitions_per_topic = 100,
                                  .replication_factor = 1,
                                  .groups = kGroups,
                                  .commits_per_group = kCommits,
                                  .members_per_group = 2,
                                  .mean_partition_bytes = 1e9,
                                  .bytes_per_s = 1e9,
                                  .seed = 5};
  Status ready = sim.ok() ? testing::FillSim(**sim, layout) : Status(sim.error());
  const testing::ScratchDir directory;
  Figures figures;
  if (ready.ok()) {
    testing::Daemon::Options served;
    served.dir = directory.path();
    served.http_port = testing::FreePort();
    served.arguments = {"serve",
                        "--bootstrap",
                        (*sim)->bootstrap(),
                        "--listen",
                        fmt::format("127.0.0.1:{}", served.http_port),
                        "--state-dir",
                        directory.path() + "/state"};
    testing::Daemon daemon(std::move(served));
    ready = daemon.Start();
    if (ready.ok()) ready = WaitForAll(daemon);
    if (ready.ok()) ready = Scrape(daemon, quick ? 15 : 60, figures);
  }
  if (!ready.ok()) {
    fmt::print("large: {}\n", ready.error().ToString());
    return 1;
  }
  return Report(figures);
}

}  // namespace
}  // namespace levelwind::bench

int main(int argc, char** argv) {
  return levelwind::bench::Run(argc > 1 && std::string_view(argv[1]) == "--quick");
}
