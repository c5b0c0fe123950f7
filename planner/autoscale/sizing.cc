#include "planner/autoscale/sizing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace levelwind::planner {
namespace {
constexpr std::int32_t kMostOfAShareGroup = 200;  // group.share.max.size
/// Beside the largest partition, what its member carries may be so much of it.
constexpr double kBesides = 0.15;
}  // namespace

LoadTable::LoadTable(AssignorKind kind, std::span<const std::int32_t> sizes,
                     std::span<const std::int32_t> owners, std::span<const double> loads,
                     bool shared)
    : kind_(kind), sizes_(sizes), owners_(owners), loads_(loads), shared_(shared) {
  for (const double load : loads) {
    total_ += load;
    largest_ = std::max(largest_, load);
  }
  most_useful_ = shared ? kMostOfAShareGroup : MostUsefulMembers(kind, sizes);
  fullest_.assign(static_cast<std::size_t>(most_useful_) + 1, -1);
}

double LoadTable::Fullest(std::int32_t members) {
  members = std::clamp(members, 1, std::max(1, most_useful_));
  if (shared_) return total_ / members;
  if (loads_.empty()) return 0;
  double& known = fullest_[static_cast<std::size_t>(members)];
  if (known >= 0) return known;
  ++evaluations_;
  const std::vector<std::int32_t> owner = Deal(
      kind_, {.topic_sizes = sizes_, .members = members, .owners = owners_, .weights = loads_});
  std::vector<double> carried(static_cast<std::size_t>(members), 0);
  for (std::size_t p = 0; p < owner.size() && p < loads_.size(); ++p) {
    if (owner[p] >= 0) carried[static_cast<std::size_t>(owner[p])] += loads_[p];
  }
  return known = *std::ranges::max_element(carried);
}

double LoadTable::Allowed(double capacity, const Fullness& fullness) const {
  // A partition that is too much for one member is too much for any number of them.
  return std::max(capacity * fullness.most, largest_ * (1 + kBesides));
}

bool LoadTable::Fits(std::int32_t members, double capacity, const Fullness& fullness) {
  if (total_ <= 0 || capacity <= 0) return true;
  if (members <= 0 || total_ > capacity * fullness.mean * members + 1e-6) return false;
  return Fullest(members) <= Allowed(capacity, fullness);
}

std::int32_t LoadTable::Needed(double capacity, const Fullness& fullness, std::int32_t from) {
  if (total_ <= 0 || capacity <= 0) return 0;
  const double by_mean = std::ceil(total_ / (capacity * fullness.mean) - 1e-9);
  auto members =
      static_cast<std::int32_t>(std::clamp(by_mean, 1.0, std::max(1.0, double(most_useful_))));
  members = std::max(members, std::min(from, most_useful_));
  while (members < most_useful_ && Fullest(members) > Allowed(capacity, fullness)) ++members;
  return members;
}

std::int32_t LoadTable::SkewCeiling(double capacity) {
  if (shared_ || largest_ <= capacity || total_ <= 0) return -1;
  std::int32_t members = 1;
  while (members < most_useful_ && Fullest(members) > largest_ * (1 + kBesides)) ++members;
  return members;
}

}  // namespace levelwind::planner
