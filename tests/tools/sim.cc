// levelwind-sim: a simulated Kafka cluster on loopback, for runs by hand. See README.md.

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/sim_cluster/sim_cluster.h"
#include "tests/sim_cluster/sim_layout.h"

namespace levelwind::testing {
namespace {

struct Arguments {
  SimOptions options;
  SimLayout layout;
  double latency_ms = 0;
  int hanging = 0;
};

void AddOptions(CLI::App& app, Arguments& arguments) {
  SimOptions& options = arguments.options;
  SimLayout& layout = arguments.layout;
  app.add_option("--brokers", options.brokers, "Brokers, ids 1, 2, ...")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--log-dirs", options.log_dirs, "Per broker")->check(CLI::Range(1, 100));
  app.add_option("--replication-rate", options.replication_bytes_per_s,
                 "What a broker can replicate in, and out, in bytes per second");
  app.add_option("--partitions", layout.partitions, "Of all topics together");
  app.add_option("--partitions-per-topic", layout.partitions_per_topic, "");
  app.add_option("--rf", layout.replication_factor, "Replicas of each partition");
  app.add_option("--groups", layout.groups, "Consumer groups");
  app.add_option("--commits", layout.commits_per_group, "Partitions that each group reads");
  app.add_option("--partition-bytes", layout.mean_partition_bytes, "Mean size");
  app.add_option("--rate", layout.bytes_per_s, "Bytes per second, all topics together");
  app.add_option("--seed", layout.seed, "The same seed gives the same cluster");
  app.add_option("--latency-ms", arguments.latency_ms, "Before each answer");
  app.add_option("--hanging", arguments.hanging, "So many brokers, the last ones, never answer");
}

int Run(Arguments& arguments) {
  arguments.options.keep_requests = false;
  auto started = SimCluster::Start(arguments.options);
  if (!started.ok()) {
    std::fputs(fmt::format("levelwind-sim: {}\n", started.error().ToString()).c_str(), stderr);
    return 1;
  }
  SimCluster& sim = **started;
  if (const Status filled = FillSim(sim, arguments.layout); !filled.ok()) {
    std::fputs(fmt::format("levelwind-sim: {}\n", filled.error().ToString()).c_str(), stderr);
    return 2;
  }
  if (arguments.latency_ms > 0) {
    sim.faults().Delay({}, std::chrono::duration_cast<Duration>(
                               std::chrono::duration<double, std::milli>(arguments.latency_ms)));
  }
  for (int i = 0; i < arguments.hanging; ++i) {
    sim.faults().Hang({.broker = arguments.options.brokers - i});
  }
  std::puts(fmt::format("127.0.0.1:{}", sim.port(1)).c_str());
  std::fflush(stdout);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace
}  // namespace levelwind::testing

int main(int argc, char** argv) {
  // Before any thread is made, so that only main sees the signals.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  levelwind::testing::Arguments arguments;
  CLI::App app{"A simulated Kafka cluster on loopback; prints its bootstrap address"};
  levelwind::testing::AddOptions(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return levelwind::testing::Run(arguments);
}
