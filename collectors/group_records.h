#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "collectors/collect_state.h"
#include "kafka/admin_types.h"
#include "model/group_state.h"

namespace levelwind::collectors {

/// Share groups commit nothing: their coordinator tells where each partition's work begins and how
/// much is left.
bool IsShareGroup(const kafka::GroupListing& listing);

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

/// The same for a share group: `committed` is where its unfinished work begins, the lag is the one
/// that its coordinator told (Kafka 4.2+; unknown before), and UpdateLags does not touch it.
std::uint64_t ApplyShareOffsets(GroupRecord& record, const kafka::ShareGroupOffsets& share,
                                const kafka::GroupDescription* description,
                                const ClusterTable& table, SteadyTime commits_at);

}  // namespace levelwind::collectors
