// ThrottleManager's side that takes throttles back.
#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "actions/throttle_manager.h"
#include "actions/throttle_send.h"
#include "base/log.h"
#include "base/sabotage.h"

namespace levelwind::actions {
namespace {

using kafka::ConfigChange;
using kafka::ConfigOp;
using kafka::ConfigResource;
using kafka::ConfigResourceType;
using store::ConfigScope;
using store::PreimageRecord;
using store::PreimageState;

// Enough for: subtract, delete the list that became empty, and a look that all is well.
constexpr int kPassesPerPoll = 3;

ConfigResource ResourceOf(const PreimageRecord& row) {
  return {
      row.scope == ConfigScope::kBroker ? ConfigResourceType::kBroker : ConfigResourceType::kTopic,
      row.resource};
}

}  // namespace

bool ThrottleManager::Restore(const Mutator::Cause& cause, const Observation& seen,
                              SteadyTime now) {
  for (int pass = 0; pass < kPassesPerPoll; ++pass) {
    if (!RestorePass(cause, seen, now)) break;
  }
  return OpenRowsOf(cause.operation).empty() && dirty_.empty();
}

void ThrottleManager::SettleDebts(const std::string& current, const Observation& seen,
                                  SteadyTime now) {
  std::set<std::string> owing;
  for (const auto& [key, row] : rows_) {
    if (key.first != current) owing.insert(key.first);
  }
  for (const std::string& operation : owing) {
    if (Restore({operation, "levelwind"}, seen, now)) {
      LW_INFO("executor", "{}: the last of its throttles is restored", operation);
    }
  }
}

// True when something was sent, so that another look is worth while.
bool ThrottleManager::RestorePass(const Mutator::Cause& cause, const Observation& seen,
                                  SteadyTime now) {
  if (cause.operation == ensured_for_) {
    ensured_live_.reset();
    kept_.clear();
  }
  CloseGoneTopics(cause.operation, seen);
  const Answers answers = ReadForRestore(cause.operation, seen, now);
  std::vector<ConfigChange> changes = RateChanges(cause.operation, answers);
  for (ConfigChange& change : ListChanges(cause.operation, answers)) {
    changes.push_back(std::move(change));
  }
  if (const Status written = Flush(); !written.ok()) {
    LW_WARN("executor", "{}: {}", cause.operation, written.error().message());
    return false;
  }
  if (changes.empty()) return false;
  if (const Status sent = SendThrottles(mutator_, cause, changes); !sent.ok()) {
    LW_WARN("executor", "{}: {}", cause.operation, sent.error().message());
    return false;
  }
  return true;
}

// A deleted topic took its lists along; a new one of the same name has nothing of ours (I13).
void ThrottleManager::CloseGoneTopics(const std::string& operation, const Observation& seen) {
  for (PreimageRecord* row : OpenRowsOf(operation)) {
    if (row->scope != ConfigScope::kTopic || Sabotaged("I13.entries-of-a-gone-topic")) continue;
    const kafka::TopicInfo* topic = seen.FindTopic(row->resource);
    const Result<Uuid> ours = Uuid::Parse(row->topic_id);
    if (topic == nullptr) {
      SetRow(*row, PreimageState::kGone, "the topic was deleted");
    } else if (ours.ok() && !ours->is_none() && !topic->id.is_none() && topic->id != *ours) {
      SetRow(*row, PreimageState::kGone, "the topic was deleted and made anew");
    }
  }
}

// Dead brokers are asked one by one and seldom, so that they do not delay the others. The
// controller may answer for them; otherwise their turn comes when they are back.
ThrottleManager::Answers ThrottleManager::ReadForRestore(const std::string& operation,
                                                         const Observation& seen, SteadyTime now) {
  std::set<ConfigResource> live;
  std::set<ConfigResource> dead;
  for (PreimageRecord* row : OpenRowsOf(operation)) {
    const BrokerId broker = row->scope == ConfigScope::kBroker ? BrokerOf(*row) : kNoBroker;
    if (broker == kNoBroker || seen.IsLive(broker)) {
      next_dead_try_.erase(broker);
      live.insert(ResourceOf(*row));
      continue;
    }
    SetRow(*row, row->state, fmt::format("broker {} is not live; tried again until it is", broker));
    if (now < next_dead_try_[broker] && dead.count(ResourceOf(*row)) == 0) continue;
    next_dead_try_[broker] = now + options_.restore_retry;
    dead.insert(ResourceOf(*row));
  }
  Answers answers;
  if (auto read = ReadConfigs(live); read.ok()) {
    answers = std::move(*read);
  } else {
    LW_WARN("executor", "{}: reading throttles: {}", operation, read.error().message());
  }
  for (const ConfigResource& resource : dead) {
    auto read = ReadConfigs({resource});
    if (!read.ok()) continue;
    std::erase_if(*read, [](const auto& item) { return item.second.error != 0; });
    answers.merge(*read);
  }
  return answers;
}

// About to be taken back: from now on nobody knows whether the value is there until it is seen. An
// operation that goes on after a pause has to compare again.
void ThrottleManager::Unsettle(PreimageRecord& row) {
  SetRow(row, PreimageState::kIntended, row.note);
}

std::vector<ConfigChange> ThrottleManager::RateChanges(const std::string& operation,
                                                       const Answers& answers) {
  std::vector<ConfigChange> changes;
  for (PreimageRecord* row : OpenRowsOf(operation)) {
    const auto answer = answers.find(ResourceOf(*row));
    if (row->scope != ConfigScope::kBroker || answer == answers.end()) continue;
    if (answer->second.error != 0) {
      SetRow(*row, row->state, "reading it failed: " + kafka::KafkaErrorName(answer->second.error));
      continue;
    }
    const ConfigNow value = ValueNow(answer->second, row->key);
    if (value.own == row->before) {
      SetRow(*row, PreimageState::kRestored, {});
    } else if (IsOurs(*row, value.own) || Sabotaged("I7.only-while-it-is-ours")) {
      const ConfigOp op = row->before ? ConfigOp::kSet : ConfigOp::kDelete;
      changes.push_back({answer->first, row->key, op, row->before.value_or("")});
      Unsettle(*row);
    } else {
      SetRow(*row, PreimageState::kForeign,
             fmt::format("somebody set it to {}", value.own.value_or("nothing")));
    }
  }
  return changes;
}

std::vector<ConfigChange> ThrottleManager::ListChanges(const std::string& operation,
                                                       const Answers& answers) {
  std::map<std::pair<ConfigResource, std::string>, std::vector<PreimageRecord*>> lists;
  for (PreimageRecord* row : OpenRowsOf(operation)) {
    if (row->scope == ConfigScope::kTopic) lists[{ResourceOf(*row), row->key}].push_back(row);
  }
  std::vector<ConfigChange> changes;
  for (auto& [list, rows] : lists) {
    const auto& [resource, key] = list;
    const auto answer = answers.find(resource);
    if (answer == answers.end() || answer->second.error != 0) continue;
    const ConfigNow value = ValueNow(answer->second, key);
    std::string entries;
    bool was_absent = false;
    for (PreimageRecord* row : rows) {
      was_absent = was_absent || !row->before.has_value();
      if (!ListNames(value.own, row->entry)) continue;
      entries += (entries.empty() ? "" : ",") + row->entry;
      Unsettle(*row);
    }
    if (!entries.empty()) {
      changes.push_back({resource, key, ConfigOp::kSubtract, entries});
    } else if (was_absent && value.own == "") {
      changes.push_back({resource, key, ConfigOp::kDelete, {}});
    } else {
      for (PreimageRecord* row : rows) SetRow(*row, PreimageState::kRestored, {});
    }
  }
  return changes;
}

}  // namespace levelwind::actions
