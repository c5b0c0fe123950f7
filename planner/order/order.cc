#include "planner/order/order.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <queue>
#include <tuple>
#include <utility>

#include "planner/order/load_ledger.h"
#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

/// In the order in which they go.
enum class Turn : std::uint8_t { kLead, kRescue, kMend, kRelieve, kMakeRoom };

/// One partition's planned change.
struct Change {
  std::uint32_t p = 0;
  std::int64_t copies = 0;
  std::int64_t bytes = 0;       ///< Below 0: unknown.
  Turn mends = Turn::kRelieve;  ///< kRescue or kMend if it mends a hard rule.
};

/// Which change goes first: the smallest.
struct Rank {
  Turn turn = Turn::kRelieve;
  double value = 0;  ///< Less goes first.
  std::int64_t bytes = 0;
  std::uint32_t change = 0;

  auto Key() const { return std::tie(turn, value, bytes, change); }
  bool operator>(const Rank& other) const { return Key() > other.Key(); }
};

class Orderer {
 public:
  Orderer(const Placement& start, const Placement& end, const std::vector<std::int64_t>& sizes,
          const Allowance& allowance, double disk_share)
      : start_(start),
        end_(end),
        sizes_(sizes),
        allowance_(allowance),
        ledger_(start, end, disk_share) {}

  MoveOrder Run() {
    ListChanges();
    std::vector<std::uint32_t> waiting(changes_.size());
    for (std::uint32_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
    while (!waiting.empty()) {
      const std::size_t before = order_.moves.size();
      waiting = TakeWhatRelieves(waiting);
      if (order_.moves.size() > before) continue;
      waiting = TakeWhatMakesRoom(waiting);
      if (order_.moves.size() > before) continue;
      waiting = ForceOne(std::move(waiting));
      if (order_.moves.size() == before) break;
    }
    for (const std::uint32_t i : waiting) {
      order_.left_out.push_back(changes_[i].p);
      order_.stuck += Allowed(changes_[i]) && !ledger_.Fits(Deltas(changes_[i])) ? 1U : 0U;
    }
    return std::move(order_);
  }

 private:
  void ListChanges() {
    for (std::uint32_t p = 0; p < start_.partitions().size(); ++p) {
      const PartitionRecord& before = start_.partition(p);
      const PartitionRecord& after = end_.partition(p);
      Change change;
      change.p = p;
      for (std::size_t i = 0; i < after.rf; ++i) change.copies += !before.Holds(after.replicas[i]);
      if (change.copies == 0 && after.replicas[0] == before.replicas[0]) continue;
      change.bytes = change.copies == 0 ? 0 : sizes_[p] < 0 ? -1 : sizes_[p] * change.copies;
      change.mends = Mends(before, after);
      if (change.mends < Turn::kRelieve) order_.mends.push_back(p);
      changes_.push_back(std::move(change));
    }
  }

  /// Made anew each time: kept, they would be most of what ordering a large plan needs.
  std::vector<BrokerDelta> Deltas(const Change& change) const {
    return DeltasOf(start_.cluster(), start_.partition(change.p), end_.partition(change.p));
  }

  Turn Mends(const PartitionRecord& before, const PartitionRecord& after) const {
    const FlatCluster& cluster = start_.cluster();
    Turn turn = Turn::kRelieve;
    for (std::size_t i = 0; i < before.rf; ++i) {
      const BrokerIndex b = before.replicas[i];
      if (cluster.target[b] || after.Holds(b)) continue;
      if (cluster.dead[b]) return Turn::kRescue;
      turn = Turn::kMend;
    }
    const bool racks = DistinctRacks(cluster, after) > DistinctRacks(cluster, before);
    return racks ? Turn::kMend : turn;
  }

  Rank RankOf(std::uint32_t i) const {
    const Change& change = changes_[i];
    const std::int64_t bytes = std::max<std::int64_t>(0, change.bytes);
    if (change.mends < Turn::kRelieve && change.copies > 0) {
      return {change.mends, 0, bytes, i};
    }
    const double relief = ledger_.Relief(Deltas(change));
    constexpr double kNothing = 1e-12;  // What float sums leave of no relief.
    if (relief <= kNothing) return {Turn::kMakeRoom, -relief, bytes, i};
    if (change.copies == 0) return {Turn::kLead, -relief, 0, i};
    // An empty replica costs a little all the same.
    const auto cost =
        static_cast<double>(start_.partition(change.p).disk) * static_cast<double>(change.copies) +
        1e-6;
    return {Turn::kRelieve, -relief / cost, bytes, i};
  }

  bool Allowed(const Change& change) const {
    if (allowance_.copies >= 0 && order_.copies + change.copies > allowance_.copies) return false;
    if (allowance_.bytes < 0 || change.copies == 0) return true;
    return change.bytes >= 0 && order_.bytes + change.bytes <= allowance_.bytes;
  }

  void Take(std::uint32_t i) {
    const Change& change = changes_[i];
    ledger_.Apply(Deltas(change));
    order_.moves.push_back(change.p);
    order_.copies += change.copies;
    order_.bytes += std::max<std::int64_t>(0, change.bytes);
  }

  /// Best first; a rank that has fallen since it was taken down is put back. Returns what is left.
  std::vector<std::uint32_t> TakeWhatRelieves(const std::vector<std::uint32_t>& waiting) {
    std::priority_queue<Rank, std::vector<Rank>, std::greater<>> queue;
    for (const std::uint32_t i : waiting) queue.push(RankOf(i));
    std::vector<std::uint32_t> left;
    while (!queue.empty()) {
      const std::uint32_t i = queue.top().change;
      queue.pop();
      const Rank now = RankOf(i);
      if (!queue.empty() && now > queue.top()) {
        if (now.turn != Turn::kMakeRoom) {
          queue.push(now);
          continue;
        }
      }
      const bool takes =
          now.turn != Turn::kMakeRoom && Allowed(changes_[i]) && ledger_.Fits(Deltas(changes_[i]));
      if (takes) {
        Take(i);
      } else {
        left.push_back(i);
      }
    }
    return left;
  }

  /// When nothing relieves by itself: some of what harms least. No allowance is spent on it.
  std::vector<std::uint32_t> TakeWhatMakesRoom(const std::vector<std::uint32_t>& waiting) {
    if (allowance_.any()) return waiting;
    constexpr std::size_t kShare = 16;
    std::vector<Rank> ranks;
    for (const std::uint32_t i : waiting) {
      if (ledger_.Fits(Deltas(changes_[i]))) ranks.push_back(RankOf(i));
    }
    std::ranges::sort(ranks, [](const Rank& a, const Rank& b) { return b > a; });
    std::vector<bool> taken(changes_.size(), false);
    std::size_t more = std::max<std::size_t>(1, ranks.size() / kShare);
    for (const Rank& rank : ranks) {
      if (more == 0) break;
      if (!ledger_.Fits(Deltas(changes_[rank.change]))) continue;
      Take(rank.change);
      taken[rank.change] = true;
      --more;
    }
    std::vector<std::uint32_t> left;
    for (const std::uint32_t i : waiting) {
      if (!taken[i]) left.push_back(i);
    }
    return left;
  }

  /// When nothing fits: the change that mends a hard rule or, if disks can hold it, any other, that
  /// overfills least for a while. A plan that is as good as it can be must not fail for its order.
  std::vector<std::uint32_t> ForceOne(std::vector<std::uint32_t> waiting) {
    const auto may = [&](std::uint32_t i) {
      const Change& change = changes_[i];
      if (!Allowed(change)) return false;
      if (change.mends < Turn::kRelieve) return true;
      if (allowance_.any() && RankOf(i).turn == Turn::kMakeRoom) return false;
      return ledger_.DisksFit(Deltas(change));
    };
    const auto worse = [&](std::uint32_t i) {
      return std::tuple(changes_[i].mends, ledger_.Overfill(Deltas(changes_[i])), i);
    };
    std::vector<std::uint32_t> candidates;
    std::ranges::copy_if(waiting, std::back_inserter(candidates), may);
    if (candidates.empty()) return waiting;
    const std::uint32_t least = *std::ranges::min_element(candidates, {}, worse);
    Take(least);
    ++order_.forced;
    std::erase(waiting, least);
    return waiting;
  }

  const Placement& start_;
  const Placement& end_;
  const std::vector<std::int64_t>& sizes_;
  const Allowance allowance_;
  LoadLedger ledger_;
  std::vector<Change> changes_;
  MoveOrder order_;
};

}  // namespace

MoveOrder OrderMoves(const Placement& start, const Placement& end,
                     const std::vector<std::int64_t>& sizes, const Allowance& allowance,
                     double disk_share) {
  return Orderer(start, end, sizes, allowance, disk_share).Run();
}

}  // namespace levelwind::planner
