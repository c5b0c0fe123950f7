#include "planner/intra_broker/dir_balance.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace levelwind::planner {
namespace {

// Bytes above the allowed share weigh so many times those outside the band.
constexpr double kCapacityPrice = 40;

/// More relief per byte; among equals (all that fit are) the larger one, for fewer moves.
template <typename Step>
bool Beats(const Step& a, const std::optional<Step>& b) {
  constexpr double kSame = 1e-9;
  if (!b) return true;
  const double ours = a.gain * b->bytes;
  const double theirs = b->gain * a.bytes;
  if (std::abs(ours - theirs) > kSame * std::max(ours, theirs)) return ours > theirs;
  return a.bytes > b->bytes;
}

}  // namespace

DirBalance::DirBalance(std::vector<DirState> dirs, std::vector<DirReplica> replicas)
    : dirs_(std::move(dirs)), replicas_(std::move(replicas)) {}

double DirBalance::MeanShare() const {
  double used = 0, capacity = 0;
  for (const DirState& dir : dirs_) {
    if (!dir.receives) continue;
    used += dir.used;
    capacity += dir.capacity;
  }
  return capacity > 0 ? used / capacity : 0;
}

void DirBalance::Move(std::size_t replica, std::size_t to) {
  DirReplica& moved = replicas_[replica];
  dirs_[moved.dir].used -= moved.bytes;
  dirs_[to].used += moved.bytes;
  moved.dir = to;
}

std::size_t DirBalance::Empty(double cap) {
  std::vector<std::size_t> stranded;
  for (std::size_t r = 0; r < replicas_.size(); ++r) {
    if (replicas_[r].movable && !dirs_[replicas_[r].dir].receives) stranded.push_back(r);
  }
  std::ranges::stable_sort(stranded, [&](std::size_t a, std::size_t b) {
    return replicas_[a].bytes > replicas_[b].bytes;
  });
  std::size_t left = 0;
  for (const std::size_t r : stranded) {
    std::optional<std::size_t> best;
    double best_share = cap;
    for (std::size_t d = 0; d < dirs_.size(); ++d) {
      const double share = (dirs_[d].used + replicas_[r].bytes) / dirs_[d].capacity;
      if (!dirs_[d].receives || share > best_share || (best && share == best_share)) continue;
      best = d;
      best_share = share;
    }
    if (best) {
      Move(r, *best);
    } else {
      ++left;
    }
  }
  return left;
}

double DirBalance::Outside(std::size_t dir, double used, const DirBand& band) const {
  const double capacity = dirs_[dir].capacity;
  return std::max({0.0, used - band.high * capacity, band.low * capacity - used});
}

double DirBalance::Over(std::size_t dir, double used, const DirBand& band) const {
  return std::max(0.0, used - band.cap * dirs_[dir].capacity);
}

/// Bytes fewer outside the band, and, at a higher price, above the cap; nothing is gained by what
/// leaves more above the cap.
double DirBalance::Gain(std::size_t from, std::size_t to, double bytes, const DirBand& band) const {
  const double a = dirs_[from].used, b = dirs_[to].used;
  const double relief = Over(from, a, band) + Over(to, b, band) - Over(from, a - bytes, band) -
                        Over(to, b + bytes, band);
  if (relief < 0) return relief;
  return Outside(from, a, band) + Outside(to, b, band) - Outside(from, a - bytes, band) -
         Outside(to, b + bytes, band) + kCapacityPrice * relief;
}

std::optional<DirBalance::Step> DirBalance::BestMove(const DirBand& band) const {
  std::optional<Step> best;
  for (std::size_t r = 0; r < replicas_.size(); ++r) {
    const DirReplica& replica = replicas_[r];
    if (!replica.movable || replica.bytes <= 0 || !dirs_[replica.dir].receives) continue;
    for (std::size_t to = 0; to < dirs_.size(); ++to) {
      if (to == replica.dir || !dirs_[to].receives) continue;
      const Step step{r, to, std::nullopt, Gain(replica.dir, to, replica.bytes, band),
                      replica.bytes};
      // A gain below a hundredth of what is copied is none.
      if (step.gain > 0.01 * step.bytes && Beats(step, best)) best = step;
    }
  }
  return best;
}

/// A large one against a small one, where no replica has the size that would help.
std::optional<DirBalance::Step> DirBalance::BestSwap(const DirBand& band) const {
  std::vector<std::vector<std::size_t>> by_size(dirs_.size());
  for (std::size_t r = 0; r < replicas_.size(); ++r) {
    if (replicas_[r].movable) by_size[replicas_[r].dir].push_back(r);
  }
  const auto smaller = [&](std::size_t a, std::size_t b) {
    return replicas_[a].bytes < replicas_[b].bytes;
  };
  for (auto& list : by_size) std::ranges::stable_sort(list, smaller);
  std::optional<Step> best;
  for (std::size_t r = 0; r < replicas_.size(); ++r) {
    const DirReplica& given = replicas_[r];
    const std::size_t from = given.dir;
    const double excess = dirs_[from].used - std::min(band.high, band.cap) * dirs_[from].capacity;
    if (!given.movable || !dirs_[from].receives || excess <= 0) continue;
    for (std::size_t to = 0; to < dirs_.size(); ++to) {
      if (to == from || !dirs_[to].receives) continue;
      // The one that leaves just the excess over, and its neighbours.
      const auto& list = by_size[to];
      const auto at = std::ranges::lower_bound(list, given.bytes - excess, {},
                                               [&](std::size_t s) { return replicas_[s].bytes; });
      const auto first = at - std::min<std::ptrdiff_t>(1, at - list.begin());
      const auto last = at + std::min<std::ptrdiff_t>(2, list.end() - at);
      for (auto back = first; back != last; ++back) {
        const double bytes = given.bytes + replicas_[*back].bytes;
        const Step step{r, to, *back, Gain(from, to, given.bytes - replicas_[*back].bytes, band),
                        bytes};
        if (step.gain > 0.01 * bytes && Beats(step, best)) best = step;
      }
    }
  }
  return best;
}

void DirBalance::Level(const DirBand& band) {
  // Each step lowers the cost, so this ends by itself; the bound is for a poor day.
  for (std::size_t steps = 4 * replicas_.size(); steps > 0; --steps) {
    std::optional<Step> step = BestMove(band);
    if (!step) step = BestSwap(band);
    if (!step) return;
    const std::size_t from = replicas_[step->replica].dir;
    Move(step->replica, step->to);
    if (step->back) Move(*step->back, from);
  }
}

}  // namespace levelwind::planner
