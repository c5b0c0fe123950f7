#include "actions/partition_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "actions/move_scheduler.h"
#include "actions/step_driver.h"

namespace levelwind::actions {
namespace {

using store::StepRecord;

// Kafka's limit of changes in one request of the controller is 10,000.
constexpr std::size_t kMaxPerRequest = 1000;
constexpr std::int16_t kInvalidPartitions = 37;

/// The steps of one topic that are not over, by the number of their partition.
using Steps = std::map<std::int32_t, std::size_t>;

std::map<std::string, Steps> OpenSteps(const OperationRun& run) {
  std::map<std::string, Steps> topics;
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    const StepRecord& step = run.steps()[i];
    if (!IsNewPartition(step.move) || IsTerminal(step.state)) continue;
    topics[step.move.partition.topic].emplace(step.move.partition.partition, i);
  }
  return topics;
}

std::string ErrorText(const kafka::TopicOutcome& outcome) {
  std::string text = kafka::KafkaErrorName(outcome.error);
  if (!outcome.error_message.empty()) text += ": " + outcome.error_message;
  return text;
}

}  // namespace

std::vector<std::size_t> PartitionDriver::Due(OperationRun& run, const Observation& seen,
                                              SteadyTime now) const {
  std::vector<std::size_t> due;
  for (const auto& [name, steps] : OpenSteps(run)) {
    const kafka::TopicInfo* topic = seen.FindTopic(name);
    if (topic == nullptr || topic->error != 0) continue;
    auto next = static_cast<std::int32_t>(topic->partitions.size());
    for (const auto& [number, i] : steps) {
      if (run.steps()[i].state != StepState::kPending) {
        next = std::max(next, number + 1);  // On its way.
        continue;
      }
      StepRuntime& runtime = run.runtime(i);
      if (runtime.finding != Finding::kAtSource || due.size() == kMaxPerRequest) break;
      if (number != next) {
        run.SetStep(i, StepState::kFailed,
                    fmt::format("{}-{} comes before it and was not made", name, next));
        continue;
      }
      if (const auto dead = DeadTargets(run.steps()[i], seen); !dead.empty()) {
        runtime.waiting_for =
            fmt::format("waiting for target broker {}, which is not live", dead.front());
        break;
      }
      if (now < runtime.not_before) break;
      due.push_back(i);
      ++next;
    }
  }
  return due;
}

Status PartitionDriver::Create(OperationRun& run, const Observation& seen, SteadyTime now) {
  const std::vector<std::size_t> due = Due(run, seen, now);
  return due.empty() ? Ok() : Send(run, due, seen, now);
}

Status PartitionDriver::Send(OperationRun& run, const std::vector<std::size_t>& due,
                             const Observation& seen, SteadyTime now) {
  OperationRun::Intent intent = run.Announce(due);
  std::vector<kafka::MorePartitions> topics;
  for (StepRecord& record : intent.records) {
    MarkSent(record, run.WallNow());
    const TopicPartition& made = record.move.partition;
    if (topics.empty() || topics.back().topic != made.topic) {
      const auto count = seen.FindTopic(made.topic)->partitions.size();
      topics.push_back({made.topic, static_cast<std::int32_t>(count), {}});
    }
    ++topics.back().total;
    topics.back().assignments.push_back(record.move.after);
  }
  const auto attempt =
      mutator_.CreatePartitions(run.cause(), intent.Batch(run.header().id), topics);
  if (!attempt.intent.ok()) return attempt.intent.error();
  run.Adopt(intent, now);
  if (!attempt.answer.ok()) {
    if (OutcomeUnknown(attempt.answer.error())) return Ok();  // the next polls will tell
    for (const std::size_t i : intent.indices) {
      run.SetStep(i, StepState::kFailed,
                  "Kafka refused the request: " + attempt.answer.error().message());
    }
    return Ok();
  }
  for (const kafka::TopicOutcome& outcome : *attempt.answer) {
    for (const std::size_t i : intent.indices) {
      const StepRecord& step = run.steps()[i];
      if (step.move.partition.topic != outcome.topic) continue;
      // An earlier request may have arrived after all: the look decides.
      if (outcome.error == kInvalidPartitions && step.attempts > 1) continue;
      TakeAnswer(run, i, outcome.error, ErrorText(outcome), options_, now);
    }
  }
  return Ok();
}

}  // namespace levelwind::actions
