#include "actions/step_chain.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/measure.h"

namespace levelwind::actions {
namespace {

/// Puts one of `added` where one of `removed` is, or beside what is there when nothing else goes.
class Splitter {
 public:
  Splitter(const Move& move, const Racks& racks)
      : racks_(racks), now_(move.before), added_(move.Added()), removed_(move.Removed()) {
    // The leader goes last.
    std::stable_partition(removed_.begin(), removed_.end(),
                          [&](BrokerId broker) { return broker != move.before.front(); });
  }

  std::size_t left() const { return added_.size(); }

  std::vector<BrokerId> Next() {
    const bool only_leader = removed_.size() == 1 && removed_.front() == now_.front();
    if (removed_.empty() || (only_leader && added_.size() > 1)) return Grow();
    std::vector<BrokerId> best;
    std::pair<std::size_t, std::size_t> pick;
    std::size_t most = 0;
    const std::size_t last = removed_.size() - (removed_.back() == now_.front() ? 1 : 0);
    for (std::size_t r = 0; r < std::max<std::size_t>(last, 1); ++r) {
      for (std::size_t a = 0; a < added_.size(); ++a) {
        std::vector<BrokerId> next = now_;
        std::ranges::replace(next, removed_[r], added_[a]);
        const std::size_t racks = RackCount(next, racks_);
        if (racks <= most) continue;
        most = racks;
        best = std::move(next);
        pick = {r, a};
      }
    }
    removed_.erase(removed_.begin() + static_cast<std::ptrdiff_t>(pick.first));
    added_.erase(added_.begin() + static_cast<std::ptrdiff_t>(pick.second));
    return now_ = best;
  }

 private:
  std::vector<BrokerId> Grow() {
    now_.push_back(added_.front());
    added_.erase(added_.begin());
    return now_;
  }

  const Racks& racks_;
  std::vector<BrokerId> now_, added_, removed_;
};

}  // namespace

std::vector<Move> OneReplicaAtATime(const Move& move, const Racks& racks) {
  const std::size_t copies = move.Added().size();
  if (move.kind != MoveKind::kReplica || copies < 2) return {move};
  std::vector<Move> chain;
  Splitter splitter(move, racks);
  Move part = move;
  if (IsKnown(move.bytes)) part.bytes = move.bytes / static_cast<std::int64_t>(copies);
  while (splitter.left() > 1) {
    part.after = splitter.Next();
    chain.push_back(part);
    part.before = part.after;
  }
  part.after = move.after;
  chain.push_back(std::move(part));
  return chain;
}

bool Follows(const Move& next, const Move& earlier) {
  return next.partition == earlier.partition && next.kind != MoveKind::kLogDir &&
         next.kind != MoveKind::kNewPartition && earlier.kind != MoveKind::kLogDir &&
         next.before == earlier.after;
}

}  // namespace levelwind::actions
