#include "daemon/snapshot_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "collectors/monitor.h"
#include "config/loader.h"
#include "daemon/signals.h"
#include "daemon/thread_name.h"
#include "kafka/client.h"
#include "planner/snapshot_file.h"
#include "planner/snapshot_history.h"

namespace levelwind::daemon {
namespace {

/// How long to look for a cluster, and for its rates on top where they are wanted.
constexpr auto kFindWithin = std::chrono::seconds(15);
constexpr auto kRatesWithin = std::chrono::seconds(60);

/// The first snapshot in which all asked sources answered (or the last one when time is over).
Result<SnapshotPtr> Look(collectors::Monitor& monitor, const Clock& clock, bool rates) {
  const SteadyTime began = clock.Now();
  SnapshotPtr last;
  for (;;) {
    const SteadyTime next = monitor.Step(clock.Now());
    last = monitor.snapshots().Get();
    const bool enough =
        last != nullptr && last->confidence.sizes && (!rates || last->confidence.rates);
    const Duration spent = clock.Now() - began;
    if (enough || spent > kFindWithin + (rates && last ? kRatesWithin : std::chrono::seconds(0))) {
      break;
    }
    if (WaitForSignal(std::max<Duration>(next - clock.Now(), std::chrono::milliseconds(10)))) {
      return Error(ErrorCode::kCancelled, "interrupted; nothing was written");
    }
  }
  if (last != nullptr) return last;
  std::string why = "no broker answered";
  if (const auto sources = monitor.sources().Get()) {
    for (const SourceStatus& source : *sources) {
      if (!source.error.empty()) {
        why = source.error;
        break;
      }
    }
  }
  return Unavailable("no snapshot of the cluster: " + why);
}

Status Write(const std::string& out, const std::string& text) {
  if (out == "-") {
    std::cout << text << std::flush;
    return std::cout ? Ok() : Status(Unavailable("cannot write to standard output"));
  }
  // Beside the target first, so that a full disk never leaves half a file under its name.
  const std::string partial = out + ".partial";
  {
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file || std::rename(partial.c_str(), out.c_str()) != 0) {
      std::remove(partial.c_str());
      return Unavailable(
          fmt::format("cannot write {}: check that its directory exists, is writable and "
                      "has room",
                      out));
    }
  }
  return Ok();
}

/// Adds a line at each interval until a signal. What is written stays whatever happens later.
int Follow(collectors::Monitor& monitor, const Clock& clock, const cli::SnapshotArgs& args) {
  std::ofstream file(args.out, std::ios::binary | std::ios::app);
  SteadyTime due = clock.Now();
  std::size_t lines = 0;
  for (bool stopped = false; !stopped;) {
    SteadyTime next = monitor.Step(clock.Now());
    const SnapshotPtr snapshot = monitor.snapshots().Get();
    if (snapshot != nullptr && clock.Now() >= due) {
      file << planner::WriteHistoryLine(*snapshot) << std::flush;
      if (!file) {
        std::fprintf(stderr, "levelwind snapshot: cannot write %s after %zu lines\n",
                     args.out.c_str(), lines);
        return cli::kFailed;
      }
      ++lines;
      due += *args.follow;
    }
    if (snapshot != nullptr) next = std::min(next, due);
    stopped = WaitForSignal(std::max<Duration>(next - clock.Now(), std::chrono::milliseconds(10)))
                  .has_value();
  }
  std::fprintf(stderr, "wrote %s: %zu snapshots\n", args.out.c_str(), lines);
  return lines > 0 ? cli::kDone : cli::kUnreachable;
}

int Fail(const Error& error, int exit_code) {
  std::fprintf(stderr, "levelwind snapshot: %s\n", error.message().c_str());
  return exit_code;
}

}  // namespace

int WriteSnapshot(const cli::SnapshotArgs& args) {
  BlockSignals();
  const config::Loaded loaded = config::LoadConfig(args.ToLoadRequest());
  if (!loaded.problems.empty()) {
    std::fprintf(stderr, "%s\n", config::FormatProblems(args.config_file, loaded.problems).c_str());
    return cli::kUsage;
  }
  // What goes wrong is this command's one line at the end; the log would say it a second time.
  LogOptions quiet = loaded.config.log;
  if (quiet.level >= LogLevel::kInfo) quiet.level = LogLevel::kError;
  InitLogging(quiet);
  const SystemClock clock;
  kafka::ClientOptions options = loaded.config.kafka;
  options.read_only = true;
  auto client = kafka::KafkaClient::Create(options);
  if (!client.ok()) return Fail(client.error(), cli::kUsage);
  std::jthread io([&](std::stop_token stop) {
    NameThisThread("kafka-io");
    (*client)->Run(stop);
  });
  // A login or a certificate that is not accepted does not get better by looking on.
  if (const auto first = (*client)->DescribeCluster(kFindWithin);
      !first.ok() && first.error().code() == ErrorCode::kUnauthenticated) {
    return Fail(first.error(), cli::kRefused);
  }
  collectors::Monitor monitor(**client, clock, loaded.config.collect, nullptr,
                              args.follow ? &(*client)->cluster_admin() : nullptr);
  if (args.follow) return Follow(monitor, clock, args);
  const auto snapshot = Look(monitor, clock, args.wait_for_rates);
  if (!snapshot.ok()) return Fail(snapshot.error(), cli::kUnreachable);
  if (const Status written = Write(args.out, planner::WriteSnapshotJson(**snapshot));
      !written.ok()) {
    return Fail(written.error(), cli::kFailed);
  }
  std::fprintf(stderr, "wrote %s: %zu brokers, %zu partitions (%s)\n", args.out.c_str(),
               (*snapshot)->brokers.size(), (*snapshot)->partitions.size(),
               (*snapshot)->confidence.label.c_str());
  return cli::kDone;
}

}  // namespace levelwind::daemon
