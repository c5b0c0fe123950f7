// The properties of every plan on clusters that rapidcheck makes out of a few fields, so that one
// which fails is made as small as it can be before it is shown.
//   LEVELWIND_PROPERTY_CASES=N  how many (2,000)
//   LEVELWIND_TEST_SEED=S       what they are drawn from
//   RC_PARAMS="reproduce=..."   the case that a failure printed (rapidcheck's own; goes before the
//   others)
#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"
#include "tests/properties/plan_properties.h"
#include "tests/properties/shrinking/cluster_shape.h"

namespace levelwind::planner::testing {
namespace {

namespace gen = rc::gen;

/// 0 most of the time, else below `count`.
rc::Gen<int> Seldom(int count) {
  return gen::weightedOneOf<int>({{9, gen::just(0)}, {1, gen::inRange(0, count)}});
}

rc::Gen<bool> SeldomTrue() {
  return gen::map(Seldom(2), [](int value) { return value == 1; });
}

/// rapidcheck draws from ranges and lengths that grow with a size: here, of a hundred.
template <class T>
rc::Gen<T> Varied(rc::Gen<T> value) {
  return gen::resize(100, std::move(value));
}

template <class T>
rc::Gen<std::vector<T>> UpTo(int longest, rc::Gen<T> element) {
  return gen::resize(longest, gen::container<std::vector<T>>(Varied(std::move(element))));
}

rc::Gen<BrokerShape> Brokers() {
  return gen::build<BrokerShape>(gen::set(&BrokerShape::rack, gen::inRange(0, 4)),
                                 gen::set(&BrokerShape::state, Seldom(4)));
}

rc::Gen<PartitionShape> Partitions() {
  return gen::build<PartitionShape>(gen::set(&PartitionShape::first, gen::inRange(0, 3)),
                                    gen::set(&PartitionShape::stride, gen::inRange(0, 4)),
                                    gen::set(&PartitionShape::more, gen::inRange(0, 100)),
                                    gen::set(&PartitionShape::load, Seldom(kFigures)),
                                    gen::set(&PartitionShape::size, Seldom(kFigures)),
                                    gen::set(&PartitionShape::lost, Seldom(3)),
                                    gen::set(&PartitionShape::offline, SeldomTrue()),
                                    gen::set(&PartitionShape::reassigning, SeldomTrue()));
}

rc::Gen<TopicShape> Topics() {
  return gen::build<TopicShape>(gen::set(&TopicShape::replicas, gen::inRange(1, 5)),
                                gen::set(&TopicShape::partitions, UpTo(9, Partitions())));
}

rc::Gen<ClusterShape> Clusters() {
  return gen::build<ClusterShape>(
      gen::set(&ClusterShape::brokers, UpTo(8, Brokers())),
      gen::set(&ClusterShape::topics, UpTo(5, Topics())),
      gen::set(&ClusterShape::capacity, Seldom(5)), gen::set(&ClusterShape::max_moves, Seldom(6)),
      gen::set(&ClusterShape::max_bytes, Seldom(6)), gen::set(&ClusterShape::filter, Seldom(3)),
      gen::set(&ClusterShape::max_replicas, Seldom(12)),
      gen::set(&ClusterShape::margin, Seldom(40)),
      gen::set(&ClusterShape::extra, gen::inRange(0, 4)));
}

/// Whether a case keeps all properties; if not, what is said of it.
std::string Objection(const NastyCase& c, int extra, PlanCounts& counts) {
  ::testing::TestPartResultArray failures;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    CheckPlans(c, static_cast<std::uint64_t>(extra), counts);
  }
  std::string text;
  for (int i = 0; i < failures.size(); ++i) {
    text += fmt::format("{}\n", failures.GetTestPartResult(i).message());
  }
  return text;
}

/// What rapidcheck said of a property, and the clusters that failed it, the smallest last.
struct Finding {
  bool holds = false;
  std::string text;
  std::vector<ClusterShape> failed;
};

class Quiet : public rc::detail::TestListener {
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
};

int Cases() {
  const char* text = std::getenv("LEVELWIND_PROPERTY_CASES");
  return text != nullptr ? std::atoi(text) : 2000;
}

/// Checks the property, which says what is wrong with a cluster, or nothing.
Finding Find(const std::function<std::string(const ClusterShape&)>& wrong) {
  Finding finding;
  const auto property = [&] {
    const ClusterShape shape = *Varied(Clusters());
    const std::string objection = wrong(shape);
    if (objection.empty()) return;
    finding.failed.push_back(shape);
    RC_FAIL(objection);
  };
  rc::detail::TestParams params;
  params.seed = FirstSeed();
  params.maxSuccess = Cases();
  Quiet quiet;
  // rc::check takes its seed from a variable of its own alone, and tells of each run.
  const rc::detail::TestResult result =
      rc::detail::checkTestable(property, rc::detail::TestMetadata(), params, quiet,
                                std::unordered_map<std::string, rc::detail::Reproduce>());
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  finding.holds = finding.failed.empty() && result.is<rc::detail::SuccessResult>();
  finding.text = fmt::format("LEVELWIND_TEST_SEED={} LEVELWIND_PROPERTY_CASES={}\n{}", params.seed,
                             params.maxSuccess, text.str());
  return finding;
}

TEST(Shrinking, PropertiesHoldOnDescribedClusters) {
  PlanCounts counts;
  const Finding finding =
      Find([&](const ClusterShape& shape) { return Objection(Build(shape), shape.extra, counts); });
  EXPECT_TRUE(finding.holds) << finding.text;
  fmt::print("{} clusters, {} plans with moves, {} with a budget\n", counts.plans,
             counts.with_moves, counts.budgets);
  if (counts.plans < 1000) return;
  // The generator must make clusters that need plans, or nothing above was tested.
  EXPECT_GT(counts.with_moves, counts.plans / 4);
  EXPECT_GT(counts.budgets, 0U);
}

TEST(Shrinking, ABrokenPropertyIsHeard) {
  ClusterShape shape;
  shape.brokers.resize(2);
  shape.topics.resize(1);
  shape.topics[0].partitions.resize(1);
  PlanCounts counts;
  EXPECT_EQ(Objection(Build(shape), 0, counts), "");
  // A partition that lists a broker twice has an error coming that this case does not announce.
  NastyCase c = Build(shape);
  c.snapshot.replicas.push_back(c.snapshot.replicas[0]);
  c.snapshot.partitions[0].replica_count = 2;
  EXPECT_NE(Objection(c, 0, counts), "");
}

bool IsGiant(const PartitionShape& p) { return p.load == static_cast<int>(Figure::kGiant); }

std::size_t Giants(const ClusterShape& shape) {
  std::size_t count = 0;
  for (const TopicShape& topic : shape.topics) {
    count += static_cast<std::size_t>(std::ranges::count_if(topic.partitions, IsGiant));
  }
  return count;
}

std::size_t PartitionsOf(const ClusterShape& shape) {
  std::size_t count = 0;
  for (const TopicShape& topic : shape.topics) count += topic.partitions.size();
  return count;
}

/// "Every plan levels the inbound network" is false where one partition is heavier than a broker's
/// share. Of all such clusters the one to read is two brokers with one partition.
TEST(Shrinking, AClusterWithAGiantPartitionShrinksToItsBones) {
  PlannerOptions options;
  options.effort = Effort::kFast;
  const Finding finding = Find([&](const ClusterShape& shape) {
    if (Giants(shape) == 0) return std::string();
    const Result<Proposal> proposal = PlanRebalance(Build(shape).snapshot, options);
    const auto goal = std::ranges::find(proposal->goals, "NetworkInboundUsageDistributionGoal",
                                        &GoalVerdict::goal);
    const bool level = goal == proposal->goals.end() || goal->violations_after == 0;
    return level ? std::string() : fmt::format("{} brokers out of band", goal->violations_after);
  });
  ASSERT_FALSE(finding.holds);
  ASSERT_GE(finding.failed.size(), 2U) << "nothing was shrunk";
  const ClusterShape& first = finding.failed.front();
  const ClusterShape& last = finding.failed.back();
  EXPECT_LT(PartitionsOf(last), PartitionsOf(first)) << first;
  EXPECT_GE(last.brokers.size(), 2U) << last;
  EXPECT_LE(last.brokers.size(), 3U) << last;
  EXPECT_EQ(PartitionsOf(last), 1U) << last;
  EXPECT_EQ(Giants(last), 1U) << last;
  // What does not matter is gone.
  EXPECT_EQ(last.topics.back().partitions.back().more, 0) << last;
  EXPECT_TRUE(std::ranges::all_of(last.brokers, [](const BrokerShape& b) {
    return b == BrokerShape{};
  })) << last;
  // Shown: the cluster, what is wrong, and how to have it again.
  for (const char* part : {"load giant", "out of band", "LEVELWIND_TEST_SEED="}) {
    EXPECT_NE(finding.text.find(part), std::string::npos) << part << " is not in\n" << finding.text;
  }
}

}  // namespace
}  // namespace levelwind::planner::testing
