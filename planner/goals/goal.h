#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "planner/planner_options.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

class BandBuilder;
class Placement;
class RuleBuilder;
struct PartitionRecord;
struct GoalRequirements;

/// What a goal looks at, for those who group goals: tables, bounds, reasons.
enum class GoalKind : std::uint8_t {
  kRack,              ///< Replicas of a partition on distinct racks, as many as there can be.
  kCapacity,          ///< A lane under a share of the broker's capacity.
  kDistribution,      ///< A lane within a band around its reachable mean.
  kPotentialOut,      ///< Outbound rate if the broker led all it holds, under the capacity share.
  kTopicReplicas,     ///< Replicas of one topic on one broker.
  kTopicLeaders,      ///< Leaders of one topic on one broker.
  kPreferredLeaders,  ///< Every partition led by the first of its replicas.
  kRule,              ///< Anything else: a rule about single partitions (goals/partition_rule.h).
};

struct GoalInfo {
  std::string_view name{};   ///< Cruise Control's class name.
  std::string_view alias{};  ///< The same for command lines: "disk-usage".
  GoalKind kind = GoalKind::kRule;
  bool hard = false;
  Lane lane = kReplicas;       ///< Meaningful for kCapacity, kDistribution, kPotentialOut.
  float weight = 0;            ///< Price of one mean broker's load outside the band; see below.
  std::string_view phrase{};   ///< "leads {} of the bytes in": a broker's share in a sentence.
  std::string_view about{};    ///< One line for lists.
  bool by_default = true;      ///< In the list that an empty PlannerOptions::goals stands for.
  bool per_partition = false;  ///< Violations are partitions, not brokers.
};

// The weights of distribution goals are prices: what a mean broker's load outside the band costs,
// where moving a mean broker's disk costs 1. Just above the dual prices of the linear programme
// "least bytes with every band met" (disk 1.0, inbound 0.25, the rest about 0.1), because heavier
// ones buy the same balance with more bytes.
inline constexpr float kDiskPrice = 1.1F;
inline constexpr float kNetworkInPrice = 0.4F;
inline constexpr float kOtherPrice = 0.2F;

/// How a placement does on one goal.
struct GoalTally {
  std::int32_t violations = 0;  ///< Brokers, partitions (rack) or topic-broker pairs (topic goals).
  double cost = 0;              ///< Distance outside, in mean brokers; for counts: how many.
};

/// One goal: what it requires, its term in the objective, its verdict, its explanation. Made anew
/// for each plan with that plan's options; immutable, any thread may use it. Nothing here is in the
/// inner loop of the search: what a goal wants of the search it says once, before.
///
/// To write your own: derive, override Judge and one of Require, AddBands and AddRules, and put a
/// function that makes it into PlannerOptions::extra_goals (docs/planner.md has an example).
class Goal : public GoalInfo {
 public:
  explicit Goal(const GoalInfo& info) : GoalInfo(info) {}
  virtual ~Goal() = default;
  Goal(const Goal&) = delete;
  Goal& operator=(const Goal&) = delete;

  /// Before the snapshot is flattened: what holds for every partition or topic.
  virtual void Require(GoalRequirements& /*requirements*/) const {}
  /// The term in the objective: edges and price of a lane. Called in the order of the goals.
  virtual void AddBands(BandBuilder& /*bands*/) const {}
  /// Rules about single partitions; the search keeps them and mends what breaks them.
  virtual void AddRules(RuleBuilder& /*rules*/) const {}

  /// How the placement does. Deterministic, and free of the search's prices.
  virtual GoalTally Judge(const Placement& placement) const = 0;
  /// Why there is no verdict ("loads unknown"), or "" when Judge means something.
  virtual std::string NotJudged(const Placement& /*end*/) const { return ""; }
  /// What a person should know about the verdict: why it is (still) violated; "" for nothing.
  virtual std::string Note(const Placement& end, const GoalTally& after) const;
  /// Why a partition goes from `before` to `after`, if this goal wanted it. Lanes need none: their
  /// reasons are found by price.
  virtual std::optional<std::string> WhyMove(const Placement& /*start*/,
                                             const PartitionRecord& /*before*/,
                                             const PartitionRecord& /*after*/) const {
    return std::nullopt;
  }

  void set_hard(bool is_hard) { hard = is_hard; }
};

using GoalPtr = std::shared_ptr<const Goal>;

}  // namespace levelwind::planner
