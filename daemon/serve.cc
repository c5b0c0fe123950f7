#include "daemon/serve.h"

#include <algorithm>
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
  api::Api api(backend, clock, {});
  const auto listen = config::ParseListen(config.listen);
  if (!listen.ok()) return Fail(listen.error());
  api::HttpServerOptions http;
  http.address = listen->ip;
  http.port = listen->port;
  auto server = api::HttpServer::Listen(http, api);
  if (!server.ok()) return Fail(server.error());

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
