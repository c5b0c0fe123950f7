#include "daemon/serve.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/http_server.h"
#include "base/clock.h"
#include "base/file_limit.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/loader.h"
#include "daemon/backend.h"
#include "daemon/banner.h"
#include "daemon/cluster_runtime.h"
#include "daemon/signals.h"
#include "daemon/thread_name.h"
#include "kafka/security/security.h"

namespace levelwind::daemon {
namespace {

int Fail(const Error& error) {
  std::fprintf(stderr, "levelwind serve: %s\n", error.message().c_str());
  return cli::kFailed;
}

void Say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

/// The server's own threads: one for the sockets, one for reads, two for commands, so that a cancel
/// does not wait behind a plan.
std::vector<std::jthread> StartHttp(api::HttpServer& server) {
  std::vector<std::jthread> threads;
  threads.emplace_back([&server](std::stop_token stop) {
    NameThisThread("http-io");
    server.Run(stop);
  });
  for (const api::Lane lane : {api::Lane::kRead, api::Lane::kCommand, api::Lane::kCommand}) {
    threads.emplace_back([&server, lane](std::stop_token stop) {
      NameThisThread(lane == api::Lane::kRead ? "http-read" : "http-command");
      server.RunLane(lane, stop);
    });
  }
  return threads;
}

api::BurrowFacts BurrowFactsOf(const config::Config& config) {
  const kafka::SecurityOptions& security = config.kafka.security;
  api::BurrowFacts facts;
  facts.on = config.collect.burrow.on;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) facts.host = host.data();
  facts.client_id = config.kafka.client_id;
  facts.listen = config.listen;
  facts.log_file = config.log.file;
  facts.log_level = LogLevelName(config.log.level);
  facts.topic_refresh_s = static_cast<std::int64_t>(ToSeconds(config.collect.metadata_interval));
  facts.offset_refresh_s =
      static_cast<std::int64_t>(ToSeconds(config.collect.burrow.offset_refresh));
  facts.tls = security.uses_tls();
  facts.sasl = security.uses_sasl();
  facts.verify_hostname = security.tls.verify_hostname;
  facts.ca_file = security.tls.ca_file;
  facts.certificate_file = security.tls.certificate_file;
  facts.key_file = security.tls.key_file;
  return facts;
}

Result<api::ApiOptions> ApiOptionsOf(const config::Config& config) {
  api::ApiOptions options;
  LW_ASSIGN_OR_RETURN(options.metrics,
                      api::MetricsSetup::Create(config.metrics, config.cluster_name));
  options.burrow = BurrowFactsOf(config);
  return options;
}

/// Whether every source has been asked at least once: earlier snapshots come out between the
/// sources.
bool LookedEverywhere(const ClusterSnapshot& snapshot) {
  return std::ranges::all_of(snapshot.sources, [](const SourceStatus& source) {
    return source.age.has_value() || !source.error.empty();
  });
}

void WaitForStop(const ClusterRuntime& cluster) {
  bool seen = false;
  for (;;) {
    const auto signal = WaitForSignal(std::chrono::milliseconds(seen ? 1000 : 50));
    if (signal == SIGINT || signal == SIGTERM) {
      LW_INFO("main", "stopping on {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
      return;
    }
    if (signal == SIGHUP) {
      LW_WARN("main",
              "SIGHUP ignored: the configuration is read at start only; restart to change it");
    }
    if (!seen) {
      if (const SnapshotPtr snapshot = cluster.snapshot();
          snapshot != nullptr && LookedEverywhere(*snapshot)) {
        seen = true;
        Say(FirstLook(*snapshot));
      }
    }
  }
}

}  // namespace

int Serve(const cli::ServeArgs& args) {
  BlockSignals();
  AllowManyFiles();
  ReturnLargeBlocks();
  const config::Loaded loaded = config::LoadConfig(args.ToLoadRequest());
  if (!loaded.problems.empty()) {
    std::fprintf(stderr, "%s\n", config::FormatProblems(args.config_file, loaded.problems).c_str());
    return cli::kUsage;
  }
  const config::Config& config = loaded.config;
  if (const Status usable = kafka::CheckSecurity(config.kafka.security); !usable.ok()) {
    std::fprintf(stderr, "levelwind serve: %s\n", usable.error().message().c_str());
    return cli::kUsage;
  }
  InitLogging(config.log);
  const SystemClock clock;

  auto cluster = ClusterRuntime::Create(config, clock);
  if (!cluster.ok()) return Fail(cluster.error());
  DaemonBackend backend(**cluster, clock);
  auto options = ApiOptionsOf(config);
  if (!options.ok()) return Fail(options.error());
  api::Api api(backend, clock, *std::move(options));
  const auto listen = config::ParseListen(config.listen);
  if (!listen.ok()) return Fail(listen.error());
  api::HttpServerOptions http;
  http.address = listen->ip;
  http.port = listen->port;
  auto server = api::HttpServer::Listen(http, api);
  if (!server.ok()) return Fail(server.error());

  (*cluster)->monitor_loop().OnSnapshot(
      [&api](const SnapshotPtr& snapshot) { api.PrepareMetrics(snapshot); });
  Say(StartBanner(config, (*server)->url()));
  (*cluster)->Start();
  std::vector<std::jthread> http_threads = StartHttp(**server);
  WaitForStop(**cluster);
  for (std::jthread& thread : http_threads) thread.request_stop();
  http_threads.clear();
  (*cluster)->Stop();
  return cli::kDone;
}

}  // namespace levelwind::daemon
