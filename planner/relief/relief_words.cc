#include "planner/relief/relief_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "planner/goals/lane_share.h"
#include "planner/goals/rack_spread.h"
#include "planner/relief/relieve.h"

namespace levelwind::planner {
namespace {

/// Why a replica does not leave: the last of these that it comes to on some broker.
enum Hindrance : std::size_t { kFixed, kLimit, kNobody, kRack, kRoom, kGoal, kBytes, kHindrances };
constexpr std::array<std::string_view, kHindrances> kWords = {
    "catching up or excluded",     "beyond the limits of the plan",
    "with no broker to take them", "only to go to fewer racks",
    "with no room elsewhere",      "only to go against another hard goal",
    "not worth their bytes"};

}  // namespace

ReliefWords::ReliefWords(const ReliefTask& task, const PlannerOptions& options,
                         const Placement& start, const Placement& end)
    : task_(task), options_(options), start_(start), end_(end), room_(task.room) {
  for (const ReliefReplica& r : task.replicas) {
    if (!Left(r)) continue;
    ++moved_;
    moved_bytes_ += r.copies;
    const PartitionRecord& record = end.partition(r.partition);
    for (std::size_t slot = 0; slot < record.rf; ++slot) {
      if (!record.Originally(record.replicas[slot])) room_[record.replicas[slot]] -= r.copies;
    }
  }
}

bool ReliefWords::Left(const ReliefReplica& replica) const {
  return !end_.partition(replica.partition).Holds(replica.broker);
}

bool ReliefWords::OnDisk(const ReliefReplica& replica, std::size_t disk) const {
  const ReliefDisk& full = task_.disks[disk];
  return replica.broker == full.broker && (full.path.empty() || replica.dir == disk);
}

double ReliefWords::Freed(std::size_t disk) const {
  double freed = 0;
  for (const ReliefReplica& r : task_.replicas) {
    if (!OnDisk(r, disk) || !Left(r)) continue;
    freed += task_.disks[disk].path.empty() ? r.copies : r.frees;
  }
  return freed;
}

double ReliefWords::Lacking(std::size_t disk) const {
  const double lacking = task_.disks[disk].need - Freed(disk);
  return lacking <= ReliefRounding(start_.cluster()) ? 0 : lacking;
}

std::string ReliefWords::Name(std::size_t disk) const {
  const ReliefDisk& full = task_.disks[disk];
  const BrokerId id = start_.cluster().broker_ids[full.broker];
  if (full.path.empty()) return fmt::format("the disk of broker {}", id);
  return fmt::format("log dir {} of broker {}", EscapeControl(full.path), id);
}

Reason ReliefWords::WhyMove(std::uint32_t p) const {
  Reason reason;
  reason.goal = "DiskCapacityGoal";
  for (std::size_t i = 0; i < task_.disks.size() && reason.sentence.empty(); ++i) {
    const ReliefDisk& disk = task_.disks[i];
    if (disk.need <= 0) continue;
    for (const ReliefReplica& r : task_.replicas) {
      if (r.partition != p || !OnDisk(r, i) || !Left(r)) continue;
      reason.sentence = fmt::format("takes {} off {}, which is {} full (at most {})",
                                    HumanBytes(disk.path.empty() ? r.copies : r.frees), Name(i),
                                    Percent(disk.share()), Percent(task_.threshold));
    }
  }
  const PartitionRecord& record = end_.partition(p);
  const std::size_t racks = DistinctRacks(end_.cluster(), record);
  if (racks < record.required_racks) {
    reason.sentence += fmt::format(
        "; its replicas stay on {} of {} racks (RackAwareGoal), which is not for this plan to mend",
        racks, record.required_racks);
  }
  return reason;
}

std::size_t ReliefWords::WhatHinders(const ReliefReplica& replica) const {
  const PartitionRecord& record = end_.partition(replica.partition);
  const std::size_t slot = Placement::SlotOf(record, replica.broker);
  if (record.frozen) return kFixed;
  const bool beyond = (options_.max_bytes >= 0 &&
                       moved_bytes_ + replica.copies > static_cast<double>(options_.max_bytes)) ||
                      (options_.max_replica_moves >= 0 &&
                       moved_ >= static_cast<std::size_t>(options_.max_replica_moves));
  if (beyond) return kLimit;
  std::size_t furthest = kNobody;
  for (const BrokerIndex to : end_.cluster().targets) {
    if (record.Holds(to) || task_.Relieves(to) || !end_.MayReceive(record, to)) continue;
    const float disk = end_.load(to)[kDisk] + record.disk;
    std::size_t here = kBytes;
    if (!end_.RackAllows(record, slot, to)) {
      here = kRack;
    } else if (disk > end_.bands().cap[to][kDisk] || replica.copies > room_[to]) {
      here = kRoom;
    } else if (!end_.MayMove(record, slot, to) || !end_.MoveNoWorse(record, slot, to)) {
      here = kGoal;
    }
    furthest = std::max(furthest, here);
  }
  return furthest;
}

/// "of 12 replicas there 8 with no room elsewhere, 4 only to go to fewer racks".
std::string ReliefWords::Hindrances(std::size_t disk) const {
  std::array<std::size_t, kHindrances> counts{};
  std::size_t left = 0;
  for (const ReliefReplica& r : task_.replicas) {
    if (!OnDisk(r, disk) || Left(r)) continue;
    ++left;
    ++counts[WhatHinders(r)];
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kHindrances; ++i) {
    if (counts[i] > 0) parts.push_back(fmt::format("{} {}", counts[i], kWords[i]));
  }
  if (left == 0) return "no replica is left there";
  return fmt::format("of {} replicas there {}", left, Join(parts, ", "));
}

/// Whether each log dir of the broker is too full, so that their names say it all.
bool ReliefWords::SaidByDirs(const ReliefDisk& disk) const {
  if (!disk.path.empty()) return false;
  std::size_t dirs = 0, full = 0;
  for (const ReliefDisk& dir : task_.disks) {
    if (dir.broker != disk.broker || dir.path.empty()) continue;
    ++dirs;
    full += dir.need > 0 ? 1U : 0U;
  }
  return dirs > 0 && full == dirs;
}

std::string ReliefWords::Summary(bool moves) const {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < task_.disks.size(); ++i) {
    const ReliefDisk& disk = task_.disks[i];
    if (disk.need <= 0 || SaidByDirs(disk)) continue;
    const std::string after = Percent((disk.used - Freed(i)) / disk.capacity);
    parts.push_back(moves ? fmt::format("{} {} -> {} full", Name(i), Percent(disk.share()), after)
                          : fmt::format("{} is {} full (at most {}); {}", Name(i),
                                        Percent(disk.share()), Percent(task_.threshold),
                                        Hindrances(i)));
  }
  if (!parts.empty()) return (moves ? "" : "no replica can leave: ") + Join(parts, "; ");
  for (std::size_t i = 0; i < task_.disks.size(); ++i) {
    const ReliefDisk& disk = task_.disks[i];
    if (disk.capacity <= 0) continue;
    parts.push_back(fmt::format("{} is {} full", Name(i), Percent(disk.share())));
  }
  if (parts.empty()) return "nothing to relieve: nothing is known of the size of these disks";
  return fmt::format("nothing to relieve (at most {}): {}", Percent(task_.threshold),
                     Join(parts, "; "));
}

void ReliefWords::AddRacks(std::vector<std::string>& notes) const {
  std::size_t count = 0;
  for (const PartitionRecord& record : end_.partitions()) {
    count += DistinctRacks(end_.cluster(), record) < record.required_racks ? 1U : 0U;
  }
  if (count == 0) return;
  notes.push_back(fmt::format(
      "{} of {} partitions on the relieved brokers break rack awareness: that is left as it is, "
      "since mending it frees no disk; levelwind plan --goals RackAwareGoal mends it",
      count, end_.partitions().size()));
}

std::vector<std::string> ReliefWords::Notes() const {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < task_.disks.size(); ++i) {
    const ReliefDisk& disk = task_.disks[i];
    if (disk.hopeless) {
      notes.push_back(fmt::format(
          "{} is {} full, but {} of that are no replicas that can leave: no plan brings it under "
          "{}; free some space there",
          Name(i), Percent(disk.share()), HumanBytes(disk.foreign), Percent(task_.threshold)));
    }
    const double lacking = Lacking(i);
    if (lacking <= 0) continue;
    if (lacking > disk.spare) {
      notes.push_back(fmt::format("{} more would have to leave {}: {}",
                                  HumanBytes(lacking - disk.spare), Name(i), Hindrances(i)));
    } else {
      notes.push_back(
          fmt::format("{} is left nearer to {} than the {} below it that are wished "
                      "for (plan.relief_margin): {}",
                      Name(i), Percent(task_.threshold), Percent(task_.threshold - task_.target),
                      Hindrances(i)));
    }
  }
  if (task_.unsized > 0) {
    notes.push_back(
        fmt::format("{} replicas on the relieved brokers are of unknown size: left where they are",
                    task_.unsized));
  }
  AddRacks(notes);
  return notes;
}

double ReliefWords::LeastBytes() const {
  std::vector<double> broker(start_.cluster().broker_ids.size(), 0.0), dirs = broker;
  for (std::size_t i = 0; i < task_.disks.size(); ++i) {
    const ReliefDisk& disk = task_.disks[i];
    const double lacking = Lacking(i);
    if (lacking > disk.spare) continue;
    // A disk counts as relieved that much earlier.
    const double need =
        disk.need - (lacking > 0 ? disk.spare : 0) - 2 * ReliefRounding(start_.cluster());
    (disk.path.empty() ? broker : dirs)[disk.broker] += std::max(0.0, need);
  }
  double least = 0;
  for (std::size_t b = 0; b < broker.size(); ++b) least += std::max(broker[b], dirs[b]);
  return std::min(least, moved_bytes_);
}

}  // namespace levelwind::planner
