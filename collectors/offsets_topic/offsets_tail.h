#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collectors/offsets_topic/commit_tracks.h"
#include "collectors/offsets_topic/offsets_facts.h"
#include "collectors/offsets_topic/pending_commits.h"
#include "collectors/offsets_topic/rebalance_track.h"
#include "kafka/records/offsets_topic.h"
#include "kafka/records/record.h"

namespace levelwind::collectors {

/// What the tail may remember. Beyond these, groups and partitions are left to the looks, and
/// counted.
struct OffsetsTailLimits {
  std::size_t most_groups = 200'000;
  std::size_t most_partitions = 2'000'000;  ///< Of groups, each pair; 40 bytes and as many told.
  std::size_t most_pending = 100'000;       ///< Commits in open transactions; see PendingCommits.
  std::size_t most_deleted = 1'000;  ///< Groups known to have been deleted; the oldest go first.
};

/// Makes facts about groups out of the records of __consumer_offsets. A pure state machine: no
/// I/O, no clock, one thread.
///
/// Records of one partition must come in the order of its log; partitions are independent of each
/// other, for a group has all its records in one. Transactional commits count when their
/// transaction's COMMIT marker comes, and only if no later one counts already. Nothing that is in
/// a record stops it: what is not known is skipped and counted by type, what is broken too.
class OffsetsTail {
 public:
  explicit OffsetsTail(const OffsetsTailLimits& limits = {});

  void Feed(std::int32_t log, const kafka::BatchInfo& batch, const kafka::RecordView& record);
  void CountBadBatch() { ++counts_.bad_batches; }
  /// Records of this log were missed: what is pending in it will not be completed.
  void Jump(std::int32_t log);
  /// While history is read, which compaction has thinned, a group without any record left is no
  /// deletion. Begins as false.
  void SetHistory(bool history) { history_ = history; }

  /// Of all groups. What has not changed since the last call is shared with what that gave.
  std::vector<GroupFactsPtr> Facts();

  const OffsetsTopicCounts& counts() const { return counts_; }
  std::size_t groups() const { return groups_.size(); }
  std::size_t partitions() const { return partitions_; }
  std::size_t pending() const { return pending_.size(); }

 private:
  struct Group {
    CommitTracks tracks;
    RebalanceTrack rebalances;
    std::uint8_t kinds = 0;  ///< A bit for each kind of group that it has a record of.
    bool changed = false;
    bool doubtful = false;  ///< Something was taken away: perhaps nothing is left.
    bool leaving = false;   ///< Nothing is left: to be dropped with the next Facts.
    std::int64_t commits = 0;
    std::int64_t forgotten = 0;
    std::int64_t rewinds = 0;
    std::int64_t last_commit_ms = 0;
    std::int64_t gone_ms = 0;  ///< The batch that is being read took a record of its kind away.
    std::int64_t deleted_ms = 0;
    std::optional<Rewind> last_rewind;
    GroupFactsPtr facts;
  };
  using Groups = std::unordered_map<std::string, Group>;
  using Entry = Groups::value_type;

  void Marker(std::int32_t log, const kafka::BatchInfo& batch, const kafka::RecordView& record);
  void Take(std::int32_t log, const kafka::BatchInfo& batch, const kafka::RecordView& record,
            std::int16_t type);
  void TakeCommit(std::int32_t log, const kafka::BatchInfo& batch, const kafka::RecordView& record,
                  std::int16_t type, kafka::OffsetCommitKey&& key);
  void TakeClassic(const kafka::RecordView& record, const std::string& name);
  void TakeOther(const kafka::RecordView& record, const kafka::OtherCoordinatorKey& key);
  void TakeMember(const kafka::RecordView& record, const kafka::OtherCoordinatorKey& key);

  void Apply(const PendingCommit& commit);
  void Forget(const kafka::OffsetCommitKey& key);
  void Skip(std::int16_t type, const Error& error);
  /// Null: there are too many.
  Entry* Find(const std::string& name);
  void SetKind(Entry& entry, std::int16_t type);
  void TakeKind(Entry& entry, std::int16_t type, std::int64_t at_ms);
  void Touch(Entry& entry);
  void Doubt(Entry& entry);
  void SettleDoubts();
  void Remember(const Entry& deleted);
  void Leave(Entry& entry);
  void DropLeaving();
  static bool IsEmpty(const Group& group) { return group.kinds == 0 && group.tracks.size() == 0; }
  GroupFactsPtr FactsOf(const Entry& entry) const;

  const OffsetsTailLimits limits_;
  bool history_ = false;
  Groups groups_;
  TopicNames names_;
  PendingCommits pending_;
  std::size_t partitions_ = 0;
  OffsetsTopicCounts counts_;
  std::vector<Entry*> changed_;
  std::vector<Entry*> doubtful_;
  std::vector<Entry*> leaving_;
  std::deque<std::string> deleted_;
  std::int32_t last_log_ = -1;
  std::int64_t last_batch_ = -1;
};

}  // namespace levelwind::collectors
