#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "tests/detector_scenarios/judge.h"

namespace levelwind::scenarios {
namespace {

/// Each labelled scenario once: what is wanted is told, and nothing else. scripts/bench detect
/// lives through them with more seeds and tells precision and recall.
class ScenarioTest : public ::testing::TestWithParam<Scenario> {};

TEST_P(ScenarioTest, TellsWhatIsWrongAndNothingElse) {
  const Outcome outcome = scenarios::Run(GetParam(), 1, detectors::DetectorOptions());
  for (const Wanted& wanted : outcome.missed) {
    ADD_FAILURE() << "missed: " << wanted.type << " " << wanted.subject;
  }
  for (const Alert& alert : outcome.wrong) {
    ADD_FAILURE() << "wrong, minute " << alert.minute << ": " << alert.type << " " << alert.subject
                  << ": " << alert.message;
  }
}

std::string NameOf(const ::testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.name;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

/// The bench counts the held-out ones; what must hold in them is not known beforehand.
std::vector<Scenario> Tuned() {
  std::vector<Scenario> all = AllScenarios();
  std::erase_if(all, [](const Scenario& s) { return s.held_out; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, ScenarioTest, ::testing::ValuesIn(Tuned()), NameOf);

TEST(Scenarios, ThereAreThirtyWithAndThirtyWithoutAnAnomaly) {
  const auto all = Tuned();
  const auto ill = std::ranges::count_if(all, [](const Scenario& s) { return !s.wanted.empty(); });
  EXPECT_GE(ill, 30);
  EXPECT_GE(std::ssize(all) - ill, 30);
}

}  // namespace
}  // namespace levelwind::scenarios
