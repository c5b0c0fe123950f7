#include "planner/autoscale/member_work.h"

#include <algorithm>
#include <cmath>

namespace levelwind::planner {
namespace {

constexpr double kWindow = 40;  // seconds over which a member's work is told, or ...
constexpr double kCommits = 2;  // ... so many intervals between its commits
constexpr double kBehind = 20;  // seconds; who is for less was not at its limit throughout

/// The seconds that a member's work is told over.
struct Span {
  double before = INFINITY;  // a commit, the work is done; of the partition that commits most often
  double latest = -INFINITY, from = -INFINITY, to = INFINITY;
  double Wanted() const { return std::max(kWindow, kCommits * before); }
  bool Enough() const { return to - from >= 0.5 * Wanted(); }
  double Seconds() const { return to - from; }
};

bool Owned(const PartitionWatch& watch, std::size_t members) {
  return watch.owner() >= 0 && static_cast<std::size_t>(watch.owner()) < members &&
         !watch.commits().empty();
}

std::vector<Span> SpansOf(const std::vector<PartitionWatch>& watches, std::size_t members) {
  std::vector<Span> spans(members);
  for (const PartitionWatch& watch : watches) {
    if (!Owned(watch, members)) continue;
    Span& span = spans[static_cast<std::size_t>(watch.owner())];
    span.before = std::min(span.before, watch.WorkBefore());
    span.latest = std::max(span.latest, watch.commits().last_time());
  }
  for (const PartitionWatch& watch : watches) {
    if (!Owned(watch, members)) continue;
    Span& span = spans[static_cast<std::size_t>(watch.owner())];
    const OffsetTrack& commits = watch.commits();
    // What others did since is not known before their next commit; who waits for its turn did
    // nothing.
    if (commits.last_time() >= span.latest - span.before) {
      span.to = std::min(span.to, commits.last_time());
    }
    span.from = std::max({span.from, commits.first_time(), watch.owned_since()});
  }
  for (Span& span : spans) {
    span.from = std::max(span.from, span.to - span.Wanted());
  }
  return spans;
}

}  // namespace

std::vector<MemberWork> WorkOfMembers(const std::vector<PartitionWatch>& watches,
                                      std::size_t members) {
  const std::vector<Span> spans = SpansOf(watches, members);
  std::vector<MemberWork> work(members);
  for (const PartitionWatch& watch : watches) {
    if (!Owned(watch, members)) continue;
    const Span& span = spans[static_cast<std::size_t>(watch.owner())];
    if (!span.Enough()) continue;
    MemberWork& member = work[static_cast<std::size_t>(watch.owner())];
    const OffsetTrack& commits = watch.commits();
    const double grown = commits.OffsetAt(span.to) - commits.OffsetAt(span.from);
    const double rate = std::max(0.0, grown / span.Seconds());
    ++member.partitions;
    member.rate += rate;
    if (watch.BehindFor() < kBehind || watch.StuckFor() > 0) {
      member.other_rate_max = std::max(member.other_rate_max, rate);
      continue;
    }
    member.behind_rate_min = member.behind == 0 ? rate : std::min(member.behind_rate_min, rate);
    member.behind_rate_max = std::max(member.behind_rate_max, rate);
    ++member.behind;
  }
  return work;
}

}  // namespace levelwind::planner
