// A thousand groups of twenty partitions each, against what Kafka's Java client says of them.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "tests/integration_lag/lag_fixture.h"

namespace levelwind::testing {
namespace {

constexpr int kGroups = 1000;
constexpr int kTopics = 100;
constexpr int kPartitions = 20;
constexpr auto kPairs = static_cast<std::size_t>(kGroups) * kPartitions;

class LagScaleTest : public LagFixture {
 protected:
  /// Other tests' groups are none of this one's business.
  static bool IsOurs(const std::string& group) { return group.starts_with("lag-group-"); }

  Result<WitnessedLags> Told() const {
    LW_ASSIGN_OR_RETURN(WitnessedLags lags, witness_.Look());
    std::erase_if(lags, [](const auto& entry) { return !IsOurs(entry.first.group); });
    return lags;
  }

  static WitnessedLags Ours(const ClusterSnapshot& snapshot) {
    WitnessedLags lags;
    for (const ConsumerGroup& group : snapshot.groups) {
      if (!IsOurs(group.name)) continue;
      for (const GroupOffset& offset : group.offsets) {
        const Partition& partition =
            snapshot.partitions[static_cast<std::size_t>(offset.partition)];
        lags[{group.name, snapshot.NameOf(partition)}] = {offset.committed,
                                                          partition.log_end_offset};
      }
    }
    return lags;
  }
};

TEST_F(LagScaleTest, EqualsTheJavaClientAtRestAndLiesBetweenTwoOfItsLooksWhileAllMoves) {
  const auto count = [](int number) { return std::to_string(number); };
  ASSERT_TRUE(witness_.Run({"topics", count(kTopics), count(kPartitions)}).ok());
  ASSERT_TRUE(witness_.Run({"groups", count(kGroups), count(kTopics)}).ok());

  Look();  // the first, with its second per source, may miss some
  const SnapshotPtr rest = Look();
  const auto told = Told();
  ASSERT_TRUE(told.ok()) << told.error();
  const WitnessedLags ours = Ours(*rest);
  EXPECT_EQ(ours.size(), kPairs);
  std::size_t unequal = 0;
  for (const auto& [key, offsets] : *told) {
    const auto mine = ours.find(key);
    const bool same = mine != ours.end() && mine->second.committed == offsets.committed &&
                      mine->second.end == offsets.end;
    if (!same && ++unequal <= 5) {
      ADD_FAILURE() << key.group << " " << key.partition.ToString() << ": Java says "
                    << offsets.committed << " of " << offsets.end << ", we say "
                    << (mine == ours.end() ? -2 : mine->second.committed) << " of "
                    << (mine == ours.end() ? -2 : mine->second.end);
    }
  }
  EXPECT_EQ(told->size(), kPairs);
  EXPECT_EQ(unequal, 0u);
  for (const ConsumerGroup& group : rest->groups) {
    if (!IsOurs(group.name)) continue;
    std::int64_t total = 0;
    for (const GroupOffset& offset : group.offsets) {
      const auto& java = told->at(
          {group.name, rest->NameOf(rest->partitions[static_cast<std::size_t>(offset.partition)])});
      EXPECT_EQ(offset.lag, java.end - java.committed);
      total += java.end - java.committed;
    }
    EXPECT_EQ(group.total_lag, total) << group.name;
  }

  auto churn =
      witness_.Start({"churn", count(kGroups), count(kTopics), count(kPartitions)}, "churning");
  ASSERT_TRUE(churn.ok()) << churn.error();
  const auto before = Told();
  const SnapshotPtr moving = Look();
  const auto after = Told();
  ASSERT_TRUE(before.ok() && after.ok());
  std::size_t outside = 0;
  std::size_t moved = 0;
  for (const auto& [key, mine] : Ours(*moving)) {
    const WitnessedOffsets& low = before->at(key);
    const WitnessedOffsets& high = after->at(key);
    moved += high.end > low.end || high.committed > low.committed ? 1U : 0U;
    const bool inside = mine.committed >= low.committed && mine.committed <= high.committed &&
                        mine.end >= low.end && mine.end <= high.end;
    if (!inside && ++outside <= 5) {
      ADD_FAILURE() << key.group << " " << key.partition.ToString() << ": " << mine.committed
                    << " of " << mine.end << " is not between " << low.committed << " of "
                    << low.end << " and " << high.committed << " of " << high.end;
    }
  }
  EXPECT_EQ(outside, 0u);
  EXPECT_GT(moved, kPairs / 20) << "it must have been busy to prove anything";
}

}  // namespace
}  // namespace levelwind::testing
