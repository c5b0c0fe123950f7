#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actions/scaling/action_log.h"
#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "kafka/admin_groups.h"
#include "model/scaling.h"
#include "store/scaling_record.h"

namespace levelwind::actions {

/// Keeps a group's place while it has no members. Kafka forgets the committed offsets of a group
/// that is empty for offsets.retention.minutes (7 days); whoever comes back after that starts at
/// auto.offset.reset: all over again, or past what came meanwhile. Committing again does not help a
/// classic group, whose clock starts when it became empty. So: a copy before the last member goes,
/// and what expired is put back before the first one comes.
///
/// Each commit is journalled before it is sent. One thread (the autoscaler's); calls block for a
/// few requests to Kafka.
class OffsetGuard {
 public:
  /// All must outlive this. `timeout`: of each request.
  OffsetGuard(kafka::AdminClient& admin, kafka::GroupAdmin& groups, store::ScalingRecord& record,
              ActionLog& log, const Clock& clock, Duration timeout)
      : admin_(admin),
        groups_(groups),
        record_(record),
        log_(log),
        clock_(clock),
        timeout_(timeout) {}

  /// Before a group goes to zero: its committed offsets, on disk. An error: do not take its last
  /// member. A group without any commit has nothing to keep, which is Ok.
  Status Save(const std::string& group);

  struct Restored {
    std::vector<TopicPartition> put_back;
    /// Partitions that still have a commit, whatever it is: theirs is never touched.
    std::size_t kept = 0;
    /// One sentence for each that cannot be put back.
    std::vector<std::string> skipped;
  };
  /// Before a group is woken: commits what was saved for partitions that have no commit any more.
  ///
  /// Only while the group has no members (Kafka refuses it otherwise, and nothing is changed then:
  /// kFailedPrecondition), only for topics with the id they had (I13), and never beyond the end of
  /// the log; where the log begins later by now, its beginning is committed. kNotFound: nothing was
  /// saved.
  Result<Restored> Restore(const std::string& group);

 private:
  struct Want {
    std::vector<kafka::OffsetReset> resets;
    Restored restored;
  };
  Status CheckEmpty(const std::string& group);
  Result<Want> Choose(const store::SavedOffsets& saved);
  Result<std::vector<kafka::OffsetAnswer>> Bounds(const std::vector<store::SavedOffset>& offsets,
                                                  std::int64_t which);

  kafka::AdminClient& admin_;
  kafka::GroupAdmin& groups_;
  store::ScalingRecord& record_;
  ActionLog& log_;
  const Clock& clock_;
  const Duration timeout_;
};

/// Static members (group.instance.id) of a StatefulSet's pods that are gone after it shrank to
/// `replicas`: those whose instance id is, or ends with, NAME-N with N >= `replicas`. They leave no
/// message when they stop, so that their partitions wait for the session to time out. Pure.
std::vector<kafka::MemberToRemove> OrphanedStaticMembers(const kafka::GroupDescription& group,
                                                         const ScalingTarget& target,
                                                         std::int64_t replicas);

/// Removes them, journalled; to be called once the pods are seen to be gone. How many left. Groups
/// of the new protocol (KIP-848) are left alone: their members cannot be removed so.
Result<std::size_t> RemoveOrphanedMembers(kafka::AdminClient& admin, kafka::GroupAdmin& groups,
                                          ActionLog& log, const ScalingDecision& decision,
                                          std::int64_t replicas, Duration timeout);

}  // namespace levelwind::actions
