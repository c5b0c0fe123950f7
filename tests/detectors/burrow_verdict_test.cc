#include "detectors/burrow_verdict.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/snapshot_builder.h"

namespace levelwind::detectors {

void PrintTo(BurrowStatus status, std::ostream* out) { *out << BurrowStatusName(status); }

namespace {

using testing::SnapshotBuilder;

constexpr std::int64_t kNull = kUnknownCount;
constexpr std::int64_t kStart = 1'000'000'000;

/// A commit `at` ms after the start.
BurrowCommit C(std::int64_t offset, std::int64_t at, std::int64_t lag) {
  return {offset, kStart + at, kStart + at, at, lag};
}

struct Case {
  const char* what;
  std::vector<BurrowCommit> commits;
  std::vector<std::int64_t> ends;
  std::int64_t now;  ///< ms after the start
  BurrowStatus expected;
  std::int64_t allowed = 0;
  double minimum_complete = 0;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.what; }

class BurrowRulesTest : public ::testing::TestWithParam<Case> {};

TEST_P(BurrowRulesTest, FirstThatIsTrueDecides) {
  const Case& c = GetParam();
  BurrowRules rules;
  rules.allowed_lag = c.allowed;
  rules.minimum_complete = c.minimum_complete;
  EXPECT_EQ(JudgeAsBurrow(c.commits, c.ends, rules, {kStart + c.now}).status, c.expected);
}

// Rule 1: the lag that there is now.
const std::vector<Case> kAllowed = {
    {"no commits", {}, {100}, 0, BurrowStatus::kOk},
    {"no lag, however long ago", {C(100, 0, 5)}, {100}, 9'000'000, BurrowStatus::kOk},
    {"the end is before the commit", {C(100, 0, 0)}, {90}, 9'000'000, BurrowStatus::kOk},
    {"lag of exactly what is allowed", {C(100, 0, 9)}, {110}, 9'000'000, BurrowStatus::kOk, 10},
    {"one more", {C(100, 0, 11)}, {111}, 9'000'000, BurrowStatus::kStop, 10},
    {"too few commits to say",
     {C(1, 0, 9), C(2, 1000, 9)},
     {99},
     90'000,
     BurrowStatus::kOk,
     0,
     0.3},
    {"just enough commits", {C(1, 0, 9), C(2, 1000, 9)}, {99}, 90'000, BurrowStatus::kStop, 0, 0.2},
};
// Rule 2: longer since the last commit than from the first to the last.
const std::vector<Case> kStops = {
    {"exactly as long as the commits took",
     {C(1, 0, 9), C(2, 5000, 9)},
     {99},
     10'000,
     BurrowStatus::kWarn},
    {"part of a second longer does not count, the clock has whole ones",
     {C(1, 0, 9), C(2, 5000, 9)},
     {99},
     10'999,
     BurrowStatus::kWarn},
    {"a second longer", {C(1, 0, 9), C(2, 5000, 9)}, {99}, 11'000, BurrowStatus::kStop},
    {"but the log ended at the commit lately",
     {C(1, 0, 9), C(2, 5000, 9)},
     {2, 99},
     11'000,
     BurrowStatus::kWarn},
    {"it ended one after it", {C(1, 0, 9), C(2, 5000, 9)}, {3, 99}, 11'000, BurrowStatus::kStop},
    {"a single commit with lag stops at once", {C(1, 0, 9)}, {99}, 1000, BurrowStatus::kStop},
    {"unless the log ended there lately", {C(1, 0, 9)}, {1, 99}, 1000, BurrowStatus::kStall},
    {"or the clock's second is the commit's", {C(1, 0, 9)}, {99}, 999, BurrowStatus::kStall},
    {"stop comes before rewind", {C(50, 0, 9), C(2, 5000, 9)}, {99}, 11'000, BurrowStatus::kStop},
};
// Rule 3: the first step back.
const std::vector<Case> kRewinds = {
    {"a step back", {C(50, 0, 9), C(20, 5000, 9)}, {99}, 6000, BurrowStatus::kRewind},
    {"made good exactly",
     {C(50, 0, 9), C(20, 5000, 79), C(50, 9000, 79)},
     {99},
     9000,
     BurrowStatus::kWarn},
    {"not quite made good",
     {C(50, 0, 9), C(20, 5000, 79), C(49, 9000, 79)},
     {99},
     9000,
     BurrowStatus::kRewind},
    {"only the first step back counts",
     {C(50, 0, 9), C(20, 1000, 9), C(60, 2000, 9), C(55, 3000, 9)},
     {99},
     3000,
     BurrowStatus::kWarn},
    {"rewind comes before a commit without lag",
     {C(50, 0, 0), C(20, 5000, 9)},
     {99},
     6000,
     BurrowStatus::kRewind},
};
// Rules 4 to 7: lags at the commits.
const std::vector<Case> kLags = {
    {"a commit without lag", {C(1, 0, 0), C(2, 5000, 9)}, {99}, 6000, BurrowStatus::kOk},
    {"a commit with what is allowed",
     {C(1, 0, 5), C(2, 5000, 9)},
     {99},
     6000,
     BurrowStatus::kOk,
     5},
    {"one more than allowed", {C(1, 0, 6), C(2, 5000, 9)}, {99}, 6000, BurrowStatus::kWarn, 5},
    {"a null lag is no lag of 0", {C(1, 0, kNull), C(2, 5000, 9)}, {99}, 6000, BurrowStatus::kWarn},
    {"the same offset again and again",
     {C(7, 0, 9), C(7, 3000, 10), C(7, 5000, 11)},
     {99},
     6000,
     BurrowStatus::kStall},
    {"a falling lag on a standing offset is a stall all the same",
     {C(7, 0, 9), C(7, 5000, 8)},
     {99},
     6000,
     BurrowStatus::kStall},
    {"it commits and the lag stays", {C(1, 0, 9), C(2, 5000, 9)}, {99}, 6000, BurrowStatus::kWarn},
    {"it commits and the lag grows", {C(1, 0, 9), C(2, 5000, 10)}, {99}, 6000, BurrowStatus::kWarn},
    {"the lag fell once",
     {C(1, 0, 9), C(2, 3000, 8), C(3, 5000, 20)},
     {99},
     6000,
     BurrowStatus::kOk},
    {"null lags are passed over",
     {C(1, 0, 9), C(2, 2000, kNull), C(3, 5000, 8)},
     {99},
     6000,
     BurrowStatus::kOk},
    {"nothing but null lags is a warning",
     {C(1, 0, kNull), C(2, 5000, kNull)},
     {99},
     6000,
     BurrowStatus::kWarn},
};

INSTANTIATE_TEST_SUITE_P(Allowed, BurrowRulesTest, ::testing::ValuesIn(kAllowed));
INSTANTIATE_TEST_SUITE_P(Stops, BurrowRulesTest, ::testing::ValuesIn(kStops));
INSTANTIATE_TEST_SUITE_P(Rewinds, BurrowRulesTest, ::testing::ValuesIn(kRewinds));
INSTANTIATE_TEST_SUITE_P(Lags, BurrowRulesTest, ::testing::ValuesIn(kLags));

TEST(BurrowVerdict, CountsLagAndCompleteness) {
  const BurrowVerdict verdict =
      JudgeAsBurrow(std::vector{C(1, 0, 9), C(2, 5000, 9)}, std::vector<std::int64_t>{50, 60},
                    BurrowRules{}, {kStart + 6000});
  EXPECT_EQ(verdict.current_lag, 58);
  EXPECT_EQ(verdict.complete, 0.2f);
}

/// Topic "a" with three partitions and "b" with one; group "g".
struct GroupCase {
  GroupCase() {
    snapshot = SnapshotBuilder()
                   .AddBroker(1, "r")
                   .AddTopic("a", std::vector<SnapshotBuilder::PartitionSpec>(3, {{1}, 0, 0}))
                   .AddTopic("b", std::vector<SnapshotBuilder::PartitionSpec>(1, {{1}, 0, 0}))
                   .Build();
    history.rules.intervals = 2;
    history.ends = {std::make_shared<const std::vector<std::int64_t>>(
        std::vector<std::int64_t>{10, 20, 30, 40})};
  }
  BurrowGroupVerdict Judge(std::int64_t now) {
    snapshot.burrow = std::make_shared<const BurrowHistory>(history);
    return JudgeAsBurrow(snapshot, group, {kStart + now});
  }
  ClusterSnapshot snapshot;
  BurrowHistory history;
  BurrowGroup group{"g"};
};

TEST(BurrowVerdict, AGroupIsAsBadAsItsWorstPartitionAndStopIsAnError) {
  GroupCase c;
  c.group.Append(0, std::vector{C(9, 0, 3), C(10, 5000, 0)}, 10);  // caught up
  c.group.Append(2, std::vector{C(1, 0, 9), C(2, 5000, 9)}, 2);    // warns
  BurrowGroupVerdict verdict = c.Judge(6000);
  EXPECT_EQ(verdict.status, BurrowStatus::kWarn);
  EXPECT_EQ(verdict.partitions.size(), 3u) << "partition 1 was never committed to";
  EXPECT_EQ(verdict.partitions[1].verdict.status, BurrowStatus::kOk);
  EXPECT_EQ(verdict.partitions[1].verdict.complete, 0);
  EXPECT_FALSE(verdict.partitions[1].start.has_value());
  EXPECT_FLOAT_EQ(verdict.complete, 2.0f / 3);
  EXPECT_EQ(verdict.total_lag, 28);
  EXPECT_EQ(verdict.max_lag, 2);
  EXPECT_EQ(verdict.partitions[2].start->offset, 1);
  EXPECT_EQ(verdict.partitions[2].end->offset, 2);
  EXPECT_EQ(c.Judge(60'000).status, BurrowStatus::kErr) << "partition 2 has stopped";
}

TEST(BurrowVerdict, TheMostLagIsNamedEvenWhenItIsNone) {
  GroupCase c;
  c.group.Append(3, std::vector{C(40, 0, 0)}, 40);
  const BurrowGroupVerdict verdict = c.Judge(0);
  EXPECT_EQ(verdict.status, BurrowStatus::kOk);
  EXPECT_EQ(verdict.max_lag, 0);
  EXPECT_EQ(verdict.partitions.at(0).partition, 3);
  EXPECT_EQ(verdict.complete, 0) << "one of two commits";
}

TEST(BurrowVerdict, ForgottenCommitsAreNone) {
  GroupCase c;
  c.group.Append(3, {}, 40);
  const BurrowGroupVerdict verdict = c.Judge(0);
  EXPECT_TRUE(verdict.partitions.empty());
  EXPECT_EQ(verdict.max_lag, -1);
  EXPECT_EQ(verdict.complete, 0);
}

}  // namespace
}  // namespace levelwind::detectors
