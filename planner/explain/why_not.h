#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/ids.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// What one goal says about one move.
enum class Opinion : std::uint8_t { kForbids, kWorse, kSame, kBetter, kNotJudged };
std::string_view OpinionName(Opinion opinion);

struct GoalOpinion {
  std::string goal;
  bool hard = false;
  Opinion opinion = Opinion::kSame;
  std::string sentence;  ///< With the amounts before and after.
};

/// Why a replica of a partition is not on a broker.
struct WhyNotAnswer {
  TopicPartition partition;
  BrokerId from = kNoBroker;  ///< Whose replica (or lead) would go there; kNoBroker: none could.
  BrokerId to = kNoBroker;
  bool leadership = false;  ///< It has a replica already: the question is about the lead.
  std::int64_t bytes = kUnknownCount;  ///< To copy.
  std::vector<GoalOpinion> goals;      ///< In the order of priority.
  std::string conclusion;              ///< One sentence.
};

/// What each goal says, with the cluster as it is now, about moving a replica of the partition to
/// the broker: the replica whose move does least harm. Pure; any thread. Errors: NotFound for a
/// partition or broker that the snapshot does not have, and whatever PlanRebalance says of options.
Result<WhyNotAnswer> ExplainWhyNot(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                                   const TopicPartition& partition, BrokerId to);

/// One JSON object: topic, partition, from (null: none), to, leadership, bytes, conclusion, goals
/// with goal, hard, says, why.
std::string WhyNotJson(const WhyNotAnswer& answer);

/// "orders-eu-7" -> topic "orders-eu", partition 7. InvalidArgument when there is no number.
Result<TopicPartition> ParseTopicPartition(std::string_view text);

}  // namespace levelwind::planner
