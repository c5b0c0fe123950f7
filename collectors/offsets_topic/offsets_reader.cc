#include "collectors/offsets_topic/offsets_reader.h"

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

constexpr char kTopic[] = "__consumer_offsets";
constexpr std::int16_t kOffsetOutOfRange = 1;
constexpr std::int16_t kUnknownTopic = 3;
constexpr int kMostStuck = 3;
/// A broker answers at once, without waiting for news, while a partition in the request has an
/// error.
constexpr Duration kPause = std::chrono::milliseconds(500);
constexpr Duration kRetry = std::chrono::seconds(5);
constexpr Duration kRefusedRetry = std::chrono::seconds(30);
/// Leaders move; only what lasts is worth a word.
constexpr Duration kPatience = std::chrono::seconds(3);

bool IsRefusal(ErrorCode code) {
  return code == ErrorCode::kPermissionDenied || code == ErrorCode::kUnauthenticated;
}

std::string Told(const Error& error) {
  if (!IsRefusal(error.code())) return error.ToString();
  return fmt::format(
      "{}; it needs the rights to describe and to read the topic {}: grant them, or set "
      "lag.offsets_topic to off. Groups are looked at without it",
      error.ToString(), kTopic);
}

}  // namespace

OffsetsReader::OffsetsReader(kafka::LogReader& log, const Clock& clock,
                             const OffsetsReaderOptions& options)
    : log_reader_(log), clock_(clock), options_(options), tail_(options.tail) {
  tail_.SetHistory(options.replay);
}

SteadyTime OffsetsReader::Step(SteadyTime now) {
  error_ = 0;
  Status status = Open();
  if (status.ok()) status = FindEdges();
  bool some_failed = false;
  if (status.ok() && !logs_.empty()) {
    Result<std::string> read = Read();
    some_failed = read.ok() && !read->empty();
    if (some_failed) {
      status = error_ != 0 ? kafka::KafkaError(error_, *read) : Unavailable(*read);
    } else if (!read.ok()) {
      status = read.error();
    }
  }
  now = std::max(now, clock_.Now());
  Note(status, now);
  const bool idle = logs_.empty() || !status.ok();
  if (idle || now - published_at_ >= options_.publish_interval) Publish(now);
  if (!status.ok() && IsRefusal(status.error().code())) return now + kRefusedRetry;
  if (some_failed) return now + kPause;
  return idle ? now + kRetry : now;
}

Status OffsetsReader::Open() {
  if (!logs_.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const auto partitions,
                      log_reader_.PartitionsOf(kTopic, options_.call_timeout));
  const bool from_end = !options_.replay && !started_;
  for (const TopicPartition& partition : partitions) {
    logs_.push_back(
        {.partition = partition, .edge = from_end ? kafka::kLatestOffset : kafka::kEarliestOffset});
  }
  // No group has ever committed: what comes is new from its first record on.
  started_ = true;
  return Ok();
}

Status OffsetsReader::FindEdges() {
  LW_RETURN_IF_ERROR(FindEdges(kafka::kEarliestOffset));
  return FindEdges(kafka::kLatestOffset);
}

Status OffsetsReader::FindEdges(std::int64_t edge) {
  std::vector<TopicPartition> wanted;
  for (const Log& log : logs_) {
    if (!IsKnown(log.next) && log.edge == edge) wanted.push_back(log.partition);
  }
  if (wanted.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const auto answers, log_reader_.EdgesOf(wanted, edge, options_.call_timeout));
  for (const kafka::OffsetAnswer& answer : answers) {
    const auto log = std::ranges::find(logs_, answer.partition, &Log::partition);
    if (log == logs_.end()) continue;
    if (answer.error != 0 || !IsKnown(answer.offset)) {
      error_ = answer.error;
    } else if (edge == kafka::kEarliestOffset && answer.offset <= log->lost) {
      log->edge = kafka::kLatestOffset;  // what was read is not in the log: it was cut back
    } else {
      log->next = answer.offset;
    }
  }
  return Ok();
}

Result<std::string> OffsetsReader::Read() {
  std::vector<kafka::FetchPosition> positions;
  std::vector<Log*> asked;
  for (Log& log : logs_) {
    if (!IsKnown(log.next)) continue;
    positions.push_back({log.partition, log.next});
    asked.push_back(&log);
  }
  const Duration timeout = options_.fetch.max_wait + options_.call_timeout;
  LW_ASSIGN_OR_RETURN(const auto answers, log_reader_.FetchLog(positions, options_.fetch, timeout));
  std::size_t failed = logs_.size() - asked.size();
  bool gone = false;
  for (std::size_t i = 0; i < answers.size() && i < asked.size(); ++i) {
    TakeAnswer(*asked[i], answers[i]);
    const std::int16_t code = answers[i].error;
    if (code == 0 || code == kOffsetOutOfRange) continue;
    ++failed;
    error_ = code;
    gone = gone || code == kUnknownTopic;
  }
  const std::size_t all = logs_.size();
  if (gone && failed == all) {
    for (const Log& log : logs_) tail_.Jump(log.partition.partition);
    logs_.clear();  // deleted; perhaps made anew
  }
  if (failed == 0) return std::string();
  return fmt::format("{} of {} partitions of {} cannot be read", failed, all, kTopic);
}

void OffsetsReader::TakeAnswer(Log& log, const kafka::FetchedLog& answer) {
  if (answer.error == kOffsetOutOfRange) {
    tail_.Jump(log.partition.partition);
    log.lost = std::exchange(log.next, kUnknownCount);
    log.edge = kafka::kEarliestOffset;
    return;
  }
  if (answer.error != 0) return;
  log.end = answer.high_watermark;
  if (!answer.batches.empty()) FeedBatches(log, answer);
}

void OffsetsReader::FeedBatches(Log& log, const kafka::FetchedLog& answer) {
  kafka::RecordBatchReader reader(answer.batches, log.next);
  reader.GiveControlBatches();
  for (kafka::RecordView record;;) {
    const Result<bool> more = reader.Next(record);
    if (!more.ok()) {
      tail_.CountBadBatch();
      LW_WARN("offsets", "{}: {}", log.partition.ToString(), more.error().ToString());
      if (!reader.SkipBatch()) break;
    } else if (!*more) {
      break;
    } else {
      tail_.Feed(log.partition.partition, reader.batch(), record);
    }
  }
  log.stuck = reader.next_offset() > log.next ? 0 : log.stuck + 1;
  log.next = reader.next_offset();
  if (log.stuck < kMostStuck) return;
  // Bytes that do not even tell where the next batch begins.
  LW_WARN("offsets", "{}: offset {} cannot be read; going on at the end", log.partition.ToString(),
          log.next);
  tail_.Jump(log.partition.partition);
  log.next = std::max(log.next + 1, log.end);
  log.stuck = 0;
}

void OffsetsReader::Note(const Status& status, SteadyTime now) {
  if (status.ok()) {
    if (!problem_.empty()) LW_INFO("offsets", "{} is read again", kTopic);
    problem_.clear();
    failing_since_.reset();
    complete_at_ = now;
    const bool all_read = std::ranges::all_of(logs_, [](const Log& log) {
      return IsKnown(log.next) && IsKnown(log.end) && log.next >= log.end;
    });
    if (all_read && !caught_up_) {
      caught_up_ = true;
      tail_.SetHistory(false);
    }
    return;
  }
  if (!failing_since_) failing_since_ = now;
  const bool lasts = now - *failing_since_ >= kPatience || IsRefusal(status.error().code());
  if (complete_at_ != SteadyTime{} && !lasts) return;
  if (problem_.empty()) LW_WARN("offsets", "{}", Told(status.error()));
  problem_ = Told(status.error());
}

void OffsetsReader::Publish(SteadyTime now) {
  published_at_ = now;
  auto facts = std::make_shared<OffsetsFacts>();
  facts->problem = problem_;
  facts->at = complete_at_;
  facts->groups = tail_.Facts();
  OffsetsTopicView& view = facts->view;
  view.replay = options_.replay;
  view.caught_up = caught_up_;
  bool known = true;
  std::int64_t behind = 0;
  for (const Log& log : logs_) {
    known = known && IsKnown(log.next) && IsKnown(log.end);
    behind += std::max<std::int64_t>(0, log.end - log.next);
  }
  view.behind = known ? behind : kUnknownCount;
  view.groups = static_cast<std::int64_t>(tail_.groups());
  view.partitions = static_cast<std::int64_t>(tail_.partitions());
  view.pending_commits = static_cast<std::int64_t>(tail_.pending());
  view.counts = tail_.counts();
  facts_.Publish(std::move(facts));
}

}  // namespace levelwind::collectors
