#include "cli/offline.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "config/config.h"
#include "config/loader.h"
#include "planner/capacity_file.h"
#include "planner/snapshot_file.h"

namespace levelwind::cli {

Result<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || file.bad() || !text) {
    return InvalidArgument(
        fmt::format("{} cannot be read: {}", path, errno == 0 ? "empty" : std::strerror(errno)));
  }
  return std::move(text).str();
}

Result<ClusterSnapshot> ReadSnapshot(const PlanArgs& args) {
  LW_ASSIGN_OR_RETURN(const std::string text, ReadFile(args.snapshot));
  auto snapshot = planner::ParseSnapshotJson(text);
  if (!snapshot.ok()) return snapshot.error().Wrap(args.snapshot);
  if (args.capacity.empty()) return snapshot;
  LW_ASSIGN_OR_RETURN(const std::string capacity, ReadFile(args.capacity));
  if (const Status set = planner::ApplyCapacityJson(capacity, *snapshot); !set.ok()) {
    return set.error().Wrap(args.capacity);
  }
  return snapshot;
}

Result<planner::PlannerOptions> PlannerOptionsOf(const PlanArgs& args) {
  config::LoadRequest request;
  if (!args.goals.empty()) {
    request.overrides.push_back({"plan.goals", Join(args.goals, ","), "--goals"});
  }
  if (args.seed) {
    request.overrides.push_back({"plan.seed", std::to_string(*args.seed), "--seed"});
  }
  if (!args.effort.empty()) request.overrides.push_back({"plan.effort", args.effort, "--effort"});
  LW_ASSIGN_OR_RETURN(const config::Config config, config::LoadOrError(request));
  planner::PlannerOptions options = config::PlanOptions(config);
  if (args.max_bytes) options.max_bytes = *args.max_bytes;
  if (args.max_moves) options.max_replica_moves = *args.max_moves;
  if (args.max_duration) options.max_duration_s = ToSeconds(*args.max_duration);
  options.dual_bound = args.bound;
  return options;
}

}  // namespace levelwind::cli
