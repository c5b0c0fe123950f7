#pragma once

// What snapshots come to over hours, for detectors that look at more than a moment. Bounded: about
// 30 MB for a million replicas on 1,000 brokers (MemoryBytes tells).

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "detectors/group_trend.h"
#include "detectors/step_series.h"
#include "model/cluster_snapshot.h"
#include "model/disk_history.h"

namespace levelwind::detectors {

/// Figures of a broker that are kept over time.
enum class BrokerFigure : std::uint8_t {
  kBytesIn,  ///< From producers, per second.
  kLogFlushP999,
  kProduceLocalP999,
  kProduceTotalP999,
  kFetchTotalP999,
  kRequestQueue,
  kHandlerIdle,
  kNetworkIdle,
  kCount,
};

struct BrokerTrend {
  BrokerTrend();
  const StepSeries& Of(BrokerFigure figure) const {
    return figures[static_cast<std::size_t>(figure)];
  }
  /// Steps of 5 minutes, over 24 hours.
  std::array<StepSeries, static_cast<std::size_t>(BrokerFigure::kCount)> figures;
  WallTime serving_at;     ///< When it was last seen to serve; 0: not since the watch began.
  WallTime down_since;     ///< First seen not to serve, without a break; 0: it serves.
  std::int32_t downs = 0;  ///< How often it went down since the watch began.
};

/// Means that fade with a half-life of 20 minutes.
struct TopicTrend {
  Uuid id;
  WallTime since;           ///< Watched since; anew when the topic is recreated or gets partitions.
  double weight = 0;        ///< 0: no rate was known yet; comes to 1.
  std::vector<float> sums;  ///< By partition: weighted sums of produced bytes per second.
  std::vector<std::int64_t> old_start;  ///< Log starts half an hour to an hour ago ...
  std::vector<std::int64_t> start;      ///< ... and at the last turn, within half an hour.

  /// Produced bytes per second; unknown without a known rate.
  double MeanRate(std::size_t partition) const {
    return weight > 0 && partition < sums.size() ? static_cast<double>(sums[partition]) / weight
                                                 : kUnknown;
  }
};

/// A value: whoever owns it updates it once per snapshot, in their order, and gives it to the
/// detectors. Times are those of the snapshots (taken_at), so that recorded ones give the same as
/// live ones. Not thread-safe.
class TrendHistory {
 public:
  /// `disk_watch_s`: DetectorOptions::disk_watch_s.
  explicit TrendHistory(double disk_watch_s = 300);

  /// One that is older than the last is left out; after a step back of the clock by more than an
  /// hour everything begins anew.
  void Update(const ClusterSnapshot& snapshot);

  /// Null: not watched.
  const TopicTrend* FindTopic(std::string_view topic) const;
  const BrokerTrend* FindBroker(BrokerId broker) const;
  const GroupTrend* FindGroup(std::string_view group) const;
  /// Used bytes of a log dir in steps of 10 minutes, over 24 hours.
  const StepSeries* FindLogDir(BrokerId broker, const std::string& path) const;
  /// The same in kWatchSteps steps per disk_watch_s, over twice that time.
  const StepSeries* FindLogDirLately(BrokerId broker, const std::string& path) const;
  static constexpr std::size_t kWatchSteps = 5;
  /// What FindLogDir tells, of every log dir, to be put back into the next process's history:
  /// before its first Update. Steps of another length are left out.
  std::vector<DiskHistory> KeptDisks() const;
  void RestoreDisks(std::vector<DiskHistory> kept);
  /// Records per second by which the partition's log start moved over the last half to whole hour;
  /// unknown until it was watched for so long.
  double LogStartRate(const ClusterSnapshot& snapshot, const Partition& partition) const;
  /// Since when the brokers' value of a setting differs; 0: it does not, or was not looked at.
  WallTime DriftSince(std::string_view setting) const;

  double watched_s() const { return static_cast<double>(last_.unix_ms - first_.unix_ms) / 1000; }
  WallTime last() const { return last_; }
  /// What is reserved, about.
  std::size_t MemoryBytes() const;

 private:
  void UpdateBrokers(const ClusterSnapshot& snapshot);
  void UpdateTopics(const ClusterSnapshot& snapshot, double seconds);
  void UpdateGroups(const ClusterSnapshot& snapshot);
  void UpdateDrift(const ClusterSnapshot& snapshot);

  WallTime first_, last_;
  WallTime turned_, turned_before_;  ///< When TopicTrend::start and old_start were taken.
  std::map<std::string, TopicTrend, std::less<>> topics_;
  std::map<BrokerId, BrokerTrend> brokers_;
  std::map<std::string, GroupTrend, std::less<>> groups_;
  struct Disk {
    StepSeries steps, lately;
  };
  Disk& DiskOf(BrokerId broker, const std::string& path);

  double disk_watch_s_;
  std::map<std::pair<BrokerId, std::string>, Disk> log_dirs_;
  std::map<std::string, WallTime, std::less<>> drift_since_;
};

}  // namespace levelwind::detectors
