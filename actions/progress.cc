#include "actions/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/log.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

constexpr Duration kRateWindow = std::chrono::seconds(15);

constexpr std::size_t kKeptRates = 60;  // two minutes of looks
constexpr std::size_t kLeastRates = 5;

// Over the time of the looks; unknown until two.
double Rate(const std::deque<std::pair<SteadyTime, std::int64_t>>& looks) {
  if (looks.size() < 2) return kUnknown;
  const double seconds = ToSeconds(looks.back().first - looks.front().first);
  if (seconds <= 0) return kUnknown;
  return std::max(0.0, static_cast<double>(looks.back().second - looks.front().second) / seconds);
}

using Sizes = std::map<std::pair<TopicPartition, BrokerId>, std::int64_t>;

bool IsCopying(const store::StepRecord& step) {
  return step.state == StepState::kInProgress && !step.move.Added().empty();
}

// Sizes of the replicas of the partitions that are being copied.
std::optional<Sizes> ReadSizes(const OperationRun& run, kafka::AdminClient& admin,
                               const Observation& seen, Duration timeout) {
  std::set<TopicPartition> wanted;
  std::set<BrokerId> brokers;
  for (const store::StepRecord& step : run.steps()) {
    if (!IsCopying(step)) continue;
    wanted.insert(step.move.partition);
    for (BrokerId broker : step.move.Added()) brokers.insert(broker);
    const auto* partition = seen.FindPartition(step.move.partition);
    if (partition != nullptr && partition->leader != kNoBroker) brokers.insert(partition->leader);
  }
  std::erase_if(brokers, [&](BrokerId broker) { return !seen.IsLive(broker); });
  if (brokers.empty()) return std::nullopt;
  const auto answers = admin.DescribeLogDirs({brokers.begin(), brokers.end()}, timeout);
  if (!answers.ok()) {
    LW_DEBUG("executor", "progress: {}", answers.error().message());
    return std::nullopt;
  }
  Sizes sizes;
  for (const auto& [broker, dirs] : *answers) {
    if (!dirs.ok()) continue;
    for (const kafka::LogDirInfo& dir : *dirs) {
      for (const kafka::ReplicaLogInfo& replica : dir.replicas) {
        if (wanted.count(replica.partition) == 0 || replica.is_future) continue;
        sizes[{replica.partition, broker}] = replica.size_bytes;
      }
    }
  }
  return sizes;
}

}  // namespace

void Progress::Reset() {
  looks_.clear();
  rates_.clear();
  next_look_ = {};
}

void Progress::Update(OperationRun& run, const Observation& seen, kafka::AdminClient& admin,
                      SteadyTime now) {
  const auto& steps = run.steps();
  if (now < next_look_ || std::none_of(steps.begin(), steps.end(), IsCopying)) return;
  next_look_ = now + options_.progress_interval;
  const auto sizes = ReadSizes(run, admin, seen, options_.request_timeout);
  if (!sizes) return;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!IsCopying(steps[i])) continue;
    const Move& move = steps[i].move;
    const auto* partition = seen.FindPartition(move.partition);
    if (partition == nullptr) continue;
    const auto leader = sizes->find({move.partition, partition->leader});
    if (leader == sizes->end()) continue;
    std::int64_t done = 0;
    for (BrokerId broker : move.Added()) {
      const auto copy = sizes->find({move.partition, broker});
      if (copy != sizes->end()) done += std::min(copy->second, leader->second);
    }
    UpdateStep(run, i, leader->second * static_cast<std::int64_t>(move.Added().size()), done, now);
  }
  Tally(run, now);
}

void Progress::UpdateLogDirs(OperationRun& run, const LogDirLook& look, SteadyTime now) {
  bool copying = false;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const store::StepRecord& step = run.steps()[i];
    if (step.move.kind != MoveKind::kLogDir || step.state != StepState::kInProgress) continue;
    const ReplicaDirs replica = look.Find(step.move.broker, step.move.partition);
    if (replica.future != step.move.to_dir) continue;
    copying = true;
    UpdateStep(run, i, replica.size, std::min(replica.future_size, replica.size), now);
  }
  if (copying) Tally(run, now);
}

void Progress::Tally(const OperationRun& run, SteadyTime now) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < run.steps().size(); ++i) bytes += run.runtime(i).bytes_done;
  looks_.emplace_back(now, bytes);
  while (looks_.size() > 2 && now - looks_.front().first > kRateWindow) looks_.pop_front();
  if (const double rate = Rate(looks_); IsKnown(rate)) rates_.push_back(rate);
  while (rates_.size() > kKeptRates) rates_.pop_front();
}

void Progress::UpdateStep(OperationRun& run, std::size_t i, std::int64_t total, std::int64_t done,
                          SteadyTime now) {
  StepRuntime& runtime = run.runtime(i);
  if (done != runtime.bytes_done || runtime.last_progress == SteadyTime{}) {
    runtime.last_progress = now;
    runtime.waiting_for.clear();
  }
  runtime.bytes_total = total;
  runtime.bytes_done = done;
  const Duration quiet = now - runtime.last_progress;
  if (quiet >= options_.stall_after) {
    runtime.waiting_for = fmt::format(
        "nothing was copied for {}; {} of {} are there", HumanDuration(ToSeconds(quiet)),
        HumanBytes(static_cast<double>(done)), HumanBytes(static_cast<double>(total)));
  }
}

Forecast Predict(const std::deque<double>& rates, std::int64_t bytes_left) {
  Forecast forecast;
  if (rates.empty()) return forecast;
  const auto left = static_cast<double>(bytes_left);
  const auto at = [&](double rate) { return rate > 0 ? left / rate : kUnknown; };
  forecast.bytes_per_s = rates.back();
  forecast.eta_s = at(rates.back());
  if (rates.size() < kLeastRates) return forecast;
  std::vector<double> sorted(rates.begin(), rates.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t tenth = sorted.size() / 10;
  // The present rate may lie outside of what most of the last ones were.
  forecast.eta_low_s = at(std::max(sorted[sorted.size() - 1 - tenth], rates.back()));
  forecast.eta_high_s = at(std::min(sorted[tenth], rates.back()));
  return forecast;
}

Forecast Progress::Expect(const OperationRun& run) const {
  std::int64_t left = 0;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRuntime& runtime = run.runtime(i);
    const StepState state = run.steps()[i].state;
    if (IsTerminal(state)) continue;  // what was not copied never will be
    left += std::max<std::int64_t>(0, runtime.bytes_total - runtime.bytes_done);
  }
  return Predict(rates_, left);
}

}  // namespace levelwind::actions
