#include "collectors/reporter_topic/maintenance_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "kafka/admin_client.h"
#include "kafka/records/maintenance_plan.h"

namespace levelwind::collectors {
namespace {

constexpr std::int16_t kOffsetOutOfRange = 1;
constexpr int kMostStuck = 3;
/// Of a partition, at the start: more than anybody announces in a quarter of an hour.
constexpr std::int64_t kRecent = 1000;
constexpr std::size_t kMostEvents = 1000;
/// What is said again within this time is the same event: Cruise Control's default.
constexpr std::int64_t kSameMs = 3 * 60'000;
constexpr Duration kPause = std::chrono::seconds(2);
constexpr Duration kRetry = std::chrono::seconds(10);
constexpr Duration kCallTimeout = std::chrono::seconds(5);

bool Same(const MaintenanceEvent& a, const MaintenanceEvent& b) {
  return a.kind == b.kind && a.brokers == b.brokers &&
         a.request.replication_factors == b.request.replication_factors &&
         std::abs(a.at.unix_ms - b.at.unix_ms) <= kSameMs;
}

}  // namespace

MaintenanceReader::MaintenanceReader(kafka::LogReader& log, const Clock& clock, std::string topic)
    : log_reader_(log), clock_(clock), topic_(std::move(topic)) {}

SteadyTime MaintenanceReader::Step(SteadyTime now) {
  const Status status = Look();
  Publish(status);
  return std::max(now, clock_.Now()) + (status.ok() ? kPause : kRetry);
}

Status MaintenanceReader::Look() {
  if (logs_.empty()) {
    LW_ASSIGN_OR_RETURN(const auto partitions, log_reader_.PartitionsOf(topic_, kCallTimeout));
    // Nobody has announced anything yet; that is no trouble.
    if (partitions.empty() && !missing_told_) {
      LW_INFO("maintenance", "there is no topic {} yet; it is looked for again", topic_);
      missing_told_ = true;
    }
    for (const TopicPartition& partition : partitions) logs_.push_back({.partition = partition});
    if (logs_.empty()) return Ok();
  }
  LW_RETURN_IF_ERROR(FindEdges());
  std::vector<kafka::FetchPosition> positions;
  std::vector<Log*> asked;
  for (Log& log : logs_) {
    if (!IsKnown(log.next)) continue;
    positions.push_back({log.partition, log.next});
    asked.push_back(&log);
  }
  std::size_t failed = logs_.size() - asked.size();
  std::int16_t error = 0;
  if (!asked.empty()) {
    kafka::FetchLimits limits;
    limits.max_wait = Duration::zero();
    LW_ASSIGN_OR_RETURN(const auto answers, log_reader_.FetchLog(positions, limits, kCallTimeout));
    for (std::size_t i = 0; i < answers.size() && i < asked.size(); ++i) {
      Take(*asked[i], answers[i]);
      if (answers[i].error == 0 || answers[i].error == kOffsetOutOfRange) continue;
      error = answers[i].error;
      ++failed;
    }
  }
  if (failed == 0) return Ok();
  const std::string what =
      fmt::format("{} of {} partitions of {} cannot be read", failed, logs_.size(), topic_);
  if (failed == logs_.size()) logs_.clear();  // Deleted; perhaps made anew.
  return error != 0 ? Status(kafka::KafkaError(error, what)) : Status(Unavailable(what));
}

Status MaintenanceReader::FindEdges() {
  std::vector<TopicPartition> wanted;
  for (const Log& log : logs_) {
    if (!IsKnown(log.next)) wanted.push_back(log.partition);
  }
  if (wanted.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const auto ends,
                      log_reader_.EdgesOf(wanted, kafka::kLatestOffset, kCallTimeout));
  LW_ASSIGN_OR_RETURN(const auto starts,
                      log_reader_.EdgesOf(wanted, kafka::kEarliestOffset, kCallTimeout));
  for (std::size_t i = 0; i < ends.size() && i < starts.size(); ++i) {
    const auto log = std::ranges::find(logs_, ends[i].partition, &Log::partition);
    const bool known = ends[i].error == 0 && IsKnown(ends[i].offset) && starts[i].error == 0 &&
                       IsKnown(starts[i].offset);
    if (log == logs_.end() || !known) continue;
    log->next = std::max(starts[i].offset, ends[i].offset - kRecent);
  }
  return Ok();
}

void MaintenanceReader::Take(Log& log, const kafka::FetchedLog& answer) {
  if (answer.error == kOffsetOutOfRange) log.next = kUnknownCount;
  if (answer.error != 0 || answer.batches.empty()) return;
  kafka::RecordBatchReader reader(answer.batches, log.next);
  for (kafka::RecordView record;;) {
    const Result<bool> more = reader.Next(record);
    if (!more.ok()) {
      ++skipped_;
      if (!reader.SkipBatch()) break;
      continue;
    }
    if (!*more) break;
    TakeRecord(log, record);
  }
  log.stuck = reader.next_offset() > log.next ? 0 : log.stuck + 1;
  log.next = reader.next_offset();
  if (log.stuck < kMostStuck) return;
  LW_WARN("maintenance", "{}: offset {} cannot be read and is passed over",
          log.partition.ToString(), log.next);
  ++log.next;
  log.stuck = 0;
}

void MaintenanceReader::TakeRecord(const Log& log, const kafka::RecordView& record) {
  const std::string_view text =
      record.value ? std::string_view(reinterpret_cast<const char*>(record.value->data()),
                                      record.value->size())
                   : std::string_view();
  auto event = kafka::DecodeMaintenancePlan(text);
  if (!event.ok()) {
    ++skipped_;
    LW_WARN("maintenance", "{}: a record is left out: {}", log.partition.ToString(),
            event.error().message());
    return;
  }
  if (!kafka::IsCurrent(*event, clock_.WallNow())) return;
  const bool again = std::ranges::any_of(
      events_, [&](const MaintenanceEvent& known) { return Same(known, *event); });
  if (again || events_.size() >= kMostEvents) return;
  events_.push_back(*std::move(event));
  changed_ = true;
}

void MaintenanceReader::Publish(const Status& status) {
  const WallTime now = clock_.WallNow();
  const auto told = facts_.Get();
  const std::string problem = status.ok() ? "" : status.error().ToString();
  changed_ = changed_ || told == nullptr || told->problem != problem || told->skipped != skipped_;
  changed_ =
      std::erase_if(events_, [&](const MaintenanceEvent& e) { return !kafka::IsCurrent(e, now); }) >
          0 ||
      changed_;
  // Whoever puts it into snapshots does work for each new one.
  if (!changed_) return;
  changed_ = false;
  std::ranges::stable_sort(events_, {}, [](const MaintenanceEvent& e) { return e.at.unix_ms; });
  auto facts = std::make_shared<MaintenanceFacts>();
  facts->events = events_;
  facts->skipped = skipped_;
  facts->problem = problem;
  facts_.Publish(std::move(facts));
}

}  // namespace levelwind::collectors
