#include "actions/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "actions/log_dir_driver.h"
#include "base/name_table.h"
#include "base/sabotage.h"
#include "base/text.h"
#include "model/measure.h"

namespace levelwind::actions {
namespace {

using store::StepRecord;

constexpr NameTable<GuardKind, kGuardKinds> kGuardKindNames = {{
    {GuardKind::kUnderMinIsr, "under_min_isr"},
    {GuardKind::kUnderReplicated, "under_replicated"},
    {GuardKind::kDisk, "disk"},
    {GuardKind::kLatency, "latency"},
}};

// Whether the step, if it comes to its turn, makes the replica on `broker` needless.
bool Mends(const StepRecord& step, BrokerId broker) {
  return step.state != StepState::kPending || Contains(step.move.Removed(), broker);
}

// The first replica that counts as lost; kNoBroker: none.
BrokerId FirstLost(const OperationRun& run, const Observation& seen, const TopicPartition& tp,
                   const kafka::PartitionInfo& partition,
                   const std::vector<const StepRecord*>& steps, bool wait_for_old) {
  const kafka::ReassignmentInfo* running = seen.FindReassignment(tp);
  for (BrokerId broker : partition.replicas) {
    if (Contains(partition.isr, broker)) continue;
    if (running != nullptr && Contains(running->adding, broker)) continue;
    if (std::any_of(steps.begin(), steps.end(),
                    [&](const StepRecord* step) { return Mends(*step, broker); })) {
      continue;
    }
    if (run.WasDead(broker) && !seen.IsLive(broker)) continue;
    if (!wait_for_old && run.WasOutOfSync(tp, broker) && seen.IsLive(broker)) continue;
    return broker;
  }
  return kNoBroker;
}

struct ToCome {
  std::map<LogDirName, std::int64_t> dirs;
  std::map<BrokerId, std::int64_t> brokers;  // no log dir has it yet
};

// What runs towards `brokers`, whoever sent it. A size that nobody tells counts as nothing.
ToCome CountToCome(const OperationRun& run, const Observation& seen,
                   const std::set<BrokerId>& brokers, const LogDirLook& look) {
  std::unordered_map<TopicPartition, std::int64_t> sizes;
  for (const StepRecord& step : run.steps()) {
    const auto copies = static_cast<std::int64_t>(step.move.Added().size());
    if (IsTerminal(step.state) || copies == 0 || !IsKnown(step.move.bytes)) continue;
    sizes[step.move.partition] = step.move.bytes / copies;
  }
  ToCome to_come;
  for (const kafka::ReassignmentInfo& running : seen.reassignments()) {
    for (BrokerId broker : running.adding) {
      if (brokers.count(broker) == 0 || !look.Knows(broker)) continue;
      const auto ours = sizes.find(running.partition);
      const kafka::PartitionInfo* partition = seen.FindPartition(running.partition);
      std::int64_t size = ours == sizes.end() ? 0 : ours->second;
      if (partition != nullptr && look.Knows(partition->leader)) {
        size = look.Find(partition->leader, running.partition).size;
      }
      const ReplicaDirs there = look.Find(broker, running.partition);
      const std::int64_t rest = std::max<std::int64_t>(0, size - there.size);
      (there.current.empty() ? to_come.brokers[broker] : to_come.dirs[{broker, there.current}]) +=
          rest;
    }
  }
  return to_come;
}

}  // namespace

std::string_view GuardKindName(GuardKind kind) { return NameIn(kGuardKindNames, kind); }

std::vector<ShortPartition> FindShort(const OperationRun& run, const Observation& seen,
                                      bool wait_for_old) {
  if (Sabotaged("I5.others-in-sync")) return {};
  std::unordered_map<TopicPartition, std::vector<const StepRecord*>> ours;
  for (const StepRecord& step : run.steps()) {
    if (IsTerminal(step.state) || IsLogDirStep(step)) continue;
    ours[step.move.partition].push_back(&step);
  }
  const std::vector<const StepRecord*> none;
  std::vector<ShortPartition> found;
  for (const kafka::TopicInfo& topic : seen.topics()) {
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      if (partition.isr.size() >= partition.replicas.size()) continue;
      const TopicPartition tp{topic.name, partition.number};
      const auto steps = ours.find(tp);
      const BrokerId lost = FirstLost(run, seen, tp, partition,
                                      steps == ours.end() ? none : steps->second, wait_for_old);
      if (lost == kNoBroker) continue;
      const kafka::ReassignmentInfo* running = seen.FindReassignment(tp);
      const std::size_t adding = running == nullptr ? 0 : running->adding.size();
      found.push_back({tp, lost, seen.IsLive(lost), partition.isr.size(),
                       partition.replicas.size() - std::min(adding, partition.replicas.size())});
    }
  }
  return found;
}

std::set<std::string> TopicsOf(const std::vector<ShortPartition>& shorts) {
  std::set<std::string> topics;
  for (const ShortPartition& one : shorts) topics.insert(one.partition.topic);
  return topics;
}

std::optional<Breach> JudgeInSync(const std::vector<ShortPartition>& shorts, std::size_t allowed,
                                  const MinIsr& min_isr) {
  if (shorts.empty()) return std::nullopt;
  const auto text = [](const ShortPartition& one) {
    return fmt::format("{} is not fully in sync: the replica on broker {} is {}",
                       one.partition.ToString(), one.broker, one.live ? "behind" : "down");
  };
  if (shorts.size() > allowed) {
    std::string reason = text(shorts.front());
    if (shorts.size() > 1) {
      reason += fmt::format("; {} partitions outside the plan are short of replicas, {} may be",
                            shorts.size(), allowed);
    }
    return Breach{GuardKind::kUnderReplicated, std::move(reason)};
  }
  for (const ShortPartition& one : shorts) {
    const auto known = min_isr.find(one.partition.topic);
    if (known == min_isr.end()) {
      return Breach{GuardKind::kUnderMinIsr,
                    text(one) + ", and min.insync.replicas of its topic cannot be read"};
    }
    const auto least = std::min(one.replicas, static_cast<std::size_t>(known->second));
    if (one.in_sync >= least) continue;
    return Breach{GuardKind::kUnderMinIsr,
                  fmt::format("{}, and {} in sync are fewer than its min.insync.replicas={}",
                              text(one), one.in_sync, known->second)};
  }
  return std::nullopt;
}

std::set<BrokerId> FilledBrokers(const OperationRun& run) {
  std::set<BrokerId> filled;
  std::set<BrokerId> relieved;
  for (const StepRecord& step : run.steps()) {
    if (IsTerminal(step.state) || IsLogDirStep(step)) continue;
    for (BrokerId broker : step.move.Added()) filled.insert(broker);
    for (BrokerId broker : step.move.Removed()) relieved.insert(broker);
  }
  std::erase_if(filled, [&](BrokerId broker) { return relieved.count(broker) > 0; });
  return filled;
}

std::optional<Breach> JudgeDisks(const OperationRun& run, const Observation& seen,
                                 const std::set<BrokerId>& brokers, const LogDirLook& look,
                                 double limit) {
  const ToCome to_come = CountToCome(run, seen, brokers, look);
  const auto of = [](const auto& counts, const auto& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? std::int64_t{0} : found->second;
  };
  for (BrokerId broker : brokers) {
    for (const kafka::LogDirInfo* dir : look.Dirs(broker)) {
      if (dir->error != 0 || !IsKnown(dir->total_bytes) || !IsKnown(dir->usable_bytes)) continue;
      if (dir->total_bytes <= 0) continue;
      const std::int64_t coming =
          of(to_come.dirs, LogDirName{broker, dir->path}) + of(to_come.brokers, broker);
      const double used = static_cast<double>(dir->total_bytes - dir->usable_bytes + coming);
      const double share = used / static_cast<double>(dir->total_bytes);
      if (share <= limit) continue;
      return Breach{
          GuardKind::kDisk,
          fmt::format("log dir {} of broker {} is {:.0f} % full with the {} on their way to it, "
                      "above execute.guard.disk_limit; make room there, raise the limit, or cancel",
                      dir->path, broker, share * 100, HumanBytes(static_cast<double>(coming)))};
    }
  }
  return std::nullopt;
}

}  // namespace levelwind::actions
