#include "collectors/log_dir_collector.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collectors/most_log_bytes.h"

namespace levelwind::collectors {
namespace {

constexpr std::int16_t kNoError = 0;
constexpr std::int16_t kStorageError = 56;  // KAFKA_STORAGE_ERROR

/// Why a broker's answer cannot be used, or empty. An offline directory is an answer like another.
std::string WhyUnusable(const std::vector<kafka::LogDirInfo>& dirs) {
  // Brokers before version 3 of this call answer nothing at all to whom they do not trust.
  if (dirs.empty()) return "it named no log dir; the Describe right on the cluster may be missing";
  for (const kafka::LogDirInfo& dir : dirs) {
    if (dir.error != kNoError && dir.error != kStorageError)
      return kafka::KafkaErrorName(dir.error);
  }
  return {};
}

void AddReplicas(const std::vector<kafka::ReplicaLogInfo>& replicas, std::int16_t dir,
                 const ClusterTable& table, BrokerDisks& disks, std::uint64_t& skipped) {
  std::int64_t& total = disks.log_dirs.back().replica_bytes;
  for (const kafka::ReplicaLogInfo& info : replicas) {
    if (info.size_bytes < 0 || info.size_bytes > kMostLogBytes) {
      ++skipped;
      continue;
    }
    if (info.is_future) {
      ++disks.future_replicas;
      continue;
    }
    total += info.size_bytes;
    const std::int32_t index = table.Find(info.partition.topic, info.partition.partition);
    if (index < 0) {
      ++skipped;  // Left over from a deleted topic, or of one that is newer than the metadata.
      continue;
    }
    // A follower that is ahead of the high watermark reports a negative lag.
    const std::int64_t lag = info.offset_lag < 0 ? 0 : info.offset_lag;
    disks.replicas.push_back({index, dir, info.size_bytes, lag});
  }
}

BrokerDisks Convert(const std::vector<kafka::LogDirInfo>& dirs, const ClusterTable& table,
                    SteadyTime at, std::size_t expected, std::uint64_t& skipped) {
  BrokerDisks disks;
  disks.at = at;
  disks.replicas.reserve(expected);
  disks.log_dirs.reserve(dirs.size());
  for (const kafka::LogDirInfo& info : dirs) {
    LogDir dir;
    dir.path = info.path;
    dir.offline = info.error == kStorageError;
    dir.total_bytes = info.total_bytes < 0 ? kUnknownCount : info.total_bytes;
    dir.usable_bytes = info.usable_bytes < 0 ? kUnknownCount : info.usable_bytes;
    const auto index = static_cast<std::int16_t>(disks.log_dirs.size());
    disks.log_dirs.push_back(std::move(dir));
    AddReplicas(info.replicas, index, table, disks, skipped);
  }
  return disks;
}

}  // namespace

Result<LookReport> LogDirCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                            const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no broker is known yet");
  const std::vector<BrokerId> asked = state.table.ServingBrokers();
  const SteadyTime at = clock.Now();
  LookReport report;
  std::size_t told = 0;
  std::map<BrokerId, std::string> problems;
  const Status asking = admin.VisitLogDirs(
      asked, timeout, [&](BrokerId broker, const Result<std::vector<kafka::LogDirInfo>>& answer) {
        std::string problem = answer.ok() ? WhyUnusable(*answer) : answer.error().ToString();
        if (!problem.empty()) {
          problems.emplace(broker, std::move(problem));
          return;
        }
        ++told;
        BrokerDisks& disks = state.disks[broker];
        disks = Convert(*answer, state.table, at, disks.replicas.size(), report.skipped);
      });
  if (!asking.ok()) return asking.error();
  const std::size_t failed = asked.size() - told;
  std::string why = "no answer";
  if (!problems.empty()) {
    why = fmt::format("broker {}: {}", problems.begin()->first, problems.begin()->second);
  }
  if (failed == asked.size()) {
    return Unavailable(fmt::format("none of {} brokers told its log dirs; {}", failed, why));
  }
  if (failed > 0) {
    report.missing =
        fmt::format("{} of {} brokers did not tell their log dirs; {}", failed, asked.size(), why);
  }
  std::erase_if(state.disks, [&](const auto& entry) {
    return state.table.shape().FindBroker(entry.first) == nullptr;
  });
  ++state.disk_looks;
  AddSizeLook(state, at);
  return report;
}

void LogDirCollector::AddSizeLook(CollectState& state, SteadyTime at) {
  leader_bytes_.assign(state.table.partition_count(), kUnknownCount);
  for (const auto& [broker, disks] : state.disks) {
    if (disks.at != at) continue;
    for (const ReplicaOnDisk& replica : disks.replicas) {
      if (state.table.partition(replica.partition).leader == broker) {
        leader_bytes_[static_cast<std::size_t>(replica.partition)] = replica.size_bytes;
      }
    }
  }
  state.rates.AddSizeLook(at, state.table, leader_bytes_);
}

}  // namespace levelwind::collectors
