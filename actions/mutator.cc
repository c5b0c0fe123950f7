#include "actions/mutator.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "actions/observation.h"
#include "base/check.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/sabotage.h"

namespace levelwind::actions {
namespace {

constexpr std::size_t kMaxTargetText = 1000;

std::string NameOf(const kafka::PartitionOutcome& item) { return item.partition.ToString(); }
std::string NameOf(const kafka::ReplicaDirOutcome& item) {
  return fmt::format("{} on broker {}", item.partition.ToString(), item.broker);
}
std::string NameOf(const kafka::TopicOutcome& item) { return item.topic; }
std::string NameOf(const kafka::ConfigChangeOutcome& item) {
  const bool topic = item.resource.type == kafka::ConfigResourceType::kTopic;
  return fmt::format("{} {}", topic ? "topic" : "broker", item.resource.name);
}

template <class T>
std::string OutcomeText(const Result<std::vector<T>>& answer) {
  if (!answer.ok()) return answer.error().ToString();
  std::size_t refused = 0;
  std::string first;
  for (const T& item : *answer) {
    if (item.error == 0) continue;
    if (refused++ == 0) first = NameOf(item) + " " + kafka::KafkaErrorName(item.error);
  }
  if (refused == 0) return "ok";
  return fmt::format("{} of {} refused, first: {}", refused, answer->size(), first);
}

/// Joins the items, shortened so that a large request does not make a large audit row.
template <class Items, class Format>
std::string TargetText(const Items& items, Format format) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& item : items) {
    if (text.size() > kMaxTargetText) break;
    if (shown++ > 0) text += "; ";
    text += format(item);
  }
  if (shown < items.size()) text += fmt::format("; and {} more", items.size() - shown);
  return text;
}

std::string ChangeText(const kafka::ConfigChange& change) {
  static constexpr std::string_view kOps[] = {"set", "delete", "append", "subtract"};
  const bool topic = change.resource.type == kafka::ConfigResourceType::kTopic;
  return fmt::format("{} {}: {} {} {}", topic ? "topic" : "broker", change.resource.name,
                     kOps[static_cast<std::size_t>(change.op)], change.key, change.value);
}

}  // namespace

Mutator::Mutator(kafka::AdminClient& admin, kafka::TopicAdmin& topics,
                 store::OperationJournal& journal, const Clock& clock, Duration timeout)
    : admin_(admin), topics_(topics), journal_(journal), clock_(clock), timeout_(timeout) {}

template <class T, class Send>
Attempt<T> Mutator::Run(const Cause& cause, store::JournalBatch intent, const char* api,
                        std::string target, Send send) {
  store::AuditRecord row;
  row.generation = journal_.generation();
  row.sequence = journal_.NextAuditSequence();
  row.time = clock_.WallNow();
  row.operation = cause.operation;
  row.author = cause.author;
  row.api = api;
  row.target = std::move(target);
  row.outcome = "sent";
  if (!Sabotaged("I18.row")) intent.audit.push_back(row);
  const bool after_it = Sabotaged("I1.before-the-request");
  if (Status intended = after_it ? Ok() : Commit(std::move(intent));
      !intended.ok() && !Sabotaged("I1.only-when-written")) {
    return {intended, std::vector<T>{}};
  }
  LW_CRASH_POINT("mutator.before_send");
  Result<std::vector<T>> answer = send();
  LW_CRASH_POINT("mutator.after_send");
  if (after_it) LW_CHECK(Commit(std::move(intent)).ok());
  row.outcome = OutcomeText(answer);
  LW_INFO("executor", "{}: {} {}: {}", cause.operation, api, row.target, row.outcome);
  outcomes_.push_back(std::move(row));
  return {Ok(), std::move(answer)};
}

Attempt<kafka::PartitionOutcome> Mutator::AlterReassignments(
    const Cause& cause, store::JournalBatch intent,
    const std::vector<kafka::ReassignmentRequest>& requests, bool changes_factor) {
  std::string target = TargetText(requests, [](const kafka::ReassignmentRequest& request) {
    return request.partition.ToString() + " -> " +
           (request.replicas ? BrokersText(*request.replicas) : "cancel");
  });
  return Run<kafka::PartitionOutcome>(
      cause, std::move(intent), "AlterPartitionReassignments", std::move(target),
      [&] { return admin_.AlterReassignments(requests, changes_factor, timeout_); });
}

Attempt<kafka::PartitionOutcome> Mutator::ElectPreferredLeaders(
    const Cause& cause, store::JournalBatch intent, const std::vector<TopicPartition>& partitions) {
  std::string target =
      TargetText(partitions, [](const TopicPartition& tp) { return tp.ToString(); });
  return Run<kafka::PartitionOutcome>(
      cause, std::move(intent), "ElectLeaders", std::move(target),
      [&] { return admin_.ElectPreferredLeaders(partitions, timeout_); });
}

Attempt<kafka::ReplicaDirOutcome> Mutator::MoveReplicaDirs(
    const Cause& cause, store::JournalBatch intent,
    const std::vector<kafka::ReplicaDirMove>& moves) {
  LW_CHECK(!moves.empty());
  for (const kafka::ReplicaDirMove& move : moves) LW_CHECK(move.broker == moves.front().broker);
  std::string target = TargetText(moves, [](const kafka::ReplicaDirMove& move) {
    return fmt::format("{} on broker {} -> {}", move.partition.ToString(), move.broker, move.path);
  });
  return Run<kafka::ReplicaDirOutcome>(cause, std::move(intent), "AlterReplicaLogDirs",
                                       std::move(target),
                                       [&] { return topics_.MoveReplicaDirs(moves, timeout_); });
}

Attempt<kafka::TopicOutcome> Mutator::CreatePartitions(
    const Cause& cause, store::JournalBatch intent,
    const std::vector<kafka::MorePartitions>& topics) {
  std::string target = TargetText(topics, [](const kafka::MorePartitions& topic) {
    std::string text = fmt::format("{} to {} partitions:", topic.topic, topic.total);
    for (const auto& replicas : topic.assignments) text += " " + BrokersText(replicas);
    return text;
  });
  return Run<kafka::TopicOutcome>(
      cause, std::move(intent), "CreatePartitions", std::move(target),
      [&] { return topics_.CreatePartitions(topics, /*validate_only=*/false, timeout_); });
}

Attempt<kafka::ConfigChangeOutcome> Mutator::AlterConfigs(
    const Cause& cause, store::JournalBatch intent,
    const std::vector<kafka::ConfigChange>& changes) {
  LW_CHECK(!changes.empty());
  for (const kafka::ConfigChange& change : changes) {
    const bool topic = change.resource.type == kafka::ConfigResourceType::kTopic;
    LW_CHECK(change.resource.type == changes.front().resource.type);
    LW_CHECK(topic || change.resource == changes.front().resource);
  }
  return Run<kafka::ConfigChangeOutcome>(cause, std::move(intent), "IncrementalAlterConfigs",
                                         TargetText(changes, ChangeText),
                                         [&] { return admin_.AlterConfigs(changes, timeout_); });
}

Status Mutator::Commit(store::JournalBatch batch) {
  batch.audit.insert(batch.audit.begin(), outcomes_.begin(), outcomes_.end());
  LW_RETURN_IF_ERROR(journal_.Commit(batch));
  outcomes_.clear();
  return Ok();
}

}  // namespace levelwind::actions
