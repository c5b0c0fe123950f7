#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "model/cluster_snapshot.h"

namespace levelwind::detectors {

/// What a consumer group's members did, by minute, over the last hour; and since when it does
/// badly. Only members that have partitions are known one by one.
struct GroupTrend {
  struct Minute {
    std::uint16_t rebalances = 0;
    std::uint16_t left = 0;       ///< Members that were gone.
    std::uint16_t returned = 0;   ///< New member ids of a client and host that was there before.
    std::uint16_t fresh = 0;      ///< New member ids of a client and host that was not.
    std::uint16_t most_gone = 0;  ///< Largest number of members gone at one look.
  };
  static constexpr std::int64_t kMinutes = 60;

  void Update(const ConsumerGroup& group, WallTime now);
  /// Sums of the last minutes, `most_gone` their largest.
  Minute Over(std::int64_t minutes) const;
  std::size_t MemoryBytes() const;

  WallTime since;             ///< Watched since.
  WallTime with_members_at;   ///< Last seen with members; 0: never.
  double present_s = 0;       ///< How long it had members without a break, when last it had.
  double longest_away_s = 0;  ///< Longest time without members that is over.
  WallTime idle_since;        ///< Since when more members than have partitions; 0: not so.
  WallTime bad_since;         ///< Since when its verdict is `bad`, without a break; 0: it is none.
  LagVerdict bad = LagVerdict::kOk;  ///< kNoOwner, kStalled or kStopped; kOk: none of these.
  WallTime growing_since;            ///< Since when every look found more lag growing; 0: not so.
  /// Time lag when growing_since began; unknown: was not known.
  double growing_from_s = kUnknown;
  /// First look that found its partitions being dealt out; 0: it was at rest for a minute since.
  WallTime unsettled_since;
  float dealing_s = 0;  ///< Of the time since then, how long they were being dealt out.

 private:
  void UpdateMembers(const ConsumerGroup& group, Minute& minute);
  void UpdateRest(const ConsumerGroup& group, WallTime now);

  bool away_ = false;
  bool dealing_ = false;  ///< At the last look.
  WallTime state_at_, settled_since_;
  WallTime came_at_;
  std::int64_t minute_ = 0;                 ///< Since 1970: of the newest entry.
  std::array<Minute, kMinutes> minutes_{};  ///< By minute modulo kMinutes.
  std::int64_t rebalances_ = kUnknownCount;
  struct Member {
    std::uint64_t id = 0, place = 0;  ///< Hashes of the member id, and of client id and host.
  };
  std::vector<Member> members_;
  std::vector<std::uint64_t> places_;  ///< Seen within about the last hour, sorted.
};

}  // namespace levelwind::detectors
