#include "actions/log_dir_look.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/sabotage.h"

namespace levelwind::actions {

LogDirLook LogDirLook::Read(kafka::AdminClient& admin, const std::set<BrokerId>& brokers,
                            Duration timeout) {
  LogDirLook look;
  if (brokers.empty()) return look;
  auto answers = admin.DescribeLogDirs({brokers.begin(), brokers.end()}, timeout);
  if (!answers.ok()) {
    LW_DEBUG("executor", "log dirs: {}", answers.error().message());
    return look;
  }
  for (auto& [broker, dirs] : *answers) {
    if (!dirs.ok()) continue;
    auto& replicas = look.brokers_[broker];
    for (kafka::LogDirInfo& dir : *dirs) {
      for (const kafka::ReplicaLogInfo& replica : dir.replicas) {
        ReplicaDirs& there = replicas[replica.partition];
        (replica.is_future ? there.future : there.current) = dir.path;
        (replica.is_future ? there.future_size : there.size) = replica.size_bytes;
      }
      LogDirName name{broker, dir.path};
      look.replicas_in_[name] = dir.replicas.size();
      dir.replicas.clear();
      look.dirs_.emplace(std::move(name), std::move(dir));
    }
    look.CountTraffic(broker);
  }
  return look;
}

void LogDirLook::CountTraffic(BrokerId broker) {
  for (const auto& [partition, replica] : brokers_[broker]) {
    if (replica.future.empty()) continue;
    ++copies_[broker];
    ++traffic_[{broker, replica.current}].copies;
    Traffic& target = traffic_[{broker, replica.future}];
    ++target.copies;
    target.to_come += std::max<std::int64_t>(0, replica.size - replica.future_size);
  }
}

ReplicaDirs LogDirLook::Find(BrokerId broker, const TopicPartition& partition) const {
  const auto replicas = brokers_.find(broker);
  if (replicas == brokers_.end()) return {};
  const auto found = replicas->second.find(partition);
  return found == replicas->second.end() ? ReplicaDirs() : found->second;
}

const kafka::LogDirInfo* LogDirLook::FindDir(const LogDirName& dir) const {
  const auto found = dirs_.find(dir);
  return found == dirs_.end() ? nullptr : &found->second;
}

std::vector<const kafka::LogDirInfo*> LogDirLook::Dirs(BrokerId broker) const {
  std::vector<const kafka::LogDirInfo*> dirs;
  for (auto dir = dirs_.lower_bound({broker, {}}); dir != dirs_.end(); ++dir) {
    if (dir->first.broker != broker) break;
    dirs.push_back(&dir->second);
  }
  return dirs;
}

std::vector<const kafka::LogDirInfo*> LogDirLook::NextDirs(BrokerId broker) const {
  std::vector<const kafka::LogDirInfo*> dirs;
  std::size_t fewest = 0;
  for (auto dir = dirs_.lower_bound({broker, {}}); dir != dirs_.end(); ++dir) {
    if (dir->first.broker != broker) break;
    if (dir->second.error != 0) continue;
    const std::size_t count = replicas_in_.at(dir->first);
    if (dirs.empty() || count < fewest) dirs.clear();
    if (dirs.empty()) fewest = count;
    if (count == fewest) dirs.push_back(&dir->second);
  }
  return dirs;
}

std::int32_t LogDirLook::CopiesOn(BrokerId broker) const {
  const auto found = copies_.find(broker);
  return found == copies_.end() ? 0 : found->second;
}

std::int32_t LogDirLook::CopiesAt(const LogDirName& dir) const {
  const auto found = traffic_.find(dir);
  return found == traffic_.end() ? 0 : found->second.copies;
}

std::int64_t LogDirLook::StillToCome(const LogDirName& dir) const {
  const auto found = traffic_.find(dir);
  return found == traffic_.end() ? 0 : found->second.to_come;
}

Sighting LookAtLogDirs(const store::StepRecord& step, const Observation& seen,
                       const LogDirLook& look) {
  const Move& move = step.move;
  if (auto topic = LookAtTopic(move, seen)) return *topic;
  if (!look.Knows(move.broker)) return {Finding::kUnreadable, kNoBroker, {}};
  const ReplicaDirs replica = look.Find(move.broker, move.partition);
  // The leader is no business of such a step.
  Sighting sighting{Finding::kElsewhere, move.after.front(), {}};
  if (replica.current.empty()) {
    sighting.detail =
        fmt::format("broker {} has no replica of it in a log dir that works", move.broker);
  } else if (!replica.future.empty()) {
    const bool going = replica.current == move.from_dir && replica.future == move.to_dir;
    const bool coming_back = step.cancel != store::CancelCause::kNone &&
                             replica.current == move.to_dir && replica.future == move.from_dir;
    const bool ours = going || coming_back || Sabotaged("I12.foreign-log-dir-move");
    sighting.finding = ours ? Finding::kOurs : Finding::kForeign;
    sighting.detail = fmt::format("it goes from {} to {}, ours from {} to {}", replica.current,
                                  replica.future, move.from_dir, move.to_dir);
  } else if (replica.current == move.to_dir) {
    sighting.finding = Finding::kAtTarget;
  } else if (replica.current == move.from_dir) {
    sighting.finding = Finding::kAtSource;
  } else {
    sighting.detail =
        fmt::format("it is in {}, neither {} nor {}", replica.current, move.from_dir, move.to_dir);
  }
  return sighting;
}

}  // namespace levelwind::actions
