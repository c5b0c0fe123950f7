#include "collectors/canary/canary.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr Duration kPublishEvery = std::chrono::seconds(1);
/// How long outcomes of the producer may wait to be seen: what their latency is off by at most.
constexpr Duration kGlance = std::chrono::milliseconds(2);

}  // namespace

Canary::Canary(CanaryWire& wire, const Published<ClusterSnapshot>& snapshots, const Clock& clock,
               const CanaryOptions& options, std::string sender)
    : wire_(wire),
      snapshots_(snapshots),
      clock_(clock),
      options_(options),
      sender_(std::move(sender)),
      tally_(options.lost_after) {
  figures_.topic = options.topic;
}

SteadyTime Canary::Step(SteadyTime now, Duration patience) {
  const SnapshotPtr snapshot = snapshots_.Get();
  if (snapshot != nullptr) LookAtTopic(*snapshot);
  if (problem_.empty()) {
    SendDue(now);
    CommitDue(now);
  }
  TakeIn(problem_.empty() ? patience : Duration{});
  tally_.Sweep(clock_.Now());
  if (now - published_at_ >= kPublishEvery) {
    published_at_ = now;
    Publish(snapshot.get());
  }
  // While a record is under way it is looked for all the time, else until the next is to be sent.
  if (!tally_.idle() || commit_began_) return now;
  return std::max(now, std::min(problem_.empty() ? send_due_ : now + kPublishEvery,
                                published_at_ + kPublishEvery));
}

void Canary::LookAtTopic(const ClusterSnapshot& snapshot) {
  const Topic* topic = snapshot.FindTopic(options_.topic);
  if (topic == nullptr) {
    partitions_ = 0;
    problem_ = fmt::format(
        "there is no topic '{}'; make it with as many partitions as brokers, each led by another "
        "one: kafka-topics.sh --create --topic {} --partitions {} --replication-factor {}",
        options_.topic, options_.topic, snapshot.brokers.size(),
        std::min<std::size_t>(3, snapshot.brokers.size()));
    return;
  }
  const auto count = static_cast<std::int32_t>(topic->partition_count);
  if (count == partitions_) return;
  const Status followed = wire_.Follow(count);
  problem_ = followed.ok() ? "" : followed.error().ToString();
  if (!followed.ok()) return;
  partitions_ = count;
  tally_.ReaderMoved();
}

void Canary::SendDue(SteadyTime now) {
  if (now < send_due_) return;
  // A step that came late is not made up for: probes are a rate, not a debt.
  send_due_ = std::max(send_due_ + options_.interval, now + options_.interval / 2);
  for (std::int32_t p = 0; p < partitions_; ++p) {
    const std::uint64_t number = next_number_++;
    tally_.Sent(number, p, clock_.Now());
    const Status sent = wire_.Send(p, ProbeValue(sender_, number), number);
    if (sent.ok()) continue;
    trouble_ = sent.error().ToString();
    tally_.Failed(number);
  }
}

void Canary::TakeIn(Duration patience) {
  const SteadyTime until = clock_.Now() + patience;
  for (;;) {
    for (const CanaryWire::Outcome& outcome : wire_.TakeOutcomes()) {
      if (outcome.status.ok()) {
        tally_.Acked(outcome.number, clock_.Now());
      } else {
        trouble_ = outcome.status.error().ToString();
        tally_.Failed(outcome.number);
      }
    }
    const bool busy = !tally_.idle() || commit_began_.has_value();
    const bool wait = busy && clock_.Now() < until;
    const Result<std::string> value = wire_.Read(wait ? kGlance : Duration{});
    if (!value.ok()) {
      trouble_ = value.error().ToString();
      return;
    }
    TakeCommit();
    if (const auto number = ProbeNumber(sender_, *value)) tally_.Received(*number, clock_.Now());
    if (value->empty() && !wait) return;
  }
}

void Canary::CommitDue(SteadyTime now) {
  if (options_.group.empty() || now < commit_due_ || commit_began_) return;
  commit_due_ = now + options_.commit_interval;
  const SteadyTime began = clock_.Now();
  const Status begun = wire_.Commit();
  if (begun.ok()) {
    commit_began_ = began;
  } else if (begun.error().code() != ErrorCode::kNotFound) {
    ++figures_.commits_failed;
    trouble_ = begun.error().ToString();
  }
}

void Canary::TakeCommit() {
  if (!commit_began_) return;
  const std::optional<Status> outcome = wire_.TakeCommit();
  if (!outcome) return;
  if (outcome->ok()) {
    ++figures_.commits;
    figures_.commit.Add(ToSeconds(clock_.Now() - *commit_began_));
  } else {
    ++figures_.commits_failed;
    trouble_ = outcome->error().ToString();
  }
  commit_began_.reset();
}

void Canary::Publish(const ClusterSnapshot* snapshot) {
  auto view = std::make_shared<CanaryView>(figures_);
  view->problem = problem_.empty() ? std::exchange(trouble_, {}) : problem_;
  std::set<BrokerId> leaders;
  for (const auto& [number, tally] : tally_.partitions()) {
    CanaryPartition& partition = view->partitions.emplace_back(tally);
    const Partition* now =
        snapshot == nullptr ? nullptr : snapshot->FindPartition(options_.topic, number);
    if (now != nullptr) partition.leader = now->leader;
    leaders.insert(partition.leader);
  }
  if (snapshot != nullptr && partitions_ > 0) {
    for (const Broker& broker : snapshot->brokers) {
      if (broker.serving() && !leaders.contains(broker.id)) view->uncovered.push_back(broker.id);
    }
  }
  view_.Publish(std::move(view));
}

}  // namespace levelwind::collectors
