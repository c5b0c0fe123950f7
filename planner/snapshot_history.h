#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/cluster_snapshot.h"

namespace levelwind::planner {

/// A history file is a snapshot file (snapshot_file.h) a line, oldest first, each with one more
/// field, "history": what the detectors look at and no plan does. Offsets of logs and groups, free
/// room of log dirs, offline replicas, what brokers tell of themselves, settings of topics, the
/// metadata quorum. Settings of brokers are left out: they may hold what is nobody's business.
/// Every line can be planned on as it is. Pure; any thread.
std::string WriteHistoryLine(const ClusterSnapshot& snapshot);

/// Errors as ParseSnapshotJson's. A line without "history" is a snapshot alone.
Result<ClusterSnapshot> ParseHistoryLine(std::string_view line);

}  // namespace levelwind::planner
