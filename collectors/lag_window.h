#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "collectors/collector_options.h"
#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// What is remembered of a group's position in one partition, to judge it over a window of time.
/// A million of them are kept for a large cluster: 56 bytes each.
struct LagTrack {
  std::int32_t partition = -1;
  std::uint32_t fine : 31 = 0;             ///< See LagWindow::FineAt.
  std::uint32_t was_fine : 1 = 0;          ///< That was a look at which the group was caught up.
  std::int64_t committed = kUnknownCount;  ///< At the last look.
  std::int64_t lag = kUnknownCount;
  std::int64_t mid_committed = kUnknownCount;  ///< At LagWindow::mid_at.
  std::int64_t mid_lag = kUnknownCount;
  std::int64_t then_committed = kUnknownCount;  ///< At LagWindow::then_at; unknown: not there then.
  std::int64_t then_lag = kUnknownCount;
};

/// A group's positions now and at two looks before. Of constant size however often it is looked
/// at: when the middle one is half a window old it becomes the first, and now becomes the middle.
struct LagWindow {
  static constexpr Duration kFineStep = std::chrono::milliseconds(100);  // 31 bits are 6 years
  SteadyTime began_at{};                                                 ///< The first look.
  SteadyTime then_at{};  ///< Between half a window and a window ago, once it was watched that long.
  SteadyTime mid_at{};
  std::vector<LagTrack> tracks;  ///< Sorted by partition.

  const LagTrack* Find(std::int32_t partition) const;
  /// The last look with no more lag than allowed, else the first look; to 100 ms.
  SteadyTime FineAt(const LagTrack& track) const { return began_at + track.fine * kFineStep; }
  /// `offsets` sorted by partition, with their lags; `at`: when the look at the ends began.
  void AddLook(const std::vector<GroupOffset>& offsets, SteadyTime at, const LagOptions& options);
  void Clear() { *this = {}; }
};

}  // namespace levelwind::collectors
