#include "collectors/monitor.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "collectors/builtin_collectors.h"
#include "collectors/burrow_feed.h"
#include "collectors/group_lags.h"
#include "collectors/kept_offsets.h"
#include "collectors/load/load_collector.h"
#include "collectors/snapshot_assembler.h"

namespace levelwind::collectors {
namespace {

constexpr Duration kRetry = std::chrono::seconds(1);
/// Sources that are due within this are looked at together: fewer wake-ups, one snapshot.
constexpr Duration kTogether = std::chrono::milliseconds(50);
/// A step that takes longer (a broker hangs) publishes what it has so far; not so often that
/// publishing, which takes time in a large cluster, becomes much of the work.
constexpr Duration kPatience = std::chrono::milliseconds(500);
constexpr int kPublishShare = 20;
constexpr Duration kLeastTimeout = std::chrono::milliseconds(250);
/// Until there is a snapshot no broker that hangs may hold it up for long.
constexpr Duration kFirstTimeout = std::chrono::seconds(1);

/// What a restart may miss of the offset history.
constexpr Duration kKeepEvery = std::chrono::minutes(1);

/// Errors of sources that were not looked at; nobody needs a log line about them.
constexpr std::string_view kWaits = "waits for the cluster's metadata";

}  // namespace

Monitor::Monitor(kafka::AdminClient& admin, const Clock& clock, const CollectorOptions& options,
                 const Published<OffsetsFacts>* offsets_topic, kafka::ClusterAdmin* cluster)
    : admin_(admin), clock_(clock), options_(options), state_(options) {
  for (auto& collector : BuiltinCollectors(offsets_topic, cluster)) {
    Source source;
    source.status.name = collector->name();
    source.status.error = kWaits;
    source.collector = std::move(collector);
    sources_.push_back(std::move(source));
  }
}

void Monitor::AddLoadSource(std::string name, const Published<LoadFacts>& facts) {
  Source source;
  source.status.name = name;
  source.status.error = kWaits;
  source.collector = std::make_unique<LoadCollector>(std::move(name), facts);
  sources_.push_back(std::move(source));
}

SteadyTime Monitor::Step(SteadyTime now) {
  const SteadyTime deadline = clock_.Now() + options_.step_budget;
  SteadyTime published_at = clock_.Now();
  std::vector<Source*> looked;
  for (Source& source : sources_) {
    if (source.due > now + kTogether) continue;
    looked.push_back(&source);
    if (state_.table.empty() && &source != &sources_.front()) {
      source.status.error = kWaits;
      source.failed = true;
      continue;
    }
    Look(source, deadline);
    if (!restored_.empty() && !state_.table.empty()) {
      RestoreOffsets(std::exchange(restored_, {}), state_);
    }
    const Duration patience = std::max<Duration>(kPatience, kPublishShare * publish_cost_);
    if (clock_.Now() - published_at < patience) continue;
    Publish();
    published_at = clock_.Now();
  }
  // Only now, for the intervals of the first looks are counted in looks, which just went up:
  // sources that belong together (commits and ends) must stay together.
  for (Source* source : looked) {
    const Duration interval = source->collector->Interval(state_);
    source->due = now + (source->failed ? std::min(kRetry, interval) : interval);
  }
  if (!looked.empty()) Publish();
  KeepOffsets(now);
  const auto next =
      std::min_element(sources_.begin(), sources_.end(),
                       [](const Source& a, const Source& b) { return a.due < b.due; });
  return next->due;
}

void Monitor::KeepOffsets(SteadyTime now) {
  if (state_.offsets.looks == 0 || now - kept_at_ < kKeepEvery) return;
  kept_at_ = now;
  kept_offsets_.Publish(
      std::make_shared<const std::vector<PartitionHistory>>(OffsetsToKeep(state_)));
}

void Monitor::MakeAllDue() {
  for (Source& source : sources_) source.due = SteadyTime{};
}

Status Monitor::ForgetCommits(const std::string& group, const std::string& topic) {
  if (!state_.burrow) {
    return FailedPrecondition("no commits are kept: compat.burrow is off");
  }
  const Topic* of = topic.empty() ? nullptr : state_.table.shape().FindTopic(topic);
  if (!topic.empty() && of == nullptr) return Ok();
  state_.burrow->Forget(group, of);
  Publish();
  return Ok();
}

void Monitor::Look(Source& source, SteadyTime deadline) {
  const SteadyTime began = clock_.Now();
  const Duration limit =
      sequence_ == 0 ? std::min(kFirstTimeout, options_.call_timeout) : options_.call_timeout;
  const Duration timeout =
      std::clamp<Duration>(deadline - began, kLeastTimeout, std::max(kLeastTimeout, limit));
  const std::uint64_t requests = admin_.requests_sent();
  const Result<LookReport> outcome = source.collector->Collect(admin_, state_, clock_, timeout);
  source.status.requests = admin_.requests_sent() - requests;
  source.status.duration = clock_.Now() - began;
  Record(source, began, outcome);
}

void Monitor::Record(Source& source, SteadyTime began, const Result<LookReport>& outcome) {
  SourceStatus& status = source.status;
  const bool was_ok = status.ok;
  const bool first = !source.complete_at && status.error == kWaits;
  source.failed = !outcome.ok();
  status.ok = outcome.ok() && outcome->missing.empty();
  status.error = outcome.ok() ? outcome->missing : outcome.error().ToString();
  status.skipped = outcome.ok() ? outcome->skipped : 0;
  if (status.ok) source.complete_at = began;
  if (!status.ok && (was_ok || first)) {
    LW_WARN("monitor", "{}: {}", status.name, status.error);
  } else if (status.ok && !was_ok && !first) {
    LW_INFO("monitor", "{}: complete again", status.name);
  }
}

void Monitor::Publish() {
  const SteadyTime now = clock_.Now();
  std::vector<SourceStatus> statuses;
  statuses.reserve(sources_.size());
  for (const Source& source : sources_) {
    statuses.push_back(source.status);
    if (source.complete_at) statuses.back().age = now - *source.complete_at;
  }
  if (!state_.table.empty()) {
    ObserveConsumption(state_);
    UpdateLags(state_, now);
    FeedBurrow(state_);
    ClusterSnapshot snapshot = AssembleSnapshot(state_, now);
    ObserveLoads(state_, now, snapshot);
    if (state_.burrow) snapshot.burrow = state_.burrow->History();
    snapshot.sequence = ++sequence_;
    snapshot.taken_at = clock_.WallNow();
    snapshot.taken_at_steady = now;
    snapshot.sources = statuses;
    if (before_publish_) before_publish_(snapshot);
    snapshots_.Publish(std::make_shared<const ClusterSnapshot>(std::move(snapshot)));
  }
  statuses_.Publish(std::make_shared<const std::vector<SourceStatus>>(std::move(statuses)));
  publish_cost_ = clock_.Now() - now;
}

}  // namespace levelwind::collectors
