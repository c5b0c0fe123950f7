#pragma once

// Changing groups. Describing them and reading their offsets is AdminClient's.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_types.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind::kafka {

struct OffsetReset {
  TopicPartition partition;
  std::int64_t offset = 0;  ///< >= 0.
  std::string metadata;
};

struct GroupOutcome {
  std::string group;
  std::int16_t error = 0;
};

/// A member to be removed: by its id, or a static member by its instance id (then the id may be
/// empty).
struct MemberToRemove {
  std::string member_id;
  std::optional<std::string> instance_id;
};
struct MemberOutcome {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::int16_t error = 0;
};

/// Any thread; see AdminClient for timeouts and errors. Every call goes to the group's coordinator.
/// A coordinator that says it is not (any more) the one has done nothing, so even a write is then
/// sent to the new one; a write whose answer was lost is not sent again.
class GroupAdmin {
 public:
  virtual ~GroupAdmin() = default;

  /// Sets committed offsets of a classic group without members, or makes such a group. With
  /// members Kafka answers 25 (UNKNOWN_MEMBER_ID) for every partition and changes nothing. At most
  /// 1,000 partitions a request; outcomes in the order of `resets`.
  virtual Result<std::vector<PartitionOutcome>> CommitOffsets(
      const std::string& group, const std::vector<OffsetReset>& resets, Duration timeout) = 0;
  /// Forgets committed offsets; 86 (GROUP_SUBSCRIBED_TO_TOPIC) where a member still reads the
  /// topic. An error of the group as a whole (69: no such group) is the Result's.
  virtual Result<std::vector<PartitionOutcome>> DeleteOffsets(
      const std::string& group, const std::vector<TopicPartition>& partitions,
      Duration timeout) = 0;
  /// 68 (NON_EMPTY_GROUP) for groups with members, 69 for those that do not exist.
  virtual Result<std::vector<GroupOutcome>> DeleteGroups(const std::vector<std::string>& groups,
                                                         Duration timeout) = 0;
  /// Makes members leave a classic group; they may come back. `reason` reaches the broker's log
  /// from Kafka 3.2 on.
  virtual Result<std::vector<MemberOutcome>> RemoveMembers(
      const std::string& group, const std::vector<MemberToRemove>& members,
      const std::string& reason, Duration timeout) = 0;
};

}  // namespace levelwind::kafka
