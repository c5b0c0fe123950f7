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
#include "planner/requested.h"
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
  const auto set = [&](const char* key, const std::string& value, const char* flag) {
    if (!value.empty()) request.overrides.push_back({key, value, flag});
  };
  PlanRequest asked = args.request;
  set("plan.goals", Join(asked.goals, ","), "--goals");
  set("plan.hard_goals", Join(asked.hard_goals, ","), "--hard-goals");
  set("plan.seed", asked.seed ? std::to_string(*asked.seed) : "", "--seed");
  set("plan.effort", args.effort, "--effort");
  set("plan.include_topics", asked.include_topics, "--topics");
  set("plan.exclude_topics", asked.exclude_topics, "--exclude-topics");
  LW_ASSIGN_OR_RETURN(const config::Config config, config::LoadOrError(request));
  // Configured by its flag already; a request would exclude the same once more.
  asked.exclude_topics.clear();
  return planner::Requested(config::PlanOptions(config), asked);
}

}  // namespace levelwind::cli
