#include "planner/autoscale/assignors.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <queue>
#include <tuple>
#include <utility>

namespace levelwind::planner {
namespace {

std::size_t PartitionCount(const Dealing& dealing) {
  return static_cast<std::size_t>(
      std::accumulate(dealing.topic_sizes.begin(), dealing.topic_sizes.end(), std::int64_t{0}));
}

std::int32_t OwnerNow(const Dealing& dealing, std::size_t partition) {
  if (partition >= dealing.owners.size()) return -1;
  const std::int32_t owner = dealing.owners[partition];
  return owner < dealing.members ? owner : -1;
}

}  // namespace

std::vector<std::int32_t> DealRange(const Dealing& dealing) {
  std::vector<std::int32_t> owner;
  owner.reserve(PartitionCount(dealing));
  for (const std::int32_t size : dealing.topic_sizes) {
    const std::int32_t each = size / dealing.members, more = size % dealing.members;
    for (std::int32_t member = 0; member < dealing.members; ++member) {
      owner.insert(owner.end(), static_cast<std::size_t>(each + (member < more ? 1 : 0)), member);
    }
  }
  return owner;
}

std::vector<std::int32_t> DealRoundRobin(const Dealing& dealing) {
  std::vector<std::int32_t> owner(PartitionCount(dealing));
  for (std::size_t p = 0; p < owner.size(); ++p) {
    owner[p] = static_cast<std::int32_t>(p % static_cast<std::size_t>(dealing.members));
  }
  return owner;
}

std::vector<std::int32_t> DealSticky(const Dealing& dealing) {
  const std::size_t count = PartitionCount(dealing);
  const auto members = static_cast<std::size_t>(dealing.members);
  const std::size_t least = count / members, more = count % members;
  std::vector<std::size_t> owned(members, 0), kept(members, 0), quota(members, least);
  for (std::size_t p = 0; p < count; ++p) {
    const std::int32_t now = OwnerNow(dealing, p);
    if (now >= 0) ++owned[static_cast<std::size_t>(now)];
  }
  // The first who have more than the least keep one more, up to as many as there may be.
  std::size_t larger = 0;
  for (std::size_t m = 0; m < members && larger < more; ++m) {
    if (owned[m] > least) ++quota[m], ++larger;
  }
  std::vector<std::int32_t> owner(count, -1);
  for (std::size_t p = 0; p < count; ++p) {
    const std::int32_t now = OwnerNow(dealing, p);
    if (now < 0) continue;
    const auto m = static_cast<std::size_t>(now);
    if (kept[m] < quota[m]) owner[p] = now, ++kept[m];
  }
  // The rest in turns to those with less than the least, then one each to who has not more.
  std::size_t turn = 0, short_of = 0;
  for (std::size_t m = 0; m < members; ++m) short_of += least - std::min(kept[m], least);
  for (std::size_t p = 0; p < count; ++p) {
    if (owner[p] >= 0) continue;
    const std::size_t below = short_of > 0 ? least : least + 1;
    while (kept[turn % members] >= below) ++turn;
    const std::size_t m = turn++ % members;
    owner[p] = static_cast<std::int32_t>(m);
    ++kept[m];
    if (short_of > 0) --short_of;
  }
  return owner;
}

std::vector<std::int32_t> DealWeighted(const Dealing& dealing) {
  const std::size_t count = PartitionCount(dealing);
  const auto weight = [&](std::size_t p) {
    return p < dealing.weights.size() ? dealing.weights[p] : 1.0;
  };
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
  struct Bin {
    double load;
    std::int32_t parts, member;
    bool operator>(const Bin& other) const {
      return std::tie(load, parts, member) > std::tie(other.load, other.parts, other.member);
    }
  };
  std::priority_queue<Bin, std::vector<Bin>, std::greater<>> bins;
  for (std::int32_t m = 0; m < dealing.members; ++m) bins.push({0, 0, m});
  std::vector<std::int32_t> owner(count, -1);
  for (const std::size_t p : order) {
    Bin bin = bins.top();
    bins.pop();
    owner[p] = bin.member;
    bin.load += weight(p);
    ++bin.parts;
    bins.push(bin);
  }
  return owner;
}

std::vector<std::int32_t> Deal(AssignorKind kind, const Dealing& dealing) {
  if (dealing.members <= 0) return std::vector<std::int32_t>(PartitionCount(dealing), -1);
  switch (kind) {
    case AssignorKind::kRange:
    case AssignorKind::kServerRange:
      return DealRange(dealing);
    case AssignorKind::kRoundRobin:
      return DealRoundRobin(dealing);
    case AssignorKind::kSticky:
    case AssignorKind::kUniform:
      return DealSticky(dealing);
    case AssignorKind::kWeighted:
      return DealWeighted(dealing);
  }
  return DealRange(dealing);
}

bool IsSticky(AssignorKind kind) {
  return kind == AssignorKind::kSticky || kind == AssignorKind::kUniform;
}

std::int32_t MostUsefulMembers(AssignorKind kind, std::span<const std::int32_t> topic_sizes) {
  std::int32_t sum = 0, largest = 0;
  for (const std::int32_t size : topic_sizes) sum += size, largest = std::max(largest, size);
  return kind == AssignorKind::kRange || kind == AssignorKind::kServerRange ? largest : sum;
}

std::int64_t MovedPartitions(std::span<const std::int32_t> before,
                             std::span<const std::int32_t> after) {
  std::int64_t moved = 0;
  for (std::size_t p = 0; p < before.size() && p < after.size(); ++p) {
    if (before[p] >= 0 && before[p] != after[p]) ++moved;
  }
  return moved;
}

std::string_view GroupProtocolName(GroupProtocol protocol) {
  switch (protocol) {
    case GroupProtocol::kEager:
      return "eager";
    case GroupProtocol::kCooperative:
      return "cooperative";
    case GroupProtocol::kConsumer:
      return "consumer";
    case GroupProtocol::kShare:
      return "share";
  }
  return "eager";
}

AssignorKind AssignorFromName(std::string_view name, GroupProtocol protocol) {
  if (protocol == GroupProtocol::kConsumer) {
    return name == "range" ? AssignorKind::kServerRange : AssignorKind::kUniform;
  }
  if (name == "roundrobin") return AssignorKind::kRoundRobin;
  if (name == "sticky" || name == "cooperative-sticky") return AssignorKind::kSticky;
  if (name == "uniform") return AssignorKind::kUniform;
  if (name == "range") return AssignorKind::kRange;
  return protocol == GroupProtocol::kCooperative ? AssignorKind::kSticky : AssignorKind::kRange;
}

}  // namespace levelwind::planner
