// The judge's side that reads what must not be exceeded: bytes (I6), racks (I8), what is unknown
// (I17), sizes (I19).
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/executor_proof/judge_state.h"

namespace levelwind::testing {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000;
constexpr std::size_t kMostPerRequest = 1000, kLongestTarget = 4096;

// A broker without a rack is one of its own, as Kafka has it.
std::size_t Racks(const ClusterState& state, const std::vector<BrokerId>& brokers) {
  std::set<std::string> racks;
  for (BrokerId broker : brokers) {
    const auto rack = state.racks.find(broker);
    racks.insert(rack == state.racks.end() ? std::to_string(broker) : "rack " + rack->second);
  }
  return racks.size();
}

std::vector<BrokerId> Settled(const PartitionState& now) {
  return Without(now.replicas, now.adding);
}

}  // namespace

// I6 by bytes, after the request. One copy that is larger than the limit may go alone.
void Judge::CheckBytes(const Event& event) {
  const std::int64_t cap = history_.limits.bytes_per_broker;
  if (cap == 0) return;
  std::map<BrokerId, std::vector<std::int64_t>> in, out;
  std::set<BrokerId> to, from;
  const auto count = [&](const PartitionState& now, BrokerId broker, std::int64_t copied) {
    if (const std::int64_t rest = now.size - copied; rest > 0) in[broker].push_back(rest);
    return std::max<std::int64_t>(0, now.size - copied);
  };
  for (const auto& [tp, now] : event.state->partitions) {
    std::int64_t given = 0;
    for (BrokerId broker : now.adding) {
      const auto copied = now.copied.find(broker);
      given += count(now, broker, copied == now.copied.end() ? 0 : copied->second);
    }
    if (given > 0) out[now.leader].push_back(given);
  }
  for (const auto& request : event.request.reassignments) {
    const auto now = event.state->partitions.find(request.partition);
    if (!request.replicas || now == event.state->partitions.end() || now->second.moving) continue;
    std::int64_t given = 0;
    for (BrokerId broker : Without(*request.replicas, now->second.replicas)) {
      given += count(now->second, broker, 0);
      to.insert(broker);
    }
    if (given == 0) continue;
    out[now->second.leader].push_back(given);
    from.insert(now->second.leader);
  }
  const auto check = [&](const std::vector<std::int64_t>& copies, BrokerId broker,
                         const char* how) {
    std::int64_t sum = 0;
    for (std::int64_t bytes : copies) sum += bytes;
    if (sum <= cap || copies.size() < 2) return;
    Break("I6", fmt::format("broker {} {} {} bytes at once, at most {}", broker, how, sum, cap));
  };
  for (BrokerId broker : to) check(in[broker], broker, "takes in");
  for (BrokerId broker : from) check(out[broker], broker, "gives out");
}

// I6 in time: bytes started per second in the long run, and in a day, which outlives restarts.
void Judge::CheckBudgets(const Event& event, const store::StepRecord& step, std::int64_t bytes) {
  const Limits& limits = history_.limits;
  const bool between_brokers = step.move.kind != MoveKind::kLogDir;
  if (limits.started_bytes_per_s > 0 && between_brokers) {
    if (event.at_ms < next_start_ms_) {
      Break("I6", fmt::format("{} is started {} ms too early", step.move.partition.ToString(),
                              next_start_ms_ - event.at_ms));
    }
    next_start_ms_ =
        std::max(next_start_ms_, event.at_ms) + bytes * 1000 / limits.started_bytes_per_s;
  }
  if (step.attempts > 1) return;
  while (!day_.empty() && day_.front().first <= event.at_ms - kDayMs) day_.pop_front();
  day_.emplace_back(event.at_ms, bytes);
  std::int64_t sum = 0;
  for (const auto& [at, started] : day_) sum += started;
  const auto moves = static_cast<std::int64_t>(day_.size());
  const bool too_many = limits.moves_per_day > 0 && moves > limits.moves_per_day;
  const bool too_much = limits.bytes_per_day > 0 && moves > 1 && sum > limits.bytes_per_day;
  if (too_many || too_much) {
    Break("I6", fmt::format("{} copies of {} bytes in a day", moves, sum));
  }
}

// I8 at every prefix: no partition comes to rest on fewer racks than it had, as far as its replicas
// go round.
void Judge::CheckRacks(const Event& event) {
  for (const auto& [tp, now] : event.state->partitions) {
    const auto first = first_->partitions.find(tp);
    if (first == first_->partitions.end() || foreign_partitions_.count(tp) > 0) continue;
    if (first->second.topic_id != now.topic_id) continue;
    const std::vector<BrokerId> replicas = Settled(now);
    const std::size_t had = Racks(*first_, Settled(first->second));
    if (Racks(*event.state, replicas) >= std::min(had, replicas.size())) continue;
    Break("I8", fmt::format("{} was on {} racks and is on {} with {}", tp.ToString(), had,
                            Racks(*event.state, replicas), ListText(replicas)));
  }
}

// I8 of what is in sync: a step may not take it below the racks that min ISR and the start ask for.
void Judge::CheckRacksInSync(const Event& event, const store::StepRecord& step,
                             const PartitionState& now) {
  const TopicPartition& tp = step.move.partition;
  const auto first = first_->partitions.find(tp);
  if (first == first_->partitions.end() || foreign_partitions_.count(tp) > 0) return;
  std::vector<BrokerId> kept = Without(step.move.after, step.move.before);
  for (BrokerId broker : now.isr) {
    if (In(step.move.after, broker)) kept.push_back(broker);
  }
  const std::size_t asked = std::min(Racks(*first_, first->second.isr),
                                     static_cast<std::size_t>(MinIsr(*event.state, tp)));
  const std::size_t left = Racks(*event.state, kept);
  if (left >= asked || left >= Racks(*event.state, now.isr)) return;
  Break("I8", fmt::format("{} would have in-sync replicas on {} racks, had {} and needs {}",
                          tp.ToString(), left, Racks(*event.state, now.isr), asked));
}

// I17: nothing starts on what nobody could tell.
void Judge::CheckKnown(const Event& event, const store::StepRecord& step) {
  const Move& move = step.move;
  const std::string name = move.partition.ToString();
  std::vector<BrokerId> to = Without(move.after, move.before);
  if (move.kind == MoveKind::kLogDir) to.push_back(move.broker);
  for (BrokerId broker : to) {
    if (event.state->silent_dirs.count(broker) == 0) continue;
    Break("I17",
          fmt::format("{} is copied to broker {}, which does not tell its log dirs", name, broker));
  }
  if (move.after.size() < move.before.size() && event.state->silent_configs) {
    Break("I17", name + " loses a replica while its min.insync.replicas cannot be read");
  }
}

void Judge::CheckSizes(const Event& event) {
  const RequestSent& request = event.request;
  const std::size_t most = std::max({request.reassignments.size(), request.elections.size(),
                                     request.configs.size(), request.dir_moves.size()});
  if (most <= kMostPerRequest) return;
  Break("I19", fmt::format("{} has {} items, at most {}", request.api, most, kMostPerRequest));
}

void Judge::CheckBounds(const Event& event) {
  for (const store::AuditRecord& row : event.batch.audit) {
    if (row.target.size() <= kLongestTarget) continue;
    Break("I19", fmt::format("an audit row of {} characters", row.target.size()));
  }
  const auto open = std::count_if(operations_.begin(), operations_.end(),
                                  [](const auto& item) { return !IsTerminal(item.second.state); });
  // The running one, those that wait, and a rollback that goes before them.
  if (static_cast<std::size_t>(open) <= history_.limits.queued + 2) return;
  Break("I19", fmt::format("{} operations are open", open));
}

}  // namespace levelwind::testing
