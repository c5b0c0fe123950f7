// ThrottleManager's side that sets throttles.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "actions/throttle_manager.h"
#include "actions/throttle_send.h"
#include "base/sabotage.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

using kafka::ConfigAnswer;
using kafka::ConfigOp;
using kafka::ConfigResource;
using kafka::ConfigResourceType;
using store::ConfigScope;
using store::PreimageRecord;
using store::PreimageState;

constexpr std::int16_t kUnknownTopic = 3;

ConfigResource ResourceOf(ConfigScope scope, const std::string& name) {
  return {scope == ConfigScope::kBroker ? ConfigResourceType::kBroker : ConfigResourceType::kTopic,
          name};
}

Error LookAgain(const std::string& what) { return Error(ErrorCode::kAborted, what); }

// The answer for a resource, or why there is none.
Result<const ConfigAnswer*> AnswerFor(const std::map<ConfigResource, ConfigAnswer>& answers,
                                      const ConfigResource& resource) {
  const std::string name =
      fmt::format("reading the configuration of {} {}",
                  resource.type == ConfigResourceType::kTopic ? "topic" : "broker", resource.name);
  const auto found = answers.find(resource);
  if (found == answers.end()) return Unavailable(name + ": no answer");
  if (found->second.error != 0) return kafka::KafkaError(found->second.error, name);
  return &found->second;
}

Error TooSlow(const ThrottleKey& key, const ThrottleNeed& need, const std::string& value) {
  return FailedPrecondition(
      fmt::format("broker {} has its own {} of {} bytes/s; the moves need at least {} to catch up; "
                  "raise or remove "
                  "it, or cancel",
                  key.resource, key.key, value, HumanRate(static_cast<double>(need.floor))));
}

}  // namespace

Status ThrottleManager::Ensure(const OperationRun& run, const Observation& seen) {
  if (ensured_for_ != run.header().id) {
    ensured_for_ = run.header().id;
    ensured_live_.reset();
    kept_.clear();
    closed_.clear();
  }
  if (ensured_live_ == seen.live() && dirty_.empty()) return Ok();
  auto missing = NeededThrottles(run.steps(), run.header().throttle_bytes_per_s,
                                 options_.max_moves_per_broker);
  std::erase_if(missing, [&](const auto& item) {
    const auto& [key, need] = item;
    if (kept_.count(key) > 0 || closed_.count(key) > 0) return true;
    if (rows_.count({run.header().id, key}) > 0) return true;
    return key.scope == ConfigScope::kBroker && !seen.IsLive(need.broker);
  });
  if (!missing.empty()) LW_RETURN_IF_ERROR(AddMissing(run, missing));
  LW_RETURN_IF_ERROR(Apply(run, seen));
  ensured_live_ = seen.live();
  return Ok();
}

// Writes down what is there before anything is changed.
Status ThrottleManager::AddMissing(const OperationRun& run,
                                   const std::map<ThrottleKey, ThrottleNeed>& missing) {
  std::set<ConfigResource> resources;
  for (const auto& [key, need] : missing) resources.insert(ResourceOf(key.scope, key.resource));
  LW_ASSIGN_OR_RETURN(const Answers answers, ReadConfigs(resources));
  LW_ASSIGN_OR_RETURN(auto rows, Decide(run.header().id, missing, answers));
  store::JournalBatch batch;
  batch.preimages = rows;
  LW_RETURN_IF_ERROR(mutator_.Commit(std::move(batch)));
  Load(std::move(rows));
  return Ok();
}

Result<std::vector<PreimageRecord>> ThrottleManager::Decide(
    const std::string& operation, const std::map<ThrottleKey, ThrottleNeed>& missing,
    const Answers& answers) {
  std::vector<PreimageRecord> rows;
  for (const auto& [key, need] : missing) {
    LW_ASSIGN_OR_RETURN(const ConfigAnswer* answer,
                        AnswerFor(answers, ResourceOf(key.scope, key.resource)));
    const ConfigNow value = ValueNow(*answer, key.key);
    PreimageRecord row;
    row.operation = operation;
    row.scope = key.scope;
    row.resource = key.resource;
    row.key = key.key;
    row.entry = key.entry;
    row.topic_id = need.topic_id;
    row.before = value.own;
    if (key.scope == ConfigScope::kTopic) {
      if (ListHolds(value.effective, key.entry)) {
        kept_.insert(key);
        continue;
      }
      row.ours = key.entry;
    } else {
      const RateChoice choice = ChooseRate(value, need);
      if (choice == RateChoice::kTooSlow) return TooSlow(key, need, *value.effective);
      if (choice == RateChoice::kKeep) {
        kept_.insert(key);
        continue;
      }
      row.ours = std::to_string(need.rate);
      row.ceiling = CeilingOf(value);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// A rate that the operator gave the broker is never passed; one that is stricter than ours was left
// as it was, and may be the laxer one now.
Status ThrottleManager::Retune(const OperationRun& run, store::JournalBatch changes,
                               const Observation& seen) {
  const auto needs = NeededThrottles(run.steps(), run.header().throttle_bytes_per_s,
                                     options_.max_moves_per_broker);
  std::vector<PreimageRecord> rows;
  for (PreimageRecord* row : OpenRowsOf(run.header().id)) {
    const auto need = needs.find(KeyOf(*row));
    if (row->scope != ConfigScope::kBroker || need == needs.end()) continue;
    if (row->state != PreimageState::kApplied || !seen.IsLive(BrokerOf(*row))) continue;
    std::int64_t rate = need->second.rate;
    if (IsKnown(row->ceiling)) rate = std::min(rate, row->ceiling);
    if (std::to_string(rate) == row->ours) continue;
    PreimageRecord next = *row;
    next.previous = std::exchange(next.ours, std::to_string(rate));
    next.state = PreimageState::kIntended;
    rows.push_back(std::move(next));
  }
  changes.preimages = rows;
  LW_RETURN_IF_ERROR(mutator_.Commit(std::move(changes)));
  Load(std::move(rows));
  std::erase_if(kept_, [](const ThrottleKey& key) { return key.scope == ConfigScope::kBroker; });
  ensured_live_.reset();
  return Ok();
}

// Sends what is announced and not seen yet. Comparing with what is there first makes it safe to
// repeat after a crash: a value that is neither ours nor the pre-image is somebody's and is left
// alone. Entries of a topic without an open step are left to Restore: it was deleted, or made anew
// and is not ours (I13).
Status ThrottleManager::Apply(const OperationRun& run, const Observation& seen) {
  const Mutator::Cause cause = run.cause();
  std::set<std::pair<std::string, std::string>> wanted;  // topic, id
  for (const store::StepRecord& step : run.steps()) {
    if (IsTerminal(step.state) || step.move.kind == MoveKind::kLogDir) continue;
    wanted.emplace(step.move.partition.topic, step.move.topic_id.ToString());
  }
  std::vector<PreimageRecord*> announced;
  std::set<ConfigResource> resources;
  for (PreimageRecord* row : OpenRowsOf(cause.operation)) {
    if (row->state != PreimageState::kIntended) continue;
    const bool topic = row->scope == ConfigScope::kTopic;
    const bool ours = !topic || wanted.count({row->resource, row->topic_id}) > 0;
    if (!ours && !Sabotaged("I13.entries-of-a-gone-topic")) continue;
    // One that died before it was set has its turn when it is back.
    if (!topic && !seen.IsLive(BrokerOf(*row))) continue;
    announced.push_back(row);
    resources.insert(ResourceOf(row->scope, row->resource));
  }
  if (announced.empty()) return Flush();
  LW_ASSIGN_OR_RETURN(const Answers answers, ReadConfigs(resources));
  std::vector<kafka::ConfigChange> changes;
  std::map<std::pair<ConfigResource, std::string>, std::string> appended;
  for (PreimageRecord* row : announced) {
    const ConfigResource resource = ResourceOf(row->scope, row->resource);
    const auto answer = AnswerFor(answers, resource);
    if (!answer.ok()) {
      if (answer.error().kafka_code() == kUnknownTopic) {
        return LookAgain(fmt::format("topic {} is not there", row->resource));
      }
      return answer.error();
    }
    const ConfigNow value = ValueNow(**answer, row->key);
    if (row->scope == ConfigScope::kTopic) {
      if (ListNames(value.own, row->entry)) {
        SetRow(*row, PreimageState::kApplied, {});
      } else {
        std::string& list = appended[{resource, row->key}];
        list += (list.empty() ? "" : ",") + row->entry;
      }
    } else if (value.own == row->ours) {
      row->previous.reset();
      SetRow(*row, PreimageState::kApplied, {});
    } else if (value.own == row->before || IsOurs(*row, value.own) ||
               Sabotaged("I7.only-over-the-pre-image")) {
      changes.push_back({resource, row->key, ConfigOp::kSet, row->ours});
    } else {
      SetRow(*row, PreimageState::kForeign,
             fmt::format("somebody set it to {}", value.own.value_or("nothing")));
    }
  }
  for (auto& [target, list] : appended) {
    changes.push_back({target.first, target.second, ConfigOp::kAppend, std::move(list)});
  }
  LW_RETURN_IF_ERROR(Flush());
  if (changes.empty()) return Ok();
  LW_RETURN_IF_ERROR(SendThrottles(mutator_, cause, changes));
  return LookAgain("replication throttles are being set");
}

}  // namespace levelwind::actions
