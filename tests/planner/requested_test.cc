#include "planner/requested.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "planner/explain/asked_for.h"

namespace levelwind::planner {
namespace {

using ::testing::ElementsAre;

TEST(Requested, ARequestGoesBeforeTheConfiguration) {
  PlannerOptions configured;
  configured.goals = {"RackAwareGoal"};
  configured.exclude_topics = "secret.*";
  configured.max_bytes = 5;
  PlanRequest request;
  EXPECT_EQ(Requested(configured, request).exclude_topics, "secret.*");
  EXPECT_FALSE(Requested(configured, request).only_new_brokers);
  request.goals = {"DiskCapacityGoal"};
  request.hard_goals = {"none"};
  request.exclude_topics = "a|b";
  request.add_brokers = {4};
  request.remove_brokers = {1};
  request.demote_brokers = {2};
  request.excluded_destinations = {3};
  request.fix_offline = true;
  request.max_replica_moves = 7;
  const PlannerOptions options = Requested(configured, request);
  EXPECT_THAT(options.goals, ElementsAre("DiskCapacityGoal"));
  EXPECT_THAT(options.hard_goals, ElementsAre("none"));
  EXPECT_EQ(options.exclude_topics, "(?:secret.*)|(?:a|b)") << "what is protected stays so";
  EXPECT_THAT(options.new_brokers, ElementsAre(4));
  EXPECT_TRUE(options.only_new_brokers);
  EXPECT_THAT(options.leaving_brokers, ElementsAre(1));
  EXPECT_THAT(options.demoted_brokers, ElementsAre(2));
  EXPECT_THAT(options.excluded_destinations, ElementsAre(3));
  EXPECT_TRUE(options.only_offline_replicas);
  EXPECT_FALSE(options.leadership_only);
  EXPECT_EQ(options.max_replica_moves, 7);
  EXPECT_EQ(options.max_bytes, 5) << "not asked for otherwise";
}

TEST(AskedFor, SaysWhatIsNotAsUsual) {
  EXPECT_EQ(AskedFor({}), "level the cluster");
  PlannerOptions options;
  options.leaving_brokers = {4};
  options.retiring_brokers = {7, 8};
  options.exclude_topics = "audit.*";
  options.max_bytes = 10LL << 30;
  EXPECT_EQ(AskedFor(options),
            "empty broker 4; keep empty brokers 7, 8; not topics audit.*; at most 10 GiB");
  options = {};
  options.leadership_only = true;
  options.goals = {"LeaderReplicaDistributionGoal"};
  EXPECT_EQ(AskedFor(options), "only leaders; goals LeaderReplicaDistributionGoal");
}

}  // namespace
}  // namespace levelwind::planner
