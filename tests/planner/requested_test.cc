#include "planner/requested.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "planner/explain/asked_for.h"

namespace levelwind::planner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

TEST(Requested, AReliefKeepsToTheHardGoalsAndDiskCapacity) {
  PlanRequest request;
  request.relieve_brokers = {6};
  PlannerOptions options = Requested({}, request);
  EXPECT_THAT(options.relieved_brokers, ElementsAre(6));
  EXPECT_THAT(options.goals, ElementsAre("RackAwareGoal", "ReplicaCapacityGoal", "DiskCapacityGoal",
                                         "NetworkInboundCapacityGoal",
                                         "NetworkOutboundCapacityGoal", "CpuCapacityGoal"));
  PlannerOptions configured;
  configured.goals = {"rack-aware", "disk-usage"};
  EXPECT_THAT(Requested(configured, request).goals,
              ElementsAre("RackAwareGoal", "DiskCapacityGoal"));
  request.goals = {"DiskUsageDistributionGoal"};
  EXPECT_THAT(Requested(configured, request).goals, ElementsAre("DiskUsageDistributionGoal"))
      << "whoever names goals gets them";
  EXPECT_EQ(AskedFor(options).substr(0, 25), "relieve broker 6; goals R");
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

TEST(Requested, LogDirsTakeTheDiskGoalsThresholds) {
  PlannerOptions options;
  options.disk_capacity_threshold = 0.7;
  options.band_margin = 0.18;
  options.exclude_topics = "secret.*";
  PlanRequest request;
  request.log_dirs = true;
  request.log_dir_brokers = {2};
  const auto level = RequestedLogDirs(options, request);
  ASSERT_TRUE(level.ok()) << level.error();
  EXPECT_DOUBLE_EQ(level->capacity_threshold, 0.7);
  EXPECT_DOUBLE_EQ(level->balance_threshold, 1.2);
  EXPECT_EQ(level->exclude_topics, "secret.*");
  EXPECT_THAT(level->brokers, ElementsAre(2));
  EXPECT_TRUE(level->level);
  options.balance_thresholds.disk = 1.5;
  request.empty_log_dirs = {"3:/var/data:odd", "0:/b"};
  const auto emptied = RequestedLogDirs(options, request);
  ASSERT_TRUE(emptied.ok()) << emptied.error();
  EXPECT_DOUBLE_EQ(emptied->balance_threshold, 1.5);
  EXPECT_THAT(emptied->empty, ElementsAre(LogDirName{3, "/var/data:odd"}, LogDirName{0, "/b"}));
  EXPECT_FALSE(emptied->level) << "who empties one does not ask for all to be levelled";
}

TEST(Requested, LogDirsGoWithNoOtherWork) {
  const std::vector<std::pair<std::string, std::function<void(PlanRequest&)>>> others = {
      {"goals", [](PlanRequest& r) { r.goals = {"RackAwareGoal"}; }},
      {"hard_goals", [](PlanRequest& r) { r.hard_goals = {"none"}; }},
      {"seed", [](PlanRequest& r) { r.seed = 1; }},
      {"max_bytes", [](PlanRequest& r) { r.max_bytes = 1; }},
      {"max_moves", [](PlanRequest& r) { r.max_replica_moves = 1; }},
      {"max_duration", [](PlanRequest& r) { r.max_duration_s = 1; }},
      {"bound", [](PlanRequest& r) { r.bound = true; }},
      {"add_brokers", [](PlanRequest& r) { r.add_brokers = {1}; }},
      {"remove_brokers", [](PlanRequest& r) { r.remove_brokers = {1}; }},
      {"demote_brokers", [](PlanRequest& r) { r.demote_brokers = {1}; }},
      {"relieve_brokers", [](PlanRequest& r) { r.relieve_brokers = {1}; }},
      {"destination_brokers", [](PlanRequest& r) { r.destination_brokers = {1}; }},
      {"exclude_destinations", [](PlanRequest& r) { r.excluded_destinations = {1}; }},
      {"replication_factor", [](PlanRequest& r) { r.replication_factors = {"a=3"}; }},
      {"start_from", [](PlanRequest& r) { r.start_from = "p1"; }},
      {"leadership_only", [](PlanRequest& r) { r.leadership_only = true; }},
      {"fix_offline", [](PlanRequest& r) { r.fix_offline = true; }}};
  for (const auto& [name, ask] : others) {
    PlanRequest request;
    request.log_dirs = true;
    ask(request);
    const auto refused = PlanRequested(ClusterSnapshot(), PlannerOptions(), request);
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(refused.error().message(), HasSubstr("not with " + name + ";"));
  }
}

TEST(Requested, LogDirWishesNeedThatPlanAndTheirForm) {
  PlanRequest request;
  request.empty_log_dirs = {"1:/a"};
  EXPECT_THAT(PlanRequested(ClusterSnapshot(), PlannerOptions(), request).error().message(),
              HasSubstr("empty_log_dirs goes with log_dirs only"));
  request.empty_log_dirs.clear();
  request.log_dir_brokers = {1};
  EXPECT_THAT(PlanRequested(ClusterSnapshot(), PlannerOptions(), request).error().message(),
              HasSubstr("brokers goes with log_dirs only"));
  request.log_dirs = true;
  for (const char* bad : {"", "/a", "1", "1:", ":/a", "-1:/a", "x:/a", "1 :/a", "99999999999:/a"}) {
    request.empty_log_dirs = {bad};
    const auto refused = PlanRequested(ClusterSnapshot(), PlannerOptions(), request);
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_THAT(refused.error().message(), HasSubstr("write BROKER:PATH"));
  }
}

}  // namespace
}  // namespace levelwind::planner
