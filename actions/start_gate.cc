#include "actions/start_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"
#include "base/sabotage.h"
#include "base/text.h"
#include "model/measure.h"

namespace levelwind::actions {
namespace {

using store::StepRecord;

std::vector<WeeklyWindow> Parsed(const std::vector<std::string>& texts) {
  auto windows = ParseWeeklyWindows(texts);
  LW_CHECK(windows.ok());  // config/ has checked them
  return *std::move(windows);
}

BrokerId LeaderOf(const Observation& seen, const TopicPartition& tp) {
  const kafka::PartitionInfo* partition = seen.FindPartition(tp);
  return partition == nullptr ? kNoBroker : partition->leader;
}

std::int64_t SizeOf(const LogDirLook& look, BrokerId leader, const Move& move) {
  if (leader != kNoBroker && look.Knows(leader)) return look.Find(leader, move.partition).size;
  const auto copies = static_cast<std::int64_t>(move.Added().size());
  return IsKnown(move.bytes) && copies > 0 ? move.bytes / copies : kUnknownCount;
}

std::int64_t Of(const std::map<BrokerId, std::int64_t>& counts, BrokerId broker) {
  const auto found = counts.find(broker);
  return found == counts.end() ? 0 : found->second;
}

std::string Bytes(std::int64_t bytes) { return HumanBytes(static_cast<double>(bytes)); }

void Add(BytesInFlight& flight, const std::vector<BrokerId>& targets, BrokerId leader,
         const TopicPartition& tp, std::int64_t size, const LogDirLook& look) {
  for (BrokerId broker : targets) {
    const std::int64_t there = look.Knows(broker) ? look.Find(broker, tp).size : 0;
    const std::int64_t to_come = std::max<std::int64_t>(0, size - there);
    flight.in[broker] += to_come;
    if (leader != kNoBroker) flight.out[leader] += to_come;
  }
}

std::optional<std::string> NoRoom(BrokerId broker, std::int64_t size, std::int64_t to_come,
                                  const LogDirLook& look, double reserve) {
  if (Sabotaged("I9.room-on-the-target")) return std::nullopt;
  if (!look.Knows(broker)) {
    if (Sabotaged("I17.unknown-room")) return std::nullopt;
    return fmt::format("waiting for broker {}, which does not tell its log dirs", broker);
  }
  const auto dirs = look.NextDirs(broker);
  if (dirs.empty()) return fmt::format("waiting for broker {}: none of its log dirs works", broker);
  for (const kafka::LogDirInfo* dir : dirs) {
    const std::int64_t room = RoomIn(*dir, reserve);
    if (Sabotaged("I9.what-is-on-its-way")) to_come = 0;
    if (!IsKnown(room) || room - to_come >= size) continue;
    return fmt::format(
        "waiting for room on broker {}: log dir {} has {} left above its reserve, {} are on their "
        "way to the broker, the replica is {}",
        broker, dir->path, Bytes(std::max<std::int64_t>(0, room)), Bytes(to_come), Bytes(size));
  }
  return std::nullopt;
}

}  // namespace

std::int64_t RoomIn(const kafka::LogDirInfo& dir, double reserve) {
  if (!IsKnown(dir.usable_bytes)) return kUnknownCount;
  const std::int64_t kept =
      IsKnown(dir.total_bytes)
          ? static_cast<std::int64_t>(reserve * static_cast<double>(dir.total_bytes))
          : 0;
  return std::max<std::int64_t>(0, dir.usable_bytes - kept);
}

BytesInFlight CountBytes(const OperationRun& run, const Observation& seen, const LogDirLook& look) {
  BytesInFlight flight;
  std::map<TopicPartition, const StepRecord*> ours;
  for (const StepRecord& step : run.steps()) {
    const bool sent = step.state == StepState::kSubmitted || step.state == StepState::kInProgress;
    if (sent && step.move.kind != MoveKind::kLogDir) ours.emplace(step.move.partition, &step);
  }
  for (const kafka::ReassignmentInfo& running : seen.reassignments()) {
    const BrokerId leader = LeaderOf(seen, running.partition);
    const auto step = ours.find(running.partition);
    Move move;
    move.partition = running.partition;
    move.bytes = kUnknownCount;
    if (step != ours.end()) move = step->second->move;
    const std::int64_t told = SizeOf(look, leader, move);
    for (BrokerId broker : running.adding) {
      if (!IsKnown(told)) flight.unknown.emplace(broker, running.partition);
    }
    const std::int64_t size = std::max<std::int64_t>(0, told);
    Add(flight, running.adding, leader, running.partition, size, look);
    ours.erase(running.partition);
  }
  // Sent, but not listed yet: it may be running all the same.
  for (const auto& [tp, step] : ours) {
    const BrokerId leader = LeaderOf(seen, tp);
    const std::int64_t size = std::max<std::int64_t>(0, SizeOf(look, leader, step->move));
    Add(flight, step->move.Added(), leader, tp, size, look);
  }
  return flight;
}

StartGate::StartGate(kafka::AdminClient& admin, const Clock& clock, const ExecutorOptions& options)
    : admin_(admin),
      clock_(clock),
      options_(options),
      quiet_(Parsed(options.quiet_hours)),
      budget_(clock, options) {}

std::optional<std::string> StartGate::Closed() const {
  for (const WeeklyWindow& window : quiet_) {
    if (const auto end = window.EndOf(clock_.WallNow())) {
      return fmt::format("quiet hours ({}) until {}", window.text, FormatTime(*end));
    }
  }
  return std::nullopt;
}

std::set<BrokerId> StartGate::Involved(const OperationRun& run,
                                       const std::vector<std::size_t>& indices,
                                       const Observation& seen) const {
  std::set<BrokerId> brokers;
  const auto add = [&](const std::vector<BrokerId>& targets, const TopicPartition& tp) {
    brokers.insert(targets.begin(), targets.end());
    brokers.insert(LeaderOf(seen, tp));
  };
  for (const kafka::ReassignmentInfo& running : seen.reassignments()) {
    add(running.adding, running.partition);
  }
  for (std::size_t i : indices) {
    const Move& move = run.steps()[i].move;
    if (!move.Added().empty()) add(move.Added(), move.partition);
  }
  std::erase_if(brokers, [&](BrokerId broker) { return !seen.IsLive(broker); });
  return brokers;
}

std::optional<std::string> StartGate::WhyNot(const StepRecord& step, std::int64_t size,
                                             const LogDirLook& look, BrokerId leader,
                                             const BytesInFlight& flight, SteadyTime now) {
  if (!IsKnown(size)) {
    return fmt::format("waiting for broker {}, which does not tell the size of the replica",
                       leader);
  }
  const std::vector<BrokerId> added = step.move.Added();
  const std::int64_t bytes = size * static_cast<std::int64_t>(added.size());
  if (auto reason = budget_.WhyNot(step, bytes)) return reason;
  if (options_.max_started_bytes_per_s > 0 && now < next_start_ && !Sabotaged("I6.started-bytes")) {
    return "waiting for its turn: enough bytes were started in the last seconds";
  }
  // One that is larger than the cap may go when it goes alone.
  const std::int64_t cap = options_.max_bytes_in_flight_per_broker;
  const auto over = [&](std::int64_t there, std::int64_t more) {
    return cap > 0 && there > 0 && there + more > cap && !Sabotaged("I6.bytes-in-flight");
  };
  for (BrokerId broker : added) {
    if (const auto unknown = flight.unknown.find(broker);
        cap > 0 && unknown != flight.unknown.end()) {
      return fmt::format("waiting for {}: it is on its way to broker {}, and nobody tells its size",
                         unknown->second.ToString(), broker);
    }
    const std::int64_t to_come = Of(flight.in, broker);
    if (over(to_come, size)) {
      return fmt::format("waiting for its turn: {} are on their way to broker {}", Bytes(to_come),
                         broker);
    }
    if (auto reason = NoRoom(broker, size, to_come, look, options_.disk_reserve)) return reason;
  }
  if (over(Of(flight.out, leader), bytes)) {
    return fmt::format("waiting for its turn: broker {} has {} to give", leader,
                       Bytes(Of(flight.out, leader)));
  }
  return std::nullopt;
}

void StartGate::Filter(OperationRun& run, std::vector<std::size_t>& indices,
                       const Observation& seen, SteadyTime now) {
  const bool copies = std::any_of(indices.begin(), indices.end(), [&](std::size_t i) {
    return !run.steps()[i].move.Added().empty();
  });
  if (!copies) return;
  const LogDirLook look =
      LogDirLook::Read(admin_, Involved(run, indices, seen), options_.request_timeout);
  BytesInFlight flight = CountBytes(run, seen, look);
  std::erase_if(indices, [&](std::size_t i) {
    const Move& move = run.steps()[i].move;
    const std::vector<BrokerId> added = move.Added();
    if (added.empty()) return false;
    const BrokerId leader = LeaderOf(seen, move.partition);
    const std::int64_t size = SizeOf(look, leader, move);
    if (auto reason = WhyNot(run.steps()[i], size, look, leader, flight, now)) {
      run.runtime(i).waiting_for = std::move(*reason);
      return true;
    }
    const std::int64_t bytes = size * static_cast<std::int64_t>(added.size());
    Add(flight, added, leader, move.partition, size, look);
    run.LearnBytes(i, bytes);
    budget_.Take(run.steps()[i], bytes);
    if (options_.max_started_bytes_per_s > 0) {
      const auto takes = std::chrono::duration<double>(
          static_cast<double>(bytes) / static_cast<double>(options_.max_started_bytes_per_s));
      next_start_ =
          std::max(next_start_, now) + std::chrono::duration_cast<SteadyTime::duration>(takes);
    }
    return false;
  });
}

}  // namespace levelwind::actions
