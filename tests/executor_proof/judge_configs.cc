// The judge's side that reads requests about log dirs and throttles.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "tests/executor_proof/judge_state.h"

namespace levelwind::testing {

using kafka::ConfigOp;
using store::PreimageRecord;
using store::StepRecord;

bool ListNamesEntry(const std::string& list, const std::string& entry) {
  const auto parts = Split(list, ',');
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return part == entry || part == "*"; });
}

void Judge::OnDirMove(const Event& event, const kafka::ReplicaDirMove& move) {
  const std::string name = fmt::format("{} on broker {}", move.partition.ToString(), move.broker);
  const auto key = OpenStep(move.partition, move.broker);
  if (!key) return Break("I1", name + " changes its log dir, but no open step says so");
  const StepRecord& step = steps_.at(*key);
  const auto now = event.state->partitions.find(move.partition);
  if (now == event.state->partitions.end() || now->second.topic_id != step.move.topic_id) {
    return Break("I13", name + " changes its log dir, but its topic is gone or another");
  }
  if (yielded_.count(*key) > 0) Break("I12", name + " is another tool's and is touched again");
  if (step.cancel != store::CancelCause::kNone) {
    if (move.path != step.move.from_dir) Break("I12", name + " is taken back to another log dir");
    return;
  }
  if (step.state != StepState::kSubmitted || move.path != step.move.to_dir) {
    Break("I1", name + " changes its log dir otherwise than the journal says");
  }
  CheckMayStart(key->first, step);
  CheckStress(event, key->first);
  CheckDirStart(event, step, now->second);
  CheckKnown(event, step);
  CheckBudgets(event, step, now->second.size);
}

void Judge::CheckDirStart(const Event& event, const StepRecord& step, const PartitionState& now) {
  const std::string name = step.move.partition.ToString();
  if (event.state->live.count(step.move.broker) == 0) {
    Break("I10", name + " changes its log dir on a broker that is not live");
  }
  if (!In(now.isr, step.move.broker)) {
    Break("I5", name + " changes its log dir while that replica is behind");
  }
  const auto future = now.futures.find(step.move.broker);
  if (future != now.futures.end()) {
    Break(future->second.dir == step.move.to_dir ? "I2" : "I12",
          name + " is on its way to a log dir already");
  }
  const auto dir = now.dirs.find(step.move.broker);
  if (dir == now.dirs.end() || dir->second != step.move.from_dir) {
    Break("I12", name + " is not in the log dir of the plan");
  }
}

// I6 and I9 after the request: what runs by then, and whether it fits.
void Judge::CheckDirCaps(const Event& event) {
  std::map<BrokerId, std::int32_t> on;
  std::map<LogDirName, std::int32_t> at;
  std::map<LogDirName, std::int64_t> to_come;
  std::set<LogDirName> ours;
  const auto count = [&](BrokerId broker, const PartitionState& now, const std::string& to,
                         std::int64_t rest) {
    ++on[broker];
    ++at[{broker, to}];
    const auto from = now.dirs.find(broker);
    if (from != now.dirs.end()) ++at[{broker, from->second}];
    to_come[{broker, to}] += rest;
  };
  for (const auto& [tp, now] : event.state->partitions) {
    for (const auto& [broker, future] : now.futures) {
      count(broker, now, future.dir, now.size - future.copied);
    }
  }
  for (const auto& move : event.request.dir_moves) {
    const auto key = OpenStep(move.partition, move.broker);
    const auto now = event.state->partitions.find(move.partition);
    if (!key || now == event.state->partitions.end()) continue;
    if (steps_.at(*key).cancel != store::CancelCause::kNone) continue;
    if (now->second.futures.count(move.broker) > 0) continue;
    count(move.broker, now->second, move.path, now->second.size);
    ours.insert({move.broker, move.path});
  }
  for (const LogDirName& dir : ours) {
    if (on[dir.broker] > history_.limits.dir_moves_per_broker ||
        at[dir] > history_.limits.moves_per_dir) {
      Break("I6", fmt::format("{} moves on broker {}, {} at {}", on[dir.broker], dir.broker,
                              at[dir], dir.path));
    }
    const auto room = event.state->usable.find(dir);
    const std::int64_t free =
        room == event.state->usable.end() ? std::numeric_limits<std::int64_t>::max() : room->second;
    if (to_come[dir] > free) {
      Break("I9", fmt::format("{} bytes go to {} of broker {}, which has room for {}", to_come[dir],
                              dir.path, dir.broker, free));
    }
  }
}

void Judge::OnConfig(const Event& event, const kafka::ConfigChange& change) {
  const bool topic = change.resource.type == kafka::ConfigResourceType::kTopic;
  const ConfigName name{topic, change.resource.name, change.key};
  topic ? OnListChange(event, change, name) : OnRateChange(event, change, name);
}

void Judge::OnListChange(const Event& event, const kafka::ConfigChange& change,
                         const ConfigName& name) {
  const auto value = event.state->throttles.find(name);
  if (change.op == ConfigOp::kSet) return Break("I7", "a throttle list is overwritten");
  if (change.op == ConfigOp::kDelete) {
    const bool empty = value != event.state->throttles.end() && value->second.empty();
    if (!empty) Break("I7", "a throttle list that is not empty is deleted: " + name.resource);
    return;
  }
  const bool append = change.op == ConfigOp::kAppend;
  for (std::string_view part : Split(change.value, ',')) {
    const std::string entry(part);
    const PreimageRecord* row = nullptr;
    for (const auto& [key, candidate] : preimages_) {
      if (key.second.first == name && key.second.second == entry && IsOpen(candidate.state)) {
        row = &candidate;
      }
    }
    if (row == nullptr) {
      Break("I1",
            fmt::format("entry {} of topic {} changes without a pre-image", entry, name.resource));
      continue;
    }
    const auto topic = event.state->partitions.find({name.resource, 0});
    const bool same = topic != event.state->partitions.end() &&
                      topic->second.topic_id.ToString() == row->topic_id;
    if (!same) Break("I13", "throttle entries of another topic named " + name.resource);
    if (append && operations_[row->operation].cancel_requested) {
      Break("I14", "a throttle is set after the cancel");
    }
  }
}

namespace {

// Whether what we set is above what the operator had set there.
bool Raises(const PreimageRecord& row) {
  return row.before && row.previous && std::stoll(row.ours) > std::stoll(*row.before);
}

}  // namespace

void Judge::OnRateChange(const Event& event, const kafka::ConfigChange& change,
                         const ConfigName& name) {
  const auto found = event.state->throttles.find(name);
  const std::optional<std::string> now =
      found == event.state->throttles.end() ? std::nullopt : std::optional(found->second);
  bool known = false;
  bool fits = false;
  for (const auto& [key, row] : preimages_) {
    if (key.second.first != name || !IsOpen(row.state)) continue;
    known = true;
    // A rate that is tuned: the journal names the one before it, as long as that may be there.
    const bool ours = now == row.ours || (row.previous && now == row.previous);
    const bool sets = change.op == ConfigOp::kSet && change.value == row.ours &&
                      (now == row.before || ours) && !Raises(row);
    const bool puts_back =
        ours && (row.before ? change.op == ConfigOp::kSet && change.value == *row.before
                            : change.op == ConfigOp::kDelete);
    if (sets && operations_[row.operation].cancel_requested) {
      Break("I14", "a throttle is set after the cancel");
    }
    fits = fits || sets || puts_back;
  }
  if (!known) {
    Break("I1",
          fmt::format("{} of broker {} changes without a pre-image", name.key, name.resource));
  } else if (!fits) {
    Break("I7", fmt::format("{} of broker {} is {}, which is not ours, and is changed", name.key,
                            name.resource, now.value_or("unset")));
  }
}

}  // namespace levelwind::testing
