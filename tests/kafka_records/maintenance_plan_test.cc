#include "kafka/records/maintenance_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace levelwind::kafka {
namespace {

using ::testing::ElementsAre;

std::string Plan(const std::string& type, const std::string& more, std::uint64_t crc) {
  return "{\"planType\":\"" + type + "\",\"version\":0,\"crc\":" + std::to_string(crc) +
         ",\"content\":{" + more + "\"_timeMs\":1700000000000,\"_brokerId\":4,\"_planVersion\":0}}";
}

TEST(MaintenancePlan, ACrcThatDoesNotFitIsCorrupt) {
  const auto plan = DecodeMaintenancePlan(Plan("RemoveBrokerPlan", "\"_brokers\":[4],", 7));
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code(), ErrorCode::kDataLoss);
}

TEST(MaintenancePlan, ReadsBrokersAndFactors) {
  // Both crcs were computed by another program, from the layout in maintenance_plan.h.
  auto plan = DecodeMaintenancePlan(Plan("RemoveBrokerPlan", "\"_brokers\":[4,7],", 4204854592U));
  ASSERT_TRUE(plan.ok()) << plan.error().ToString();
  EXPECT_EQ(plan->kind, "remove_broker");
  EXPECT_THAT(plan->request.remove_brokers, ElementsAre(4, 7));
  EXPECT_TRUE(plan->request.fix_offline) << "what is on them and nothing else";
  plan =
      DecodeMaintenancePlan(Plan("TopicReplicationFactorPlan",
                                 "\"_topicRegexWithRFUpdate\":{\"3\":\"orders.*\"},", 474767813U));
  ASSERT_TRUE(plan.ok()) << plan.error().ToString();
  EXPECT_THAT(plan->request.replication_factors, ElementsAre("orders.*=3"));
  EXPECT_EQ(plan->request.include_topics, "(?:orders.*)") << "other topics stay";
}

TEST(MaintenancePlan, RefusesWhatIsNoPlan) {
  for (const char* bad :
       {"", "[]", "{", "null", "{\"planType\":3}", "{\"planType\":\"ShutDownPlan\"}",
        "{\"planType\":\"RebalancePlan\",\"version\":0,\"crc\":1}",
        "{\"planType\":\"AddBrokerPlan\",\"version\":0,\"crc\":1,\"content\":{\"_timeMs\":1,"
        "\"_brokerId\":1,\"_brokers\":[-4]}}"}) {
    EXPECT_FALSE(DecodeMaintenancePlan(bad).ok()) << bad;
  }
}

TEST(MaintenancePlan, ExpiresAndIsNotOfTheFuture) {
  MaintenanceEvent event;
  event.at = {1'000'000'000};
  EXPECT_TRUE(IsCurrent(event, {event.at.unix_ms + 60'000}));
  EXPECT_FALSE(IsCurrent(event, {event.at.unix_ms + 16 * 60'000}));
  EXPECT_FALSE(IsCurrent(event, {event.at.unix_ms - 10 * 60'000}));
}

}  // namespace
}  // namespace levelwind::kafka
