#include "planner/requested.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "planner/goals/goal_set.h"
#include "planner/goals/margin.h"
#include "planner/intra_broker/log_dir_proposal.h"
#include "planner/rebalance/add_partitions.h"
#include "planner/rebalance/plan_rebalance.h"

namespace levelwind::planner {
namespace {

/// The configured goals that are hard, and disk capacity: what a relief has to reach, and no more.
std::vector<std::string> NeededGoals(const PlannerOptions& options) {
  constexpr std::string_view kDisk = "DiskCapacityGoal";
  const Result<GoalSet> goals = MakeGoals(options);
  if (!goals.ok()) return options.goals;  // Planning says what is wrong.
  std::vector<std::string> needed;
  for (const Goal* goal : goals->ordered) {
    if (goal->hard || goal->name == kDisk) needed.emplace_back(goal->name);
  }
  if (std::ranges::find(needed, kDisk) == needed.end()) needed.emplace_back(kDisk);
  return needed;
}

/// Whether relief is all that is asked for: with other work there is more to be looked for than the
/// fewest bytes off a disk.
bool ReliefAlone(const PlanRequest& request) {
  return request.remove_brokers.empty() && request.demote_brokers.empty() &&
         request.replication_factors.empty() && request.start_from.empty() &&
         !request.leadership_only && !request.fix_offline;
}

/// The first thing that was asked for and moves replicas between brokers, or limits that.
const char* OtherWork(const PlanRequest& request) {
  const std::pair<bool, const char*> others[] = {
      {request.max_bytes.has_value(), "max_bytes"},
      {request.max_replica_moves.has_value(), "max_moves"},
      {request.max_duration_s.has_value(), "max_duration"},
      {request.bound, "bound"},
      {!request.add_brokers.empty(), "add_brokers"},
      {!request.remove_brokers.empty(), "remove_brokers"},
      {!request.demote_brokers.empty(), "demote_brokers"},
      {!request.relieve_brokers.empty(), "relieve_brokers"},
      {!request.replication_factors.empty(), "replication_factor"},
      {!request.start_from.empty(), "start_from"},
      {request.leadership_only, "leadership_only"},
      {request.fix_offline, "fix_offline"},
  };
  for (const auto& [given, name] : others) {
    if (given) return name;
  }
  return nullptr;
}

/// The first thing that says how replicas go to brokers.
const char* HowToPlace(const PlanRequest& request) {
  return !request.goals.empty()                   ? "goals"
         : !request.hard_goals.empty()            ? "hard_goals"
         : request.seed                           ? "seed"
         : !request.destination_brokers.empty()   ? "destination_brokers"
         : !request.excluded_destinations.empty() ? "exclude_destinations"
                                                  : nullptr;
}

/// For log_dirs.
Status CheckAlone(const PlanRequest& request) {
  const char* other = OtherWork(request);
  if (other == nullptr) other = HowToPlace(request);
  if (other == nullptr && !request.partitions.empty()) other = "partitions";
  if (other == nullptr) return Ok();
  return InvalidArgument(
      fmt::format("log_dirs moves replicas between the log dirs of their own broker and goes with "
                  "empty_log_dir, brokers and topics only, not with {}; leave that out, or ask "
                  "for two plans",
                  other));
}

Status CheckOnlyPartitions(const PlanRequest& request) {
  const char* other = OtherWork(request);
  if (other == nullptr && !request.include_topics.empty()) other = "include_topics";
  if (other == nullptr && !request.exclude_topics.empty()) other = "exclude_topics";
  if (other == nullptr) return Ok();
  return InvalidArgument(fmt::format(
      "partitions makes new partitions and moves nothing, so it does not go with {}; leave that "
      "out, or ask for two plans",
      other));
}

Result<LogDirName> ParseLogDir(const std::string& text) {
  LogDirName name;
  const std::size_t colon = text.find(':');
  const char* end = text.data() + std::min(colon, text.size());
  const auto [rest, error] = std::from_chars(text.data(), end, name.broker);
  if (colon == std::string::npos || error != std::errc() || rest != end || name.broker < 0 ||
      colon + 1 == text.size()) {
    return InvalidArgument(
        fmt::format("\"{}\" is no log dir; write BROKER:PATH, such as 3:/var/lib/kafka/data",
                    EscapeControl(text)));
  }
  name.path = text.substr(colon + 1);
  return name;
}

}  // namespace

PlannerOptions Requested(PlannerOptions options, const PlanRequest& request) {
  if (!request.goals.empty()) options.goals = request.goals;
  if (!request.hard_goals.empty()) options.hard_goals = request.hard_goals;
  if (request.seed) options.seed = *request.seed;
  if (request.max_bytes) options.max_bytes = *request.max_bytes;
  if (request.max_replica_moves) options.max_replica_moves = *request.max_replica_moves;
  if (request.max_duration_s) options.max_duration_s = *request.max_duration_s;
  options.dual_bound = request.bound;
  options.new_brokers = request.add_brokers;
  options.only_new_brokers = options.only_new_brokers || !request.add_brokers.empty();
  options.leaving_brokers = request.remove_brokers;
  options.demoted_brokers = request.demote_brokers;
  options.relieved_brokers = request.relieve_brokers;
  if (!request.relieve_brokers.empty() && request.goals.empty()) {
    options.goals = NeededGoals(options);
    options.relieve_disks = ReliefAlone(request);
  }
  options.destination_brokers = request.destination_brokers;
  options.excluded_destinations = request.excluded_destinations;
  if (!request.include_topics.empty()) options.include_topics = request.include_topics;
  if (!request.exclude_topics.empty()) {
    // What the configuration protects stays protected.
    std::string& excluded = options.exclude_topics;
    excluded = excluded.empty() ? request.exclude_topics
                                : fmt::format("(?:{})|(?:{})", excluded, request.exclude_topics);
  }
  options.replication_factors = request.replication_factors;
  options.leadership_only = options.leadership_only || request.leadership_only;
  options.only_offline_replicas = options.only_offline_replicas || request.fix_offline;
  return options;
}

Result<LogDirOptions> RequestedLogDirs(const PlannerOptions& options, const PlanRequest& request) {
  LW_RETURN_IF_ERROR(CheckAlone(request));
  LogDirOptions wanted;
  wanted.capacity_threshold = options.disk_capacity_threshold;
  const double own = options.balance_thresholds.disk;
  wanted.balance_threshold =
      own > 0 ? own : std::max(1.01, 1 + options.band_margin / kBalanceMargin);
  wanted.brokers = request.log_dir_brokers;
  wanted.include_topics = options.include_topics;
  wanted.exclude_topics = options.exclude_topics;
  wanted.level = request.empty_log_dirs.empty();
  for (const std::string& text : request.empty_log_dirs) {
    LW_ASSIGN_OR_RETURN(LogDirName name, ParseLogDir(text));
    wanted.empty.push_back(std::move(name));
  }
  return wanted;
}

Result<Proposal> PlanRequested(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                               const PlanRequest& request) {
  if (request.log_dirs) {
    LW_ASSIGN_OR_RETURN(const LogDirOptions wanted, RequestedLogDirs(options, request));
    return ProposeLogDirs(snapshot, wanted, options.transfer.rate_bytes_per_s);
  }
  if (!request.empty_log_dirs.empty() || !request.log_dir_brokers.empty()) {
    return InvalidArgument(
        fmt::format("{} goes with log_dirs only: add that, or leave it out",
                    request.empty_log_dirs.empty() ? "brokers" : "empty_log_dirs"));
  }
  if (!request.partitions.empty()) {
    LW_RETURN_IF_ERROR(CheckOnlyPartitions(request));
    return ProposePartitions(snapshot, options, request.partitions);
  }
  return PlanRebalance(snapshot, options);
}

}  // namespace levelwind::planner
