#include "detectors/trend_history.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "detectors/setting_drift.h"
#include "model/cluster_facts.h"

namespace levelwind::detectors {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr double kHalfLifeS = 20 * 60;
constexpr std::int64_t kTurnMs = 30 * kMinuteMs;
constexpr std::int64_t kForgetBrokerMs = 24 * 60 * kMinuteMs;

StepSeries FigureSeries() { return {5 * kMinuteMs, 288}; }
StepSeries DiskSeries() { return {10 * kMinuteMs, 144}; }
StepSeries LateDiskSeries(double watch_s) {
  const auto step = watch_s * 1000 / static_cast<double>(TrendHistory::kWatchSteps);
  return {std::max<std::int64_t>(1, static_cast<std::int64_t>(step)),
          2 * TrendHistory::kWatchSteps + 1};
}

/// Of the file system where that is told: what else lies in it fills it as well.
double UsedBytes(const LogDir& dir) {
  if (dir.offline) return kUnknown;
  if (IsKnown(dir.total_bytes) && IsKnown(dir.usable_bytes)) {
    return static_cast<double>(dir.total_bytes - dir.usable_bytes);
  }
  return static_cast<double>(dir.replica_bytes);
}

void AddFigures(const BrokerMetrics& m, std::int64_t at, BrokerTrend& trend) {
  const std::array<double, static_cast<std::size_t>(BrokerFigure::kCount)> values = {
      m.bytes_in_per_s,      m.log_flush_p999_ms,  m.produce_local_p999_ms, m.produce_total_p999_ms,
      m.fetch_total_p999_ms, m.request_queue_size, m.handler_idle_share,    m.network_idle_share};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= 0) trend.figures[i].Add(at, values[i]);
  }
}

/// The watch of a topic begins anew with other partitions.
bool IsAnother(const TopicTrend& trend, const Topic& topic) {
  return trend.id != topic.id || trend.sums.size() != topic.partition_count;
}

}  // namespace

BrokerTrend::BrokerTrend()
    : figures{FigureSeries(), FigureSeries(), FigureSeries(), FigureSeries(),
              FigureSeries(), FigureSeries(), FigureSeries(), FigureSeries()} {}

TrendHistory::TrendHistory(double disk_watch_s) : disk_watch_s_(disk_watch_s) {}

void TrendHistory::Update(const ClusterSnapshot& snapshot) {
  const std::int64_t at = snapshot.taken_at.unix_ms;
  constexpr std::int64_t kHourMs = 60 * kMinuteMs;
  if (last_.unix_ms - at > kHourMs) *this = TrendHistory(disk_watch_s_);
  if (at <= last_.unix_ms) return;
  if (first_.unix_ms == 0) first_ = snapshot.taken_at;
  const double seconds = last_.unix_ms == 0 ? 0 : static_cast<double>(at - last_.unix_ms) / 1000;
  last_ = snapshot.taken_at;
  UpdateBrokers(snapshot);
  UpdateTopics(snapshot, seconds);
  UpdateGroups(snapshot);
  UpdateDrift(snapshot);
}

void TrendHistory::UpdateBrokers(const ClusterSnapshot& snapshot) {
  for (const Broker& broker : snapshot.brokers) {
    BrokerTrend& trend = brokers_[broker.id];
    if (broker.state == BrokerState::kDead) {
      if (trend.down_since.unix_ms == 0) {
        trend.down_since = last_;
        ++trend.downs;
      }
      continue;
    }
    trend.serving_at = last_;
    trend.down_since = {};
    if (broker.metrics.known()) AddFigures(broker.metrics, last_.unix_ms, trend);
    for (const LogDir& dir : broker.log_dirs) {
      Disk& disk = DiskOf(broker.id, dir.path);
      disk.steps.Add(last_.unix_ms, UsedBytes(dir));
      disk.lately.Add(last_.unix_ms, UsedBytes(dir));
    }
  }
  std::erase_if(brokers_, [&](const auto& entry) {
    return snapshot.FindBroker(entry.first) == nullptr &&
           last_.unix_ms - entry.second.serving_at.unix_ms > kForgetBrokerMs;
  });
  std::erase_if(log_dirs_,
                [&](const auto& entry) { return !brokers_.contains(entry.first.first); });
}

void TrendHistory::UpdateTopics(const ClusterSnapshot& snapshot, double seconds) {
  const double fade = std::exp2(-seconds / kHalfLifeS);
  const bool turn = last_.unix_ms - turned_.unix_ms >= kTurnMs;
  std::map<std::string, TopicTrend, std::less<>> next;
  for (const Topic& topic : snapshot.topics) {
    auto node = topics_.extract(topic.name);
    if (node.empty()) {
      next.emplace_hint(next.end(), topic.name, TopicTrend());
    } else {
      next.insert(next.end(), std::move(node));
    }
    TopicTrend& trend = next.rbegin()->second;
    const auto partitions = snapshot.PartitionsOf(topic);
    if (trend.since.unix_ms == 0 || IsAnother(trend, topic)) {
      trend = {};
      trend.id = topic.id;
      trend.since = last_;
      trend.sums.assign(partitions.size(), 0);
      trend.start.assign(partitions.size(), kUnknownCount);
      trend.old_start.assign(partitions.size(), kUnknownCount);
    }
    const bool known = std::ranges::all_of(partitions, [](const Partition& p) {
      return std::isfinite(p.load.bytes_in_per_s) && p.load.bytes_in_per_s >= 0;
    });
    if (known) {
      trend.weight = trend.weight * fade + (1 - fade);
      for (std::size_t i = 0; i < partitions.size(); ++i) {
        trend.sums[i] = static_cast<float>(trend.sums[i] * fade +
                                           partitions[i].load.bytes_in_per_s * (1 - fade));
      }
    }
    if (!turn) continue;
    trend.old_start.swap(trend.start);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      trend.start[i] = partitions[i].log_start_offset;
    }
  }
  if (turn) {
    turned_before_ = turned_;
    turned_ = last_;
  }
  topics_ = std::move(next);
}

void TrendHistory::UpdateGroups(const ClusterSnapshot& snapshot) {
  for (const ConsumerGroup& group : snapshot.groups) groups_[group.name].Update(group, last_);
  std::erase_if(groups_,
                [&](const auto& entry) { return snapshot.FindGroup(entry.first) == nullptr; });
}

void TrendHistory::UpdateDrift(const ClusterSnapshot& snapshot) {
  if (snapshot.facts == nullptr) return;
  std::set<std::string, std::less<>> differing;
  for (const SettingDrift& drift : FindDrift(snapshot.facts->brokers)) {
    differing.insert(drift.setting);
    drift_since_.emplace(drift.setting, last_);
  }
  std::erase_if(drift_since_, [&](const auto& entry) { return !differing.contains(entry.first); });
}

const TopicTrend* TrendHistory::FindTopic(std::string_view topic) const {
  const auto at = topics_.find(topic);
  return at == topics_.end() ? nullptr : &at->second;
}
const BrokerTrend* TrendHistory::FindBroker(BrokerId broker) const {
  const auto at = brokers_.find(broker);
  return at == brokers_.end() ? nullptr : &at->second;
}
const GroupTrend* TrendHistory::FindGroup(std::string_view group) const {
  const auto at = groups_.find(group);
  return at == groups_.end() ? nullptr : &at->second;
}
const StepSeries* TrendHistory::FindLogDir(BrokerId broker, const std::string& path) const {
  const auto at = log_dirs_.find({broker, path});
  return at == log_dirs_.end() ? nullptr : &at->second.steps;
}
const StepSeries* TrendHistory::FindLogDirLately(BrokerId broker, const std::string& path) const {
  const auto at = log_dirs_.find({broker, path});
  return at == log_dirs_.end() ? nullptr : &at->second.lately;
}
TrendHistory::Disk& TrendHistory::DiskOf(BrokerId broker, const std::string& path) {
  return log_dirs_.try_emplace({broker, path}, Disk{DiskSeries(), LateDiskSeries(disk_watch_s_)})
      .first->second;
}

std::vector<DiskHistory> TrendHistory::KeptDisks() const {
  std::vector<DiskHistory> kept;
  for (const auto& [key, disk] : log_dirs_) {
    if (disk.steps.size() == 0) continue;
    kept.push_back(
        {key.first, key.second, disk.steps.step_ms(), disk.steps.newest_ms(), disk.steps.raw()});
  }
  return kept;
}

void TrendHistory::RestoreDisks(std::vector<DiskHistory> kept) {
  for (DiskHistory& one : kept) {
    StepSeries& steps = DiskOf(one.broker, one.path).steps;
    if (one.step_ms != steps.step_ms() || one.newest_ms <= 0) continue;
    steps.Restore(one.newest_ms, std::move(one.used));
  }
}

WallTime TrendHistory::DriftSince(std::string_view setting) const {
  const auto at = drift_since_.find(setting);
  return at == drift_since_.end() ? WallTime{} : at->second;
}

double TrendHistory::LogStartRate(const ClusterSnapshot& snapshot,
                                  const Partition& partition) const {
  const Topic& topic = snapshot.TopicOf(partition);
  const TopicTrend* trend = FindTopic(topic.name);
  if (trend == nullptr || turned_before_.unix_ms == 0) return kUnknown;
  const auto index = static_cast<std::size_t>(&partition - snapshot.PartitionsOf(topic).data());
  if (index >= trend->old_start.size()) return kUnknown;
  const std::int64_t old = trend->old_start[index], now = partition.log_start_offset;
  if (!IsKnown(old) || !IsKnown(now) || now < old) return kUnknown;
  return static_cast<double>(now - old) /
         (static_cast<double>(last_.unix_ms - turned_before_.unix_ms) / 1000);
}

std::size_t TrendHistory::MemoryBytes() const {
  constexpr std::size_t kNode = 64;
  std::size_t bytes = sizeof(*this);
  for (const auto& [name, topic] : topics_) {
    bytes += kNode + name.capacity() + sizeof(topic) + topic.sums.capacity() * sizeof(float) +
             (topic.start.capacity() + topic.old_start.capacity()) * sizeof(std::int64_t);
  }
  for (const auto& [id, broker] : brokers_) {
    bytes += kNode + sizeof(broker);
    for (const StepSeries& figure : broker.figures) bytes += figure.MemoryBytes();
  }
  for (const auto& [name, group] : groups_) bytes += kNode + name.capacity() + group.MemoryBytes();
  for (const auto& [key, disk] : log_dirs_) {
    bytes += kNode + key.second.capacity() + sizeof(disk) + disk.steps.MemoryBytes() +
             disk.lately.MemoryBytes();
  }
  return bytes;
}

}  // namespace levelwind::detectors
