#include "collectors/reporter_topic/reporter_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "base/log.h"
#include "kafka/admin_client.h"
#include "kafka/records/record_batch_reader.h"

namespace levelwind::collectors {
namespace {

constexpr std::int16_t kOffsetOutOfRange = 1;
constexpr int kMostStuck = 3;
/// Of a sample topic's partition: the newest of it. A window of samples of a broker that leads
/// some thousands of partitions.
constexpr std::int64_t kWarmRecords = 20'000;
/// Of the metrics topic: the last round or two, so that there are figures at once.
constexpr std::int64_t kRecentRecords = 20'000;
constexpr Duration kRetry = std::chrono::seconds(5);
constexpr Duration kCallTimeout = std::chrono::seconds(5);
constexpr Duration kPause = std::chrono::milliseconds(500);

}  // namespace

ReporterReader::ReporterReader(kafka::LogReader& log, const Clock& clock,
                               const ReporterOptions& options)
    : log_reader_(log),
      clock_(clock),
      options_(options),
      tally_(options.interval),
      warm_(!options.warm_start) {}

SteadyTime ReporterReader::Step(SteadyTime now) {
  Status status = Open();
  if (status.ok()) status = FindEdges();
  if (status.ok()) status = Read();
  now = std::max(now, clock_.Now());
  if (status.ok()) complete_at_ = now;
  tally_.Settle(clock_.WallNow(), now);
  Publish(status, now);
  CloseRead();
  return status.ok() ? now + kPause : now + kRetry;
}

Status ReporterReader::Open() {
  if (!warm_) {
    warm_ = true;
    for (const auto& [topic, kind] :
         {std::pair(options_.partition_samples_topic, Kind::kPartitions),
          std::pair(options_.broker_samples_topic, Kind::kBrokers)}) {
      // Figures at once are pleasant, not needed: no reason to wait.
      const Status opened = OpenTopic(topic, kind);
      if (opened.ok()) continue;
      // A cluster without Cruise Control has no such topic, and nothing is wrong with that.
      const bool not_there = opened.error().code() == ErrorCode::kNotFound;
      if (not_there) LW_INFO("metrics", "no warm start from {}: it is not there", topic);
      if (!not_there) warm_problem_ = opened.error().ToString();
      if (!not_there) LW_INFO("metrics", "no warm start from {}: {}", topic, warm_problem_);
    }
  }
  const bool open =
      std::ranges::any_of(logs_, [](const Log& log) { return log.kind == Kind::kMetrics; });
  return open ? Ok() : OpenTopic(options_.topic, Kind::kMetrics);
}

Status ReporterReader::OpenTopic(const std::string& topic, Kind kind) {
  ++requests_;
  LW_ASSIGN_OR_RETURN(const auto partitions, log_reader_.PartitionsOf(topic, kCallTimeout));
  if (partitions.empty()) {
    return NotFound(fmt::format(
        "there is no topic {}: is Cruise Control's metrics reporter in the brokers? Set "
        "metrics_sources.reporter.topic to its name, or metrics_sources.reporter.enabled to false",
        topic));
  }
  for (const TopicPartition& partition : partitions) {
    logs_.push_back({.partition = partition, .kind = kind});
  }
  return Ok();
}

Status ReporterReader::FindEdges() {
  std::vector<TopicPartition> wanted;
  for (const Log& log : logs_) {
    if (!IsKnown(log.next)) wanted.push_back(log.partition);
  }
  if (wanted.empty()) return Ok();
  requests_ += 2;
  LW_ASSIGN_OR_RETURN(const auto ends,
                      log_reader_.EdgesOf(wanted, kafka::kLatestOffset, kCallTimeout));
  LW_ASSIGN_OR_RETURN(const auto starts,
                      log_reader_.EdgesOf(wanted, kafka::kEarliestOffset, kCallTimeout));
  for (std::size_t i = 0; i < ends.size() && i < starts.size(); ++i) {
    const auto log = std::ranges::find(logs_, ends[i].partition, &Log::partition);
    if (log == logs_.end() || ends[i].error != 0 || !IsKnown(ends[i].offset)) continue;
    const std::int64_t back = log->kind == Kind::kMetrics ? kRecentRecords : kWarmRecords;
    const bool started = starts[i].error == 0 && IsKnown(starts[i].offset);
    log->end = ends[i].offset;
    log->next = std::max(started ? starts[i].offset : ends[i].offset, ends[i].offset - back);
  }
  return Ok();
}

Status ReporterReader::Read() {
  std::vector<kafka::FetchPosition> positions;
  std::vector<Log*> asked;
  for (Log& log : logs_) {
    if (!IsKnown(log.next)) continue;
    positions.push_back({log.partition, log.next});
    asked.push_back(&log);
  }
  if (asked.empty())
    return Unavailable(fmt::format("no partition of {} can be read", options_.topic));
  const kafka::FetchLimits limits;
  ++requests_;
  LW_ASSIGN_OR_RETURN(const auto answers,
                      log_reader_.FetchLog(positions, limits, limits.max_wait + kCallTimeout));
  std::size_t failed = logs_.size() - asked.size();
  std::int16_t error = 0;
  for (std::size_t i = 0; i < answers.size() && i < asked.size(); ++i) {
    TakeAnswer(*asked[i], answers[i]);
    if (answers[i].error == 0 || answers[i].error == kOffsetOutOfRange) continue;
    error = answers[i].error;
    ++failed;
  }
  if (failed == 0) return Ok();
  const std::string what =
      fmt::format("{} of {} partitions of {} cannot be read", failed, logs_.size(), options_.topic);
  if (failed == logs_.size()) logs_.clear();  // deleted; perhaps made anew
  return error != 0 ? Status(kafka::KafkaError(error, what)) : Status(Unavailable(what));
}

void ReporterReader::TakeAnswer(Log& log, const kafka::FetchedLog& answer) {
  if (answer.error == kOffsetOutOfRange) {
    log.next = kUnknownCount;
    return;
  }
  if (answer.error != 0) return;
  if (IsKnown(answer.high_watermark)) log.end = answer.high_watermark;
  if (!answer.batches.empty()) Feed(log, answer);
}

void ReporterReader::Feed(Log& log, const kafka::FetchedLog& answer) {
  const WallTime wall = clock_.WallNow();
  const SteadyTime now = clock_.Now();
  kafka::RecordBatchReader reader(answer.batches, log.next);
  for (kafka::RecordView record;;) {
    const Result<bool> more = reader.Next(record);
    if (!more.ok()) {
      tally_.CountBadBatch();
      if (!reader.SkipBatch()) break;
      continue;
    }
    if (!*more) break;
    const std::span<const std::uint8_t> value =
        record.value ? *record.value : std::span<const std::uint8_t>();
    if (log.kind == Kind::kMetrics) tally_.Metric(value, wall, now);
    if (log.kind == Kind::kPartitions) tally_.Partition(value, wall, now);
    if (log.kind == Kind::kBrokers) tally_.Broker(value, wall, now);
  }
  log.stuck = reader.next_offset() > log.next ? 0 : log.stuck + 1;
  log.next = reader.next_offset();
  if (log.stuck < kMostStuck) return;
  LW_WARN("metrics", "{}: offset {} cannot be read; going on at the end", log.partition.ToString(),
          log.next);
  log.next = std::max(log.next + 1, log.end);
  log.stuck = 0;
}

/// The sample topics are read once, to their ends.
void ReporterReader::CloseRead() {
  std::erase_if(logs_, [](const Log& log) {
    return log.kind != Kind::kMetrics && IsKnown(log.next) && log.next >= log.end;
  });
}

void ReporterReader::Publish(const Status& status, SteadyTime now) {
  auto facts = std::make_shared<LoadFacts>();
  facts->source = LoadSource::kReporter;
  facts->brokers = tally_.Live();
  facts->window = options_.interval;
  facts->skipped = tally_.skipped();
  facts->requests = requests_;
  facts->at = facts->brokers.empty() ? SteadyTime{} : complete_at_;
  if (!status.ok()) {
    facts->problem = status.error().ToString();
  } else if (facts->brokers.empty()) {
    facts->problem = fmt::format("{} has no figures of the last minutes", options_.topic);
  }
  if (tally_.newer() > 0 && facts->problem.empty()) {
    LW_DEBUG("metrics", "{} records are newer than this version knows", tally_.newer());
  }
  live_.Publish(std::move(facts));
  if (!options_.warm_start) return;
  auto stored = std::make_shared<LoadFacts>();
  stored->source = LoadSource::kSampleTopic;
  stored->brokers = tally_.Stored();
  // Cruise Control's windows are minutes to an hour long.
  stored->window = std::chrono::minutes(5);
  // Read to their ends, or not there at all: then it has told all, which may be nothing.
  const bool read = warm_ && std::ranges::none_of(
                                 logs_, [](const Log& log) { return log.kind != Kind::kMetrics; });
  stored->at = stored->brokers.empty() && !read ? SteadyTime{} : now;
  stored->problem = warm_problem_;
  stored_.Publish(std::move(stored));
}

}  // namespace levelwind::collectors
