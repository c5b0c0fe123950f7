// Deals cases out with our models and with Kafka's own classes (Assign.java).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "planner/autoscale/assignors.h"
#include "tests/support/temp_dir.h"

namespace levelwind::planner {
namespace {

using Owners = std::vector<std::int32_t>;

struct Case {
  std::string kind;
  Owners sizes;
  std::int32_t members = 1;
  Owners owners;
};

std::string Joined(const Owners& numbers) {
  std::string out;
  for (const std::int32_t number : numbers)
    out += fmt::format("{}{}", out.empty() ? "" : ",", number);
  return out.empty() ? "-" : out;
}

/// Owners as an assignor may have left them: balanced over `before` members, then some of them
/// gone.
std::vector<Case> MakeCases() {
  std::mt19937 random(20);
  const auto below = [&](std::uint32_t n) { return static_cast<std::int32_t>(random() % n); };
  std::vector<Case> cases;
  for (int i = 0; i < 600; ++i) {
    static const std::vector<std::string> kKinds{"range",   "roundrobin",         "sticky",
                                                 "uniform", "cooperative-sticky", "server-range"};
    Case one;
    one.kind = kKinds[static_cast<std::size_t>(i) % kKinds.size()];
    const std::int32_t topics = i % 3 == 0 ? 1 : 1 + below(4);
    std::int32_t count = 0;
    for (std::int32_t t = 0; t < topics; ++t) {
      one.sizes.push_back(1 + below(i % 5 == 0 ? 100 : 20));
      count += one.sizes.back();
    }
    one.members = 1 + below(static_cast<std::uint32_t>(std::min(40, count + 3)));
    const std::int32_t before = below(12);
    if (before > 0) {
      for (std::int32_t p = 0; p < count; ++p) one.owners.push_back(p % before);
      std::ranges::shuffle(one.owners, random);
    }
    cases.push_back(one);
  }
  return cases;
}

std::vector<Owners> AskKafka(const std::vector<Case>& cases) {
  const levelwind::testing::ScratchDir dir;
  const std::string in = dir.path() + "/cases", out = dir.path() + "/owners";
  {
    std::ofstream file(in);
    for (const Case& one : cases) {
      file << one.kind << " " << Joined(one.sizes) << " " << one.members << " "
           << Joined(one.owners) << "\n";
    }
  }
  const std::string command =
      fmt::format("'{}/tests/assignors/assign' <'{}' >'{}'", LEVELWIND_SOURCE_DIR, in, out);
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::vector<Owners> answers;
  std::ifstream file(out);
  for (std::string line; std::getline(file, line);) {
    Owners owners;
    for (const std::string_view word : Split(line, ',')) {
      owners.push_back(std::atoi(std::string(word).c_str()));
    }
    answers.push_back(owners);
  }
  return answers;
}

std::vector<std::int64_t> Counts(const Owners& owners, std::int32_t members) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(members), 0);
  for (const std::int32_t owner : owners) {
    if (owner >= 0) ++counts[static_cast<std::size_t>(owner)];
  }
  std::ranges::sort(counts);
  return counts;
}

AssignorKind KindOf(const std::string& name) {
  if (name == "range") return AssignorKind::kRange;
  if (name == "roundrobin") return AssignorKind::kRoundRobin;
  if (name == "uniform") return AssignorKind::kUniform;
  if (name == "server-range") return AssignorKind::kServerRange;
  return AssignorKind::kSticky;
}

TEST(AssignorsKafka, DealAsKafkasOwnDo) {
  const std::vector<Case> cases = MakeCases();
  const std::vector<Owners> kafka = AskKafka(cases);
  ASSERT_EQ(kafka.size(), cases.size());
  std::map<std::string, int> same;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    const std::string what =
        fmt::format("{} {} {} {}", one.kind, Joined(one.sizes), one.members, Joined(one.owners));
    const Owners ours = Deal(
        KindOf(one.kind), {.topic_sizes = one.sizes, .members = one.members, .owners = one.owners});
    ASSERT_EQ(ours.size(), kafka[i].size()) << what;
    EXPECT_EQ(Counts(ours, one.members), Counts(kafka[i], one.members)) << what;
    if (one.kind == "range" || one.kind == "roundrobin" || one.kind == "server-range") {
      EXPECT_EQ(ours, kafka[i]) << what;
    } else {
      // Who keeps one more is not told by the rules; how many have to move is.
      EXPECT_EQ(MovedPartitions(one.owners, ours), MovedPartitions(one.owners, kafka[i])) << what;
    }
    ++same[one.kind];
  }
  EXPECT_EQ(same.size(), 6U);
}

}  // namespace
}  // namespace levelwind::planner
