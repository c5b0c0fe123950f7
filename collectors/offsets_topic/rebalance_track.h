#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "kafka/records/group_epochs.h"
#include "model/measure.h"

namespace levelwind::collectors {

/// A group's rebalances, out of what its coordinator writes about them. Times are those of the
/// records. One thread.
///
/// Classic groups: a record comes when the leader's assignment is there, with the time at which the
/// members had all joined. So the count is that of the generations, and the duration is that of the
/// assigning only: the joining before it is not written. A generation that left the group empty is
/// no rebalance.
///
/// Groups of Kafka 4: each epoch of the group is one, and it lasts from the record of the epoch to
/// that of the last member that came to it and settled. Epochs that come meanwhile make it longer,
/// not new. Where the members are not all known (the reading began at the log's end), it is over
/// when all known ones have settled, and grows when another one comes.
class RebalanceTrack {
 public:
  /// A record of type 2. `state_ms`: when its state was reached, -1 where it does not tell.
  void Generation(std::int32_t generation, bool has_members, std::int64_t state_ms,
                  std::int64_t at_ms);
  /// Types 3, 11 and 17.
  void GroupEpoch(std::int32_t epoch, std::int64_t at_ms);
  /// Types 8, 14 and 22.
  void Member(std::string_view id, const kafka::MemberEpoch& member, std::int64_t at_ms);
  void MemberGone(std::string_view id);
  /// The group is deleted, or is of another kind from now on.
  void ForgetMembers() { *this = Kept(); }

  std::int64_t count() const { return count_; }
  double last_s() const { return last_s_; }
  double total_s() const { return total_s_; }
  WallTime last_at() const { return {last_end_ms_}; }

  /// Members followed; of a group with more the others are as if they were not known.
  static constexpr std::size_t kMostMembers = 4096;

 private:
  struct MemberState {
    std::uint64_t id = 0;  ///< A hash.
    std::int32_t epoch = -1;
    bool settled = false;
  };

  RebalanceTrack Kept() const;
  void CountTo(std::int32_t epoch);
  void Close(std::int64_t at_ms);
  bool AllSettled() const;

  std::int32_t epoch_ = -1;  ///< Or generation: a group that changes its kind takes it along.
  bool open_ = false;
  bool left_ = false;  ///< A member left since the epoch: another one may have its place at once.
  std::int64_t start_ms_ = 0;  ///< Of the rebalance that is open, or was last.
  std::int64_t last_end_ms_ = 0;
  std::int64_t count_ = 0;
  double last_s_ = kUnknown;
  double total_s_ = kUnknown;
  std::vector<MemberState> members_;
};

}  // namespace levelwind::collectors
