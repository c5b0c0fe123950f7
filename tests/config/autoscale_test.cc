// autoscale.groups: a list of maps on top of autoscale.defaults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "config/loader.h"

namespace levelwind::config {
namespace {

using ::testing::HasSubstr;

Loaded Load(const std::string& yaml) {
  LoadRequest request;
  request.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "OBJECTIVE") return "20s";
    return std::nullopt;
  };
  return LoadConfigText(yaml, request);
}
std::string ProblemsOf(const std::string& yaml) {
  return FormatProblems("f.yaml", Load(yaml).problems);
}

TEST(AutoscaleConfigTest, NobodyIsLookedAfterByDefault) {
  const Loaded loaded = Load("");
  EXPECT_TRUE(loaded.config.autoscale.groups.empty());
  EXPECT_EQ(loaded.config.autoscale.defaults.mode, ScalingMode::kObserve);
}

TEST(AutoscaleConfigTest, AGroupHasItsOwnKeysOnTopOfTheDefaultsWhereverTheseStand) {
  const Loaded loaded = Load(R"(
autoscale:
  groups:
    - {group: orders, target: deployment/shop/orders, objective: '${OBJECTIVE}', mode: act}
    - group: 'bill.*'
      max_members: partitions
      capacity: 250.5
  defaults:
    objective: 90s
    max_members: 12
    mode: recommend
)");
  ASSERT_TRUE(loaded.problems.empty()) << FormatProblems("f", loaded.problems);
  ASSERT_EQ(loaded.config.autoscale.groups.size(), 2u);
  const AutoscaleGroup& orders = loaded.config.autoscale.groups[0];
  EXPECT_EQ(orders.group, "orders");
  EXPECT_EQ(orders.target, "deployment/shop/orders");
  EXPECT_EQ(orders.options.objective_s, 20);
  EXPECT_EQ(orders.options.max_members, 12);
  EXPECT_EQ(orders.options.mode, ScalingMode::kAct);
  EXPECT_FALSE(IsKnown(orders.options.capacity_per_s));
  const AutoscaleGroup& billing = loaded.config.autoscale.groups[1];
  EXPECT_EQ(billing.options.objective_s, 90);
  EXPECT_FALSE(IsKnown(billing.options.max_members));
  EXPECT_EQ(billing.options.capacity_per_s, 250.5);
  EXPECT_EQ(billing.options.mode, ScalingMode::kRecommend);
}

struct BadGroup {
  std::string name, yaml, problem;
};
class BadGroupTest : public ::testing::TestWithParam<BadGroup> {};

TEST_P(BadGroupTest, IsToldWithItsPlace) {
  EXPECT_THAT(ProblemsOf("autoscale:\n  groups:\n" + GetParam().yaml),
              HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadGroupTest,
    ::testing::Values(
        BadGroup{"Misspelt", "    - {group: a, objectiv: 3s}\n",
                 "f.yaml:3:18: autoscale.groups[0]: unknown key 'objectiv'; did you mean "
                 "'objective'?"},
        BadGroup{"NoName", "    - {objective: 3s}\n",
                 "f.yaml:3:7: autoscale.groups[0]: has no group"},
        BadGroup{"NoMap", "    - orders\n", "f.yaml:3:7: autoscale.groups[0]: must be a map"},
        BadGroup{"Target", "    - {group: a, target: orders}\n",
                 "f.yaml:3:26: autoscale.groups[0]: 'orders' is no workload; write "
                 "deployment/NAMESPACE/NAME"},
        BadGroup{"Pattern", "    - {group: '('}\n", "f.yaml:3:15: autoscale.groups[0]: "},
        BadGroup{"Range", "    - {group: a}\n    - {group: b, min_members: -1}\n",
                 "f.yaml:4:31: autoscale.groups[1]: autoscale.defaults.min_members: '-1' is out "
                 "of range"},
        BadGroup{"DoNotFit", "    - {group: a, utilisation_down: 0.95}\n",
                 "f.yaml:3:7: autoscale.groups[0]: "}),
    [](const auto& instance) { return instance.param.name; });

TEST(AutoscaleConfigTest, AListWhereAMapBelongsAndTheOtherWayRound) {
  EXPECT_THAT(ProblemsOf("autoscale:\n  groups: orders\n"),
              HasSubstr("f.yaml:2:11: autoscale.groups: 'orders' is no list of maps"));
  EXPECT_THAT(ProblemsOf("autoscale:\n  groups: {group: orders}\n"),
              HasSubstr("f.yaml:2:11: autoscale.groups:"));
}

TEST(AutoscaleConfigTest, AnAddressThatIsNoneIsTold) {
  EXPECT_THAT(ProblemsOf("autoscale:\n  keda: {listen: here}\n"),
              HasSubstr("autoscale.keda.listen: 'here' is not an address to listen on"));
  EXPECT_EQ(ProblemsOf("autoscale:\n  keda: {listen: '0.0.0.0:8845'}\n"), "");
}

}  // namespace
}  // namespace levelwind::config
