#pragma once

#include <cstddef>
#include <vector>

#include "planner/autoscale/capacity.h"
#include "planner/autoscale/partition_watch.h"

namespace levelwind::planner {

/// What each of `members` members did of late, told by the commits in the partitions it owns; one
/// that nothing can be told of has no partitions. A client may work on its partitions in turns (a
/// fetch brings up to a megabyte of one of them): their rates are taken over one span of time that
/// all of a member's partitions share, else the turns of several would count as done at once.
/// For a group that has been stable for longer than kBehindSeconds.
std::vector<MemberWork> WorkOfMembers(const std::vector<PartitionWatch>& watches,
                                      std::size_t members);

}  // namespace levelwind::planner
