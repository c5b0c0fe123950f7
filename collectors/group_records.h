#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "collectors/collect_state.h"
#include "kafka/admin_types.h"

namespace levelwind::collectors {

/// The state that stands for "its coordinator does not answer".
inline constexpr const char* kUnknownGroupState = "Unknown";

/// Whether groups of this kind have committed offsets that lag can be told from.
bool HasLag(const kafka::GroupListing& listing);

/// Whether a listing names the kind of group that the record has.
bool SameType(const kafka::GroupListing& listing, const GroupRecord& record);

/// Puts who is in the group into `record`. `description` null or with an error: members stay as
/// they were, the state is the listing's, or "Unknown" if the listing has none.
void ApplyDescription(GroupRecord& record, const kafka::GroupListing& listing,
                      const kafka::GroupDescription* description);

/// Replaces the group's offsets by its commits and the partitions that its members have. Lags of
/// partitions that it had before stay until UpdateLags. Returns how many commits made no sense.
std::uint64_t ApplyCommits(GroupRecord& record, const kafka::GroupOffsets& commits,
                           const kafka::GroupDescription* description, const ClusterTable& table,
                           SteadyTime commits_at);

/// Lag = max(0, end - committed), as Kafka's own tool tells it, for every group whose commits are
/// new and older than the last end offsets; then totals and rates. Unknown where either offset is.
/// A lag that could not be renewed for `keep_for` becomes unknown.
void UpdateLags(CollectState& state, SteadyTime now);

}  // namespace levelwind::collectors
