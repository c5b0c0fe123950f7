#include "actions/slo_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "actions/throttle_plan.h"
#include "base/log.h"

namespace levelwind::actions {
namespace {

constexpr auto kDisksEvery = std::chrono::seconds(10);
constexpr auto kProbeEvery = std::chrono::seconds(5);
// Asked one after the other, so that a round takes as long as the slow ones of them.
constexpr std::size_t kProbesPerRound = 16;
constexpr int kFirstProbes = 5;  // at once, for a calm median before the first copy
constexpr Duration kProbeTimeout = std::chrono::seconds(1);
constexpr double kDiskRelease = 0.02;

// Brokers that copies of the operation read from or write to, and whether any does now.
std::map<BrokerId, bool> CopyingBrokers(const OperationRun& run) {
  std::map<BrokerId, bool> brokers;
  for (const store::StepRecord& step : run.steps()) {
    const std::vector<BrokerId> added = step.move.Added();
    if (IsTerminal(step.state) || added.empty()) continue;
    const bool now = step.state != StepState::kPending;
    for (BrokerId broker : added) brokers[broker] |= now;
    for (BrokerId broker : step.move.before) brokers[broker] |= now;
  }
  return brokers;
}

}  // namespace

void SloGuard::Reset() {
  began_.reset();
  breach_.reset();
  disk_.reset();
  next_disks_ = {};
  next_probe_ = {};
}

std::optional<Breach> SloGuard::Look(const OperationRun& run, const Observation& seen,
                                     SteadyTime now) {
  if (!began_) began_ = now;
  if (auto found = Find(run, seen, now)) {
    if (!breach_ || breach_->kind != found->kind) {
      ++holds_[static_cast<std::size_t>(found->kind)];
      LW_WARN("executor", "{}: held by the guard ({}): {}", run.header().id,
              GuardKindName(found->kind), found->reason);
    }
    if (!breach_) breach_since_ = now;
    breach_ = std::move(found);
    held_until_ = now + std::chrono::duration_cast<SteadyTime::duration>(options_.hold_release);
    return breach_;
  }
  if (breach_ && now >= held_until_) {
    LW_INFO("executor", "{}: the guard finds all well again", run.header().id);
    breach_.reset();
  }
  return breach_;
}

bool SloGuard::Overdue(SteadyTime now) const {
  return breach_ && now - breach_since_ >= options_.guard.breach_patience;
}

std::optional<Breach> SloGuard::Find(const OperationRun& run, const Observation& seen,
                                     SteadyTime now) {
  Probe(run, seen, now);
  if (auto breach = LookAtReplicas(run, seen, now)) return breach;
  if (auto breach = LookAtDisks(run, seen, now)) return breach;
  return latency_.Judge();
}

std::optional<Breach> SloGuard::LookAtReplicas(const OperationRun& run, const Observation& seen,
                                               SteadyTime now) const {
  const bool wait_for_old = now - *began_ < options_.guard.catch_up_patience;
  const auto allowed = static_cast<std::size_t>(std::max(0, options_.guard.max_under_replicated));
  const auto shorts = FindShort(run, seen, wait_for_old);
  MinIsr min_isr;
  if (!shorts.empty() && shorts.size() <= allowed) {
    auto read = ReadMinIsr(admin_, TopicsOf(shorts), options_.request_timeout);
    if (read.ok()) min_isr = std::move(*read);
  }
  return JudgeInSync(shorts, allowed, min_isr);
}

// Held with hysteresis: what passed the limit must fall below it by some more.
std::optional<Breach> SloGuard::LookAtDisks(const OperationRun& run, const Observation& seen,
                                            SteadyTime now) {
  if (options_.guard.disk_limit <= 0) return std::nullopt;
  if (now < next_disks_) return disk_;
  next_disks_ = now + kDisksEvery;
  const std::set<BrokerId> filled = FilledBrokers(run);
  std::set<BrokerId> asked;
  std::copy_if(filled.begin(), filled.end(), std::inserter(asked, asked.end()),
               [&](BrokerId broker) { return seen.IsLive(broker); });
  if (asked.empty()) {
    disk_.reset();
    return disk_;
  }
  // The leaders of what comes know how much it is.
  std::set<BrokerId> leaders = asked;
  for (const kafka::ReassignmentInfo& running : seen.reassignments()) {
    const kafka::PartitionInfo* partition = seen.FindPartition(running.partition);
    if (partition == nullptr || !seen.IsLive(partition->leader)) continue;
    const bool to_these = std::any_of(running.adding.begin(), running.adding.end(),
                                      [&](BrokerId broker) { return asked.count(broker) > 0; });
    if (to_these) leaders.insert(partition->leader);
  }
  const LogDirLook look = LogDirLook::Read(admin_, leaders, options_.request_timeout);
  const double limit = options_.guard.disk_limit - (disk_ ? kDiskRelease : 0);
  disk_ = JudgeDisks(run, seen, asked, look, limit);
  return disk_;
}

void SloGuard::Probe(const OperationRun& run, const Observation& seen, SteadyTime now) {
  if (options_.guard.latency_ratio <= 0 || now < next_probe_) return;
  next_probe_ = now + kProbeEvery;
  const std::map<BrokerId, bool> brokers = CopyingBrokers(run);
  std::set<BrokerId> watched;
  for (const auto& [broker, copying] : brokers) watched.insert(broker);
  latency_.WatchOnly(watched);
  if (brokers.empty()) return;
  const bool begun =
      std::any_of(run.steps().begin(), run.steps().end(), [](const store::StepRecord& step) {
        return step.state != StepState::kPending && !step.move.Added().empty();
      });
  auto next = brokers.upper_bound(last_probed_);
  for (std::size_t i = 0; i < std::min(brokers.size(), kProbesPerRound); ++i, ++next) {
    if (next == brokers.end()) next = brokers.begin();
    const auto& [broker, copying] = *next;
    last_probed_ = broker;
    if (!seen.IsLive(broker)) {
      latency_.Forget(broker);
      continue;
    }
    // What is slow because of copies that have just ended, or while they wait, is not calm.
    const bool has_calm = latency_.HasCalm(broker);
    const bool calm = !copying && !breach_ && (!begun || !has_calm);
    const int probes = calm && !has_calm ? kFirstProbes : 1;
    for (int probe = 0; probe < probes; ++probe) ProbeOne(broker, calm);
  }
}

// A request that only this broker can answer, and that costs it next to nothing.
void SloGuard::ProbeOne(BrokerId broker, bool calm) {
  const kafka::ConfigQuery query{{kafka::ConfigResourceType::kBroker, std::to_string(broker)},
                                 {std::string(kLeaderRate)}};
  const SteadyTime begin = clock_.Now();
  const auto answer = admin_.DescribeConfigs({query}, kProbeTimeout);
  const Duration took = clock_.Now() - begin;
  const bool answered = answer.ok() && !answer->empty() && answer->front().error == 0;
  // No answer says as much as a slow one, unless it came at once: then nothing was measured.
  if (answered || took >= options_.guard.latency_floor)
    latency_.Add(broker, took, calm && answered);
}

}  // namespace levelwind::actions
