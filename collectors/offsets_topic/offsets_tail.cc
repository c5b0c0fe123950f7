#include "collectors/offsets_topic/offsets_tail.h"

#include <utility>
#include <variant>

#include "kafka/protocol/reader.h"
#include "kafka/records/group_epochs.h"

namespace levelwind::collectors {
namespace {

using kafka::BatchInfo;
using kafka::RecordView;

constexpr std::int16_t kNoType = -1;

std::int16_t TypeOf(const RecordView& record) {
  if (!record.key) return kNoType;
  kafka::Reader reader(*record.key);
  const std::int16_t type = reader.Int16();
  return reader.ok() ? type : kNoType;
}

/// 18 was taken back before its release.
bool IsKnownType(std::int16_t type) { return type <= kafka::kNewestCoordinatorKey && type != 18; }

}  // namespace

OffsetsTail::OffsetsTail(const OffsetsTailLimits& limits)
    : limits_(limits), pending_(limits.most_pending) {}

void OffsetsTail::Feed(std::int32_t log, const BatchInfo& batch, const RecordView& record) {
  // A coordinator writes what belongs together (a group's deletion, or its change to another kind)
  // as one batch: only after it is it clear what is left of the group.
  if (log != last_log_ || batch.base_offset != last_batch_) SettleDoubts();
  last_log_ = log;
  last_batch_ = batch.base_offset;
  if (batch.control) return Marker(log, batch, record);
  const std::int16_t type = TypeOf(record);
  ++counts_.records[OffsetsTopicCounts::SlotOf(type)];
  if (type >= 0 && !IsKnownType(type)) {
    ++counts_.newer[OffsetsTopicCounts::SlotOf(type)];
    return;
  }
  Take(log, batch, record, type);
}

void OffsetsTail::Take(std::int32_t log, const BatchInfo& batch, const RecordView& record,
                       std::int16_t type) {
  if (type < 0) return Skip(type, DataLoss("no key"));
  auto key = kafka::DecodeOffsetsTopicKey(*record.key);
  if (!key.ok()) return Skip(type, key.error());
  if (auto* commit = std::get_if<kafka::OffsetCommitKey>(&*key)) {
    TakeCommit(log, batch, record, type, std::move(*commit));
  } else if (auto* classic = std::get_if<kafka::ClassicGroupKey>(&*key)) {
    TakeClassic(record, classic->group);
  } else {
    TakeOther(record, std::get<kafka::OtherCoordinatorKey>(*key));
  }
}

void OffsetsTail::TakeCommit(std::int32_t log, const BatchInfo& batch, const RecordView& record,
                             std::int16_t type, kafka::OffsetCommitKey&& key) {
  if (!record.value) return Forget(key);
  const auto value = kafka::DecodeOffsetCommitValue(*record.value);
  if (!value.ok()) return Skip(type, value.error());
  if (value->offset < 0 || key.partition.partition < 0) {
    return Skip(type, DataLoss("a negative offset or partition"));
  }
  PendingCommit commit{std::move(key.group), std::move(key.partition), {}};
  commit.commit.offset = value->offset;
  commit.commit.at_ms =
      value->commit_timestamp_ms > 0 ? value->commit_timestamp_ms : record.timestamp_ms;
  commit.commit.log_offset = record.offset;
  if (batch.transactional) {
    pending_.Add(log, batch.producer_id, std::move(commit));
  } else {
    Apply(commit);
  }
}

void OffsetsTail::TakeClassic(const RecordView& record, const std::string& name) {
  constexpr std::int16_t kClassic = 2;
  if (!record.value) {
    if (Entry* entry = Find(name)) TakeKind(*entry, kClassic, record.timestamp_ms);
    return;
  }
  const auto value = kafka::DecodeClassicGroupValue(*record.value);
  if (!value.ok()) return Skip(kClassic, value.error());
  Entry* entry = Find(name);
  if (entry == nullptr) return;
  SetKind(*entry, kClassic);
  entry->second.rebalances.Generation(value->generation, !value->members.empty(),
                                      value->state_timestamp_ms, record.timestamp_ms);
}

void OffsetsTail::TakeOther(const RecordView& record, const kafka::OtherCoordinatorKey& key) {
  switch (kafka::EpochRecordOf(key.type)) {
    case kafka::EpochRecord::kNone:
      return;
    case kafka::EpochRecord::kMember:
      return TakeMember(record, key);
    case kafka::EpochRecord::kGroup:
      break;
  }
  if (!record.value) {
    Entry* entry = Find(key.group);
    if (entry == nullptr) return;
    entry->second.rebalances.ForgetMembers();
    TakeKind(*entry, key.type, record.timestamp_ms);
    return;
  }
  const auto epoch = kafka::DecodeGroupEpoch(key.type, *record.value);
  if (!epoch.ok()) return Skip(key.type, epoch.error());
  Entry* entry = Find(key.group);
  if (entry == nullptr) return;
  SetKind(*entry, key.type);
  entry->second.rebalances.GroupEpoch(*epoch, record.timestamp_ms);
}

void OffsetsTail::TakeMember(const RecordView& record, const kafka::OtherCoordinatorKey& key) {
  const auto known = groups_.find(key.group);
  if (!record.value) {
    if (known != groups_.end()) known->second.rebalances.MemberGone(key.member);
    return;
  }
  const auto member = kafka::DecodeMemberEpoch(key.type, *record.value);
  if (!member.ok()) return Skip(key.type, member.error());
  Entry* entry = known != groups_.end() ? &*known : Find(key.group);
  if (entry == nullptr) return;
  entry->second.rebalances.Member(key.member, *member, record.timestamp_ms);
  Touch(*entry);
}

void OffsetsTail::Marker(std::int32_t log, const BatchInfo& batch, const RecordView& record) {
  constexpr std::int16_t kAbort = 0;
  constexpr std::int16_t kCommit = 1;
  if (!record.key) return Skip(kNoType, DataLoss("a marker without a key"));
  kafka::Reader reader(*record.key);
  reader.Int16();  // version
  const std::int16_t type = reader.Int16();
  if (!reader.ok()) return Skip(kNoType, reader.failure());
  if (type != kAbort && type != kCommit) return;  // not of a transaction
  const PendingCommits::Ended ended = pending_.End(log, batch.producer_id);
  if (!ended.known) return;
  if (type == kAbort) {
    ++counts_.transactions_aborted;
    return;
  }
  ++(ended.lost ? counts_.transactions_lost : counts_.transactions_committed);
  for (const PendingCommit& commit : ended.commits) Apply(commit);
}

void OffsetsTail::Jump(std::int32_t log) {
  ++counts_.jumps;
  pending_.Forget(log);
  for (auto& [name, group] : groups_) group.tracks.ForgetLogOffsets();
}

void OffsetsTail::Skip(std::int16_t type, const Error& error) {
  const std::size_t slot = OffsetsTopicCounts::SlotOf(type);
  ++(error.code() == ErrorCode::kUnimplemented ? counts_.newer : counts_.malformed)[slot];
}

}  // namespace levelwind::collectors
