#pragma once

#include <cstdint>

#include "model/measure.h"
#include "planner/autoscale/autoscale_options.h"
#include "planner/autoscale/group_input.h"
#include "planner/autoscale/offset_track.h"

namespace levelwind::planner {

/// What is known of one partition of a group: how its log grows, how far its commits are, and how
/// old the record is that comes next. Times are seconds on one steady line.
class PartitionWatch {
 public:
  /// `wall_ms` is the wall clock at `t`: it puts commit times on the steady line. Offsets that are
  /// unknown leave what was known; known() tells.
  void Look(double t, std::int64_t wall_ms, const PartitionInput& input,
            AutoscaleOptions::Reset reset);
  /// Transactions were seen in its topic: what is left at its end may be markers.
  void SetTransactional() { transactional_ = true; }
  bool transactional() const { return transactional_; }

  /// Whether the last look told all that is needed.
  bool known() const { return known_; }
  /// Records/s that arrive, over the last `window` seconds; unknown before half of it was seen.
  double Rate(double window) const { return ends_.Rate(window); }
  /// The same in the shorter of the last two intervals between looks: what one batch cannot fake.
  double BurstRate() const;
  /// Commits per second over the last `window` seconds of commits.
  double CommitRate(double window) const { return commits_.Rate(window); }
  const OffsetTrack& commits() const { return commits_; }
  /// Seconds before a commit, at most, in which the work was done that it tells of: the interval
  /// between commits of one turn, 10..60.
  double WorkBefore() const;

  /// Records that were there when the group committed last and that it had not read: what is under
  /// way between two commits is no lag. When no commit came for two intervals, all that is left.
  double lag() const { return lag_; }
  /// Age of the next record, seconds; 0 when nothing is left.
  double time_lag() const { return time_lag_; }
  /// Seconds that the time lag has been over `limit` at every look; see SetBehindLimit.
  double BehindFor() const { return behind_since_ < 0 ? 0 : looked_ - behind_since_; }
  /// Seconds since a commit moved, while there was something to commit.
  double StuckFor() const { return stuck_since_ < 0 ? 0 : looked_ - stuck_since_; }
  /// Seconds since the log grew.
  double QuietFor() const { return ends_.StillFor(); }
  double CommitInterval() const { return interval_; }
  std::int32_t owner() const { return owner_; }
  /// When it got the owner it has, or lost the one it had.
  double owned_since() const { return owned_since_; }
  void ForgetOwner() { owner_ = -1; }

 private:
  void LookAtCommit(double t, std::int64_t wall_ms, const PartitionInput& input,
                    std::int64_t committed);
  /// Where the owner of a partition that the group has never committed in begins.
  std::int64_t Begin(const PartitionInput& input, std::int64_t end, AutoscaleOptions::Reset reset);
  void Judge(double t, std::int64_t end, std::int64_t committed);

  OffsetTrack ends_, commits_;
  std::int64_t began_ = kUnknownCount;  // without a commit: the end when the owner came
  bool known_ = false;
  bool transactional_ = false;
  std::int32_t owner_ = -1;
  double owned_since_ = 0;
  double looked_ = 0, before_ = 0;
  double interval_ = 5;
  double last_gap_ = 5, gap_before_ = 5;  // between commits that moved
  double lag_ = 0, time_lag_ = 0;
  double behind_since_ = -1, stuck_since_ = -1;
  double last_rate_ = 0, rate_before_ = 0;
};

/// A partition whose next record is older than this many seconds is behind, its owner at its limit.
inline constexpr double kBehindSeconds = 10;

}  // namespace levelwind::planner
