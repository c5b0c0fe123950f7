#include "collectors/reporter_topic/maintenance_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/records/crc32c.h"
#include "tests/collectors/offsets_log.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {
namespace {

using collectors::MaintenanceReader;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A plan for one broker as Cruise Control's clients write it.
std::string PlanText(const std::string& type, int id, BrokerId broker, std::int64_t at_ms) {
  kafka::Writer crc;
  crc.Int8(static_cast<std::int8_t>(id));
  crc.Int8(0);
  crc.Int64(at_ms);
  crc.Int32(1);
  crc.Int16(1);
  crc.Int32(broker);
  return fmt::format(
      "{{\"planType\":\"{}\",\"version\":0,\"crc\":{},\"content\":{{\"_brokers\":[{}],"
      "\"_maintenanceEventType\":\"X\",\"_timeMs\":{},\"_brokerId\":1,\"_planVersion\":0}}}}",
      type, kafka::Crc32c(crc.bytes()), broker, at_ms);
}

/// One partition in memory.
class FakeTopic final : public kafka::LogReader {
 public:
  Result<std::vector<TopicPartition>> PartitionsOf(const std::string& topic, Duration) override {
    ++looks;
    if (!exists) return std::vector<TopicPartition>();
    return std::vector<TopicPartition>{{topic, 0}};
  }
  Result<std::vector<kafka::OffsetAnswer>> EdgesOf(const std::vector<TopicPartition>& partitions,
                                                   std::int64_t edge, Duration) override {
    const std::int64_t end = edge == kafka::kEarliestOffset ? 0 : log.next();
    return std::vector<kafka::OffsetAnswer>{{partitions.at(0), 0, end}};
  }
  Result<std::vector<kafka::FetchedLog>> FetchLog(
      const std::vector<kafka::FetchPosition>& positions, const kafka::FetchLimits&,
      Duration) override {
    if (down) return Unavailable("no broker answers");
    kafka::FetchedLog answer;
    answer.partition = positions.at(0).partition;
    answer.high_watermark = log.next();
    if (positions.at(0).offset < log.next()) answer.batches = log.bytes();
    return std::vector<kafka::FetchedLog>{answer};
  }
  void Say(const std::string& value) { log.Append({{std::nullopt, value}}); }

  OffsetsLog log;
  bool exists = true, down = false;
  int looks = 0;
};

class MaintenanceReaderTest : public ::testing::Test {
 protected:
  std::vector<std::string> Events() {
    reader_.Step(clock_.Now());
    std::vector<std::string> events;
    for (const MaintenanceEvent& event : reader_.facts().Get()->events) {
      events.push_back(fmt::format("{} {}", event.kind, event.brokers.at(0)));
    }
    return events;
  }
  std::int64_t NowMs() const { return clock_.WallNow().unix_ms; }

  ManualClock clock_;
  FakeTopic topic_;
  MaintenanceReader reader_{topic_, clock_, "__MaintenanceEvent"};
};

TEST_F(MaintenanceReaderTest, TellsWhatIsAnnouncedUntilItExpires) {
  EXPECT_THAT(Events(), IsEmpty());
  topic_.Say(PlanText("RemoveBrokerPlan", 1, 4, NowMs()));
  topic_.Say(PlanText("DemoteBrokerPlan", 4, 2, NowMs() + 1));
  EXPECT_THAT(Events(), ElementsAre("remove_broker 4", "demote_broker 2"));
  EXPECT_THAT(reader_.facts().Get()->events[0].request.remove_brokers, ElementsAre(4));
  EXPECT_THAT(reader_.facts().Get()->problem, IsEmpty());
  clock_.Advance(14min);
  EXPECT_THAT(Events(), SizeIs(2));
  clock_.Advance(2min);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(MaintenanceReaderTest, AnEventOfAnEarlierDayIsNotTold) {
  topic_.Say(PlanText("RemoveBrokerPlan", 1, 4, NowMs() - 20 * 60'000));
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(MaintenanceReaderTest, TheSameSaidAgainWithinMinutesCountsOnce) {
  topic_.Say(PlanText("RemoveBrokerPlan", 1, 4, NowMs()));
  topic_.Say(PlanText("RemoveBrokerPlan", 1, 4, NowMs() + 1000));
  topic_.Say(PlanText("RemoveBrokerPlan", 1, 5, NowMs() + 1000));
  EXPECT_THAT(Events(), ElementsAre("remove_broker 4", "remove_broker 5"));
}

TEST_F(MaintenanceReaderTest, GarbageIsLeftOutAndCounted) {
  topic_.Say("no plan");
  std::string forged = PlanText("RemoveBrokerPlan", 1, 4, NowMs());
  forged.replace(forged.find("[4]"), 3, "[7]");
  topic_.Say(forged);
  topic_.Say(PlanText("AddBrokerPlan", 0, 9, NowMs()));
  EXPECT_THAT(Events(), ElementsAre("add_broker 9"));
  EXPECT_EQ(reader_.facts().Get()->skipped, 2U);
}

TEST_F(MaintenanceReaderTest, ATopicThatDoesNotExistYetIsNoTroubleAndIsFoundLater) {
  topic_.exists = false;
  EXPECT_THAT(Events(), IsEmpty());
  EXPECT_THAT(reader_.facts().Get()->problem, IsEmpty());
  topic_.exists = true;
  topic_.Say(PlanText("RemoveBrokerPlan", 1, 4, NowMs()));
  EXPECT_THAT(Events(), ElementsAre("remove_broker 4"));
  EXPECT_EQ(topic_.looks, 2);
}

TEST_F(MaintenanceReaderTest, WhatCannotBeReadIsToldAndWhatWasKnownStays) {
  topic_.Say(PlanText("RemoveBrokerPlan", 1, 4, NowMs()));
  EXPECT_THAT(Events(), SizeIs(1));
  const auto before = reader_.facts().Get();
  EXPECT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(reader_.facts().Get(), before) << "nothing new, nothing published";
  topic_.down = true;
  EXPECT_THAT(Events(), SizeIs(1));
  EXPECT_THAT(reader_.facts().Get()->problem, HasSubstr("no broker answers"));
}

}  // namespace
}  // namespace levelwind::testing
