#include "planner/autoscale/partition_watch.h"

#include <algorithm>

#include "model/measure.h"

namespace levelwind::planner {
namespace {
/// Records that a read-committed consumer never gets to see: the markers behind the last record.
constexpr std::int64_t kMarkers = 2;
constexpr double kTailQuiet = 30;  // seconds
constexpr double kTurn = 10;       // seconds, see WorkBefore
}  // namespace

void PartitionWatch::Look(double t, std::int64_t wall_ms, const PartitionInput& input,
                          AutoscaleOptions::Reset reset) {
  known_ = IsKnown(input.log_end) && (IsKnown(input.committed) || input.no_commit);
  if (!known_) return;
  before_ = looked_;
  looked_ = t;
  const std::int64_t last_end = ends_.empty() ? input.log_end : ends_.last();
  const double span = ends_.empty() ? 0 : t - ends_.last_time();
  // A broker may answer with an end that is older than what another look saw.
  const bool replaced = input.log_end < last_end && input.committed > input.log_end;
  const std::int64_t log_end = replaced ? input.log_end : std::max(last_end, input.log_end);
  if (span > 0) {
    rate_before_ = last_rate_;
    last_rate_ = std::max(0.0, static_cast<double>(log_end - last_end) / span);
  }
  ends_.Add(t, log_end);
  if (input.owner != owner_) {
    owner_ = input.owner;
    owned_since_ = t;
    behind_since_ = -1;
    stuck_since_ = -1;
    began_ = kUnknownCount;
  }
  std::int64_t end = log_end;
  if (IsKnown(input.last_stable) && input.last_stable < end) {
    transactional_ = true;
    end = std::max(input.last_stable, input.committed);
  }
  std::int64_t committed = input.no_commit ? Begin(input, end, reset) : input.committed;
  if (IsKnown(input.log_start)) committed = std::max(committed, input.log_start);
  LookAtCommit(t, wall_ms, input, committed);
  Judge(t, end, committed);
}

std::int64_t PartitionWatch::Begin(const PartitionInput& input, std::int64_t end,
                                   AutoscaleOptions::Reset reset) {
  if (reset == AutoscaleOptions::Reset::kEarliest && IsKnown(input.log_start)) {
    return input.log_start;
  }
  if (owner_ < 0) return end;
  // What came since is not read yet: it would be committed.
  if (!IsKnown(began_)) began_ = end;
  return began_;
}

void PartitionWatch::LookAtCommit(double t, std::int64_t wall_ms, const PartitionInput& input,
                                  std::int64_t committed) {
  double at = t;
  if (IsKnown(input.commit_ms)) {
    at = t - std::max(0.0, static_cast<double>(wall_ms - input.commit_ms) / 1000);
  } else if (!commits_.empty() && committed == commits_.last()) {
    return;  // when it was repeated cannot be told
  }
  if (!commits_.empty() && at > commits_.last_time() && committed > commits_.last()) {
    const double gap = at - commits_.last_time();
    if (gap < 120) interval_ = std::clamp(0.8 * interval_ + 0.2 * gap, 1.0, 60.0);
    // A reader that works on its partitions in turns was elsewhere before.
    const double began = std::min(before_, at) - WorkBefore();
    if (began > commits_.last_time()) commits_.Add(began, commits_.last());
    gap_before_ = last_gap_;
    last_gap_ = gap;
  }
  commits_.Add(at, committed);
}

void PartitionWatch::Judge(double t, std::int64_t end, std::int64_t committed) {
  const double commit_t = commits_.empty() ? t : commits_.last_time();
  const double still = commits_.StillFor() + (t - commit_t);
  std::int64_t left = std::max<std::int64_t>(0, end - committed);
  const bool quiet = ends_.StillFor() > kTailQuiet && still > kTailQuiet;
  if (transactional_ && left <= kMarkers && quiet) left = 0;
  const bool fresh = t - commit_t < 2 * interval_ + 1;
  const double as_of = fresh ? commit_t : t;
  lag_ = fresh ? std::clamp(ends_.OffsetAt(commit_t) - static_cast<double>(committed), 0.0,
                            static_cast<double>(left))
               : static_cast<double>(left);
  time_lag_ = 0;
  if (left > 0) {
    const double when = ends_.TimeWhen(committed);
    if (IsKnown(when)) {
      time_lag_ = std::max(0.0, as_of - when);
    } else if (committed < ends_.last()) {
      time_lag_ = as_of - ends_.first_time();  // older than the watch: at least that
    }
  }
  if (time_lag_ <= kBehindSeconds) {
    behind_since_ = -1;
  } else if (behind_since_ < 0) {
    behind_since_ = t;
  }
  const bool moved = still < 2 * interval_ + 1;
  if (left <= 0 || moved || owner_ < 0) {
    stuck_since_ = -1;
  } else if (stuck_since_ < 0) {
    stuck_since_ = std::max(owned_since_, t - still);
  }
}

double PartitionWatch::WorkBefore() const {
  return std::clamp(std::min(last_gap_, gap_before_), kTurn, 60.0);
}

double PartitionWatch::BurstRate() const { return std::min(last_rate_, rate_before_); }

}  // namespace levelwind::planner
