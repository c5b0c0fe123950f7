#include "planner/requested.h"

#include <fmt/format.h>

#include <string>

namespace levelwind::planner {

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

}  // namespace levelwind::planner
