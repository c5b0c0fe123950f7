#include "store/healing_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace levelwind::store {
namespace {

HealingCase Case(std::uint64_t number, bool closed = false) {
  HealingCase record;
  record.number = number;
  record.id = "a" + std::to_string(number);
  record.anomaly.type = "dead_broker";
  record.anomaly.subject = "broker 3";
  record.anomaly.severity = Severity::kCritical;
  record.anomaly.brokers = {3};
  record.anomaly.partitions = {{"orders", 7}};
  record.anomaly.fix = AnomalyFix::kRemoveBrokers;
  record.anomaly.evidence = {{"replicas", 12, ""}, {"load", kUnknown, "%"}};
  record.mode = HealMode::kOn;
  record.state = closed ? HealState::kGone : HealState::kActing;
  record.code = "acting";
  record.reason = "op7 carries out p2";
  record.first_seen = {1000};
  record.closed_at = {closed ? 2000 : 0};
  record.waited_s = 12.5;
  record.plan_bytes = kUnknownCount;
  record.eta_s = kUnknown;
  record.operation_id = "op7";
  record.events = {{{1000}, HealState::kWaiting, "seen \xff", ""},
                   {{1500}, HealState::kActing, "op7", "ann"}};
  return record;
}

std::unique_ptr<HealingRecord> Open(const std::string& directory, std::size_t keep = 1000) {
  auto record = HealingRecord::Open({.directory = directory, .keep_closed = keep});
  EXPECT_TRUE(record.ok()) << (record.ok() ? "" : record.error().message());
  return record.ok() ? *std::move(record) : nullptr;
}

TEST(HealingRecord, KeepsCasesAndActsOverRestarts) {
  testing::TempDir directory;
  ASSERT_TRUE(Open(directory.path())->Save({Case(1), Case(2)}, {{{1500}, "a1", -1, {3, 4}}}).ok());
  HealingCase later = Case(1);
  later.state = HealState::kHealed;
  later.closed_at = {9000};
  ASSERT_TRUE(Open(directory.path())->Save({later}, {}).ok());
  const auto stored = Open(directory.path())->Load();
  ASSERT_TRUE(stored.ok());
  ASSERT_EQ(stored->cases.size(), 2U);
  EXPECT_EQ(stored->cases[0].state, HealState::kHealed);
  const HealingCase& open = stored->cases[1];
  EXPECT_EQ(open.state, HealState::kActing);
  EXPECT_EQ(open.anomaly.subject, "broker 3");
  EXPECT_EQ(open.anomaly.fix, AnomalyFix::kRemoveBrokers);
  EXPECT_EQ(open.anomaly.severity, Severity::kCritical);
  EXPECT_EQ(open.anomaly.partitions[0].ToString(), "orders-7");
  EXPECT_FALSE(IsKnown(open.anomaly.evidence[1].value)) << "unknown stays unknown";
  EXPECT_FALSE(IsKnown(open.eta_s));
  EXPECT_FALSE(open.anomaly.request.has_value()) << "it is made anew";
  ASSERT_EQ(open.events.size(), 2U);
  EXPECT_EQ(open.events[1].author, "ann");
  ASSERT_EQ(stored->acts.size(), 1U);
  EXPECT_EQ(stored->acts[0].brokers, (std::vector<BrokerId>{3, 4}));
}

TEST(HealingRecord, IsBounded) {
  testing::TempDir directory;
  auto record = Open(directory.path(), 5);
  for (std::uint64_t number = 1; number <= 20; ++number) {
    ASSERT_TRUE(record->Save({Case(number, number > 2)}, {}).ok());
  }
  const auto stored = record->Load();
  ASSERT_EQ(stored->cases.size(), 7U) << "two open ones and the newest five";
  EXPECT_EQ(stored->cases[2].number, 16U);
}

TEST(HealingRecord, WithoutADirectoryNothingIsKept) {
  auto record = Open("");
  EXPECT_TRUE(record->Save({Case(1)}, {}).ok());
  EXPECT_TRUE(record->Load()->cases.empty());
}

TEST(HealingRecord, ADamagedFileIsLeftForAPerson) {
  testing::TempDir directory;
  std::ofstream(directory.path() + "/healing.db") << std::string(8192, 'x');
  const auto record = HealingRecord::Open({.directory = directory.path()});
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().code(), ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace levelwind::store
