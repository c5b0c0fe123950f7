#include "planner/relief/relief_search.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "planner/goals/rack_spread.h"
#include "planner/relief/relieve.h"

namespace levelwind::planner {
namespace {

/// So near to what has to leave in any case, fewer bytes are not looked for.
constexpr double kNear = 1.001;
/// Targets looked at in one search, and tries at least.
constexpr std::size_t kLooks = 2'000'000;
constexpr std::size_t kLeastNodes = 2'000;
/// What float sums make of nothing, in mean brokers.
constexpr double kSumNoise = 1e-6;

}  // namespace

ReliefSearch::ReliefSearch(const ReliefTask& task, Placement& placement, BrokerIndex broker,
                           const LaneFlags& kept, const ReliefLimits& limits)
    : placement_(placement),
      task_(task),
      broker_(broker),
      kept_(kept),
      rounding_(ReliefRounding(placement.cluster())),
      limits_(limits),
      room_(task.room) {
  ReadNeeds(task);
  ReadItems(task);
  ReadLanes();
  const std::size_t targets = std::max<std::size_t>(1, placement.cluster().targets.size());
  nodes_left_ = std::max(kLeastNodes, kLooks / targets);
}

void ReliefSearch::ReadNeeds(const ReliefTask& task) {
  needs_.assign(1, 0.0);
  spares_.assign(1, 0.0);
  for (const ReliefDisk& disk : task.disks) {
    if (disk.broker != broker_ || disk.need <= 0) continue;
    const double spare = limits_.margin ? disk.spare : 0;
    const double need = limits_.margin ? disk.need : disk.need - disk.spare;
    if (disk.path.empty()) {
      needs_[0] = need;
      spares_[0] = spare;
    } else {
      needs_.push_back(need);
      spares_.push_back(spare);
    }
  }
}

void ReliefSearch::ReadItems(const ReliefTask& task) {
  std::vector<std::size_t> need_of(task.disks.size(), 0);
  std::size_t needs = 0;
  for (std::size_t i = 0; i < task.disks.size(); ++i) {
    const ReliefDisk& disk = task.disks[i];
    if (disk.broker == broker_ && !disk.path.empty() && disk.need > 0) need_of[i] = ++needs;
  }
  for (const ReliefReplica& r : task.replicas) {
    if (r.broker != broker_) continue;
    Item item{.partition = r.partition, .copies = r.copies, .frees = r.frees};
    if (r.dir < need_of.size()) item.dir = need_of[r.dir];
    if (Helps(item)) items_.push_back(item);
  }
  rest_.assign(items_.size() + 1, std::vector<double>(needs_.size(), 0.0));
  for (std::size_t i = items_.size(); i-- > 0;) {
    rest_[i] = rest_[i + 1];
    rest_[i][0] += items_[i].copies;
    if (items_[i].dir > 0) rest_[i][items_[i].dir] += items_[i].frees;
  }
}

void ReliefSearch::ReadLanes() {
  for (std::size_t b = 0; b < placement_.cluster().broker_ids.size(); ++b) {
    LaneArray& load = loads_.emplace_back();
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      load[lane] = static_cast<double>(placement_.load(static_cast<BrokerIndex>(b))[lane]);
    }
  }
}

ReliefChoice ReliefSearch::Run(ReliefWidth width) {
  width_ = width == ReliefWidth::kAll ? placement_.cluster().targets.size() : 1;
  enough_ = kNear * LeastFurther();
  Extend(0);
  const bool enough = best_.lacking <= rounding_ && best_.bytes <= enough_;
  near_least_ = enough || (!done_ && (!blocked_ || width == ReliefWidth::kAll));
  return std::move(best_);
}

double ReliefSearch::Lacking() const {
  double lacking = 0;
  for (const double need : needs_) lacking += std::max(0.0, need);
  return lacking <= rounding_ ? 0 : lacking;
}

double ReliefSearch::Over() const {
  double over = 0;
  for (std::size_t i = 0; i < needs_.size(); ++i) over += std::max(0.0, needs_[i] - spares_[i]);
  return over <= rounding_ ? 0 : over;
}

/// No choice can do with fewer bytes from here: a replica is copied whole, and frees no more.
double ReliefSearch::LeastFurther() const {
  double dirs = 0;
  for (std::size_t i = 1; i < needs_.size(); ++i) dirs += std::max(0.0, needs_[i]);
  return std::max({0.0, needs_[0], dirs});
}

bool ReliefSearch::Helps(const Item& item) const {
  return item.copies > 0 &&
         (needs_[0] > rounding_ || (item.dir > 0 && needs_[item.dir] > rounding_));
}

void ReliefSearch::Consider() {
  const double over = Over();
  const double lacking = Lacking();
  if (std::tie(over, lacking, bytes_) >= std::tie(best_.over, best_.lacking, best_.bytes)) return;
  best_ = {over, lacking, bytes_, steps_};
  if (lacking <= 0 && bytes_ <= enough_) done_ = true;
}

/// Whether items from `from` on could make something better than the best so far of what is chosen.
bool ReliefSearch::Promises(std::size_t from) const {
  double least_lacking = 0, least_over = 0;
  for (std::size_t i = 0; i < needs_.size(); ++i) {
    const double need = needs_[i] - rest_[from][i];
    least_lacking += std::max(0.0, need);
    least_over += std::max(0.0, need - spares_[i]);
  }
  if (least_over > best_.over + rounding_) return false;
  if (best_.over > least_over + rounding_) return true;
  if (least_lacking > best_.lacking + rounding_) return false;
  if (best_.lacking > 0) return true;
  const double further = LeastFurther();
  if (bytes_ + further >= best_.bytes) return false;
  // As many replicas as it takes of the largest, of the size of the smallest.
  const double most = items_[from].copies;
  const double count = std::ceil((further - rounding_) / most);
  return bytes_ + count * items_.back().copies < best_.bytes;
}

void ReliefSearch::Extend(std::size_t from) {
  Consider();
  if (done_ || Lacking() <= 0 || steps_.size() >= limits_.moves) return;
  for (std::size_t i = from; i < items_.size() && !done_; ++i) {
    if (!Promises(i)) return;
    if (nodes_left_-- == 0) done_ = true;
    const Item& item = items_[i];
    if (done_ || !Helps(item) || bytes_ + item.copies > limits_.bytes) continue;
    if (best_.lacking <= 0 && bytes_ + item.copies >= best_.bytes) continue;
    const std::vector<BrokerIndex> targets = TargetsFor(item);
    for (std::size_t t = 0; t < std::min(width_, targets.size()) && !done_; ++t) {
      Apply(item, targets[t], 1);
      Extend(i + 1);
      Apply(item, targets[t], -1);
    }
  }
}

/// Those first that mend the partition's racks, since the copy is made anyway; then the emptiest
/// afterwards.
std::vector<BrokerIndex> ReliefSearch::TargetsFor(const Item& item) {
  const PartitionRecord& record = placement_.partition(item.partition);
  const std::size_t slot = Placement::SlotOf(record, broker_);
  const Vec8 load = placement_.cluster().LoadOf(record, slot);
  const std::size_t racks = DistinctRacks(placement_.cluster(), record);
  std::vector<std::tuple<bool, double, BrokerIndex>> found;
  if (!SourceAllows(load)) return {};
  for (const BrokerIndex to : placement_.cluster().targets) {
    if (task_.Relieves(to) || !placement_.MayMove(record, slot, to)) continue;
    if (!Fits(item, load, to)) {
      blocked_ = true;
      continue;
    }
    bool mends = false;
    if (racks < record.required_racks) {
      PartitionRecord moved = record;
      moved.replicas[slot] = to;
      mends = DistinctRacks(placement_.cluster(), moved) > racks;
    }
    found.emplace_back(!mends, FilledBy(item, to), to);
  }
  std::ranges::sort(found);
  std::vector<BrokerIndex> targets;
  for (const auto& [no_mend, filled, to] : found) targets.push_back(to);
  return targets;
}

bool ReliefSearch::Fits(const Item& item, const Vec8& load, BrokerIndex to) const {
  if (item.copies > room_[to]) return false;
  const Bands& bands = placement_.bands();
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const auto more = static_cast<double>(load[lane]);
    if (!kept_[lane] || more <= 0) continue;
    const auto most = static_cast<double>(std::min(bands.cap[to][lane], bands.high[to][lane]));
    if (loads_[to][lane] + more > most + kSumNoise) return false;
  }
  return true;
}

/// Whether the broker may lose so much: a hard band has a lower edge, too.
bool ReliefSearch::SourceAllows(const Vec8& load) const {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const auto less = static_cast<double>(load[lane]);
    if (!kept_[lane] || less <= 0) continue;
    const auto least = static_cast<double>(placement_.bands().low[broker_][lane]);
    if (loads_[broker_][lane] - less < least - kSumNoise) return false;
  }
  return true;
}

double ReliefSearch::FilledBy(const Item& item, BrokerIndex to) const {
  const FlatCluster& cluster = placement_.cluster();
  const double held = loads_[to][kDisk] * cluster.unit[kDisk] + item.copies;
  const double capacity = cluster.capacity[to][kDisk];
  return IsKnown(capacity) ? held / capacity : held / std::max(1.0, cluster.unit[kDisk]);
}

void ReliefSearch::Apply(const Item& item, BrokerIndex to, double sign) {
  const bool back = sign < 0;
  const BrokerIndex from = back ? to : broker_;
  const std::size_t slot = Placement::SlotOf(placement_.partition(item.partition), from);
  const Vec8 load = placement_.cluster().LoadOf(placement_.partition(item.partition), slot);
  placement_.Move(item.partition, slot, back ? broker_ : to);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const double change = sign * static_cast<double>(load[lane]);
    loads_[broker_][lane] -= change;
    loads_[to][lane] += change;
  }
  needs_[0] -= sign * item.copies;
  if (item.dir > 0) needs_[item.dir] -= sign * item.frees;
  room_[to] -= sign * item.copies;
  bytes_ += sign * item.copies;
  if (back) {
    steps_.pop_back();
  } else {
    steps_.push_back({item.partition, to, item.copies});
  }
}

}  // namespace levelwind::planner
