#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/admin_types.h"
#include "model/ids.h"
#include "store/records.h"

namespace levelwind::actions {

inline constexpr std::string_view kLeaderRate = "leader.replication.throttled.rate";
inline constexpr std::string_view kFollowerRate = "follower.replication.throttled.rate";
inline constexpr std::string_view kLogDirRate = "replica.alter.log.dirs.io.max.bytes.per.second";
inline constexpr std::string_view kLeaderReplicas = "leader.replication.throttled.replicas";
inline constexpr std::string_view kFollowerReplicas = "follower.replication.throttled.replicas";

/// A configuration value that an operation needs: a broker's rate, or one entry of a topic's list.
struct ThrottleKey {
  store::ConfigScope scope = store::ConfigScope::kBroker;
  std::string resource;
  std::string key;
  std::string entry;  ///< Empty for a rate.
  friend auto operator<=>(const ThrottleKey&, const ThrottleKey&) = default;
};
ThrottleKey KeyOf(const store::PreimageRecord& row);
/// Of a broker's rate; kNoBroker for a topic's list.
BrokerId BrokerOf(const store::PreimageRecord& row);
/// Whether a broker's own rate is one that we set: the one that is wanted, or the one before it
/// while that was not seen yet.
bool IsOurs(const store::PreimageRecord& row, const std::optional<std::string>& own);

struct ThrottleNeed {
  std::int64_t rate = 0;   ///< Bytes per second to set, at least `floor`; 0 for entries.
  std::int64_t floor = 0;  ///< Below it a copy may never catch up.
  std::string topic_id;
  BrokerId broker = kNoBroker;  ///< For rates.
};

/// What the moves that copy among `steps` that are not over need.
///
/// Rates: leader side on every broker that has the partition before, follower side on every broker
/// that is added; max(throttle, floor) each, where floor = 1.5 x the inbound rate of the partitions
/// that may be copied at once through that broker and direction: its `max_moves_per_broker` largest
/// (A9). Unknown inbound rates cannot raise the floor. Entries: "partition:broker" for the same
/// replicas. A broker with moves between its log dirs needs the rate of that copying, with the same
/// floor. Empty when `throttle_bytes_per_s` is 0.
std::map<ThrottleKey, ThrottleNeed> NeededThrottles(const std::vector<store::StepRecord>& steps,
                                                    std::int64_t throttle_bytes_per_s,
                                                    std::int32_t max_moves_per_broker);

/// A key as it stands in the cluster.
struct ConfigNow {
  std::optional<std::string> own;  ///< The resource's own dynamic value.
  std::optional<std::string>
      effective;  ///< Its own or an inherited one, the built-in default excluded.
};
ConfigNow ValueNow(const kafka::ConfigAnswer& answer, std::string_view key);

/// The entries of a list value, without blanks around them.
std::vector<std::string> ListEntries(const std::string& list);
/// Whether a list value holds `entry`; "*" holds all.
bool ListHolds(const std::optional<std::string>& list, std::string_view entry);
/// Whether the very entry is in the list ("*" is not it).
bool ListNames(const std::optional<std::string>& list, std::string_view entry);

enum class RateChoice {
  kSet,      ///< Set ours; its own value, if any, is the pre-image.
  kKeep,     ///< The operator's rate is as strict as ours or stricter: leave it.
  kTooSlow,  ///< The operator's rate is below the floor: leave it and hold (never raised).
};
/// An operator's rate is never raised. It is lowered to ours for the time of the operation, and
/// then restored exactly.
RateChoice ChooseRate(const ConfigNow& now, const ThrottleNeed& need);

/// The rate that is in force for the operator, own or inherited; unknown when there is none, or
/// none that is a number: nothing to keep below.
std::int64_t CeilingOf(const ConfigNow& now);

}  // namespace levelwind::actions
