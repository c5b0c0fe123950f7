#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "api/snapshot_metrics.h"
#include "tests/api/fake_backend.h"
#include "tests/support/temp_dir.h"

namespace levelwind::testing {

/// What `promtool check metrics` says; empty when it is content. Its exit status in front when it
/// is not 0: 1 for what it cannot read, 3 for what it would name differently.
inline std::string Promtool(const std::string& metrics) {
  ScratchDir dir;
  const std::string in = dir.path() + "/metrics";
  const std::string out = dir.path() + "/out";
  std::ofstream(in, std::ios::binary) << metrics;
  const std::string command = "promtool check metrics < " + in + " > " + out + " 2>&1";
  const int status = std::system(command.c_str());
  std::stringstream text;
  text << std::ifstream(out).rdbuf();
  if (status == 0) return text.str();
  return fmt::format("exit {}: {}", WEXITSTATUS(status), text.str());
}

/// Series (name and labels) that occur more than once.
inline std::string Duplicates(const std::string& metrics) {
  std::set<std::string> seen;
  std::string twice;
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    const std::string series = line.substr(0, line.rfind(' '));
    if (!series.starts_with('#') && !seen.insert(series).second) twice += series + "\n";
  }
  return twice;
}

struct Family {
  std::string type;
  std::set<std::string> labels;  ///< Of any of its series.
  int series = 0;
  friend bool operator==(const Family&, const Family&) = default;
};

/// The names of the labels in `{a="x",b="y"}`.
inline std::set<std::string> LabelsIn(const std::string& line) {
  std::set<std::string> labels;
  std::string name;
  bool quoted = false;
  const std::size_t open = line.find('{');
  for (std::size_t i = open; i != std::string::npos && i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '{' || c == ',') {
      name.clear();
    } else if (c == '=') {
      labels.insert(name);
    } else if (c == '"') {
      quoted = true;
    } else if (c == '}') {
      break;
    } else {
      name += c;
    }
  }
  return labels;
}

/// What a scraper makes of a page: families with their type and labels.
inline std::map<std::string, Family> Families(const std::string& metrics) {
  std::map<std::string, Family> families;
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      std::istringstream words(line.substr(7));
      std::string name;
      words >> name;
      EXPECT_FALSE(families.contains(name)) << name << " is begun twice";
      words >> families[name].type;
    } else if (!line.starts_with('#') && !line.empty()) {
      Family& family = families[line.substr(0, line.find_first_of("{ "))];
      family.labels.merge(LabelsIn(line));
      ++family.series;
    }
  }
  return families;
}

/// A snapshot with everything that some family needs to have a series: two groups that read orders
/// (one commit each of two partitions is complete) and a member without work.
inline std::shared_ptr<ClusterSnapshot> FullSnapshot() {
  auto snapshot = SmallSnapshot({});
  for (SourceStatus& source : snapshot->sources) source.ok = true;
  snapshot->confidence.sizes = true;
  for (Broker& broker : snapshot->brokers) {
    broker.host = "kafka-" + std::to_string(broker.id);
    broker.port = 9092;
    broker.log_dirs = {{"/data", false, 1 << 30, 1 << 20, 1 << 20}};
  }
  for (Partition& partition : snapshot->partitions) {
    partition.log_start_offset = 3;
    partition.log_end_offset = 100;
  }
  ConsumerGroup& billing = snapshot->groups[0];
  billing.protocol_type = "consumer";
  billing.assignor = "range";
  billing.offsets = {{0, 0, 90, 10}, {1, -1, 95, 5}};
  billing.offsets.Edit()[0].lag_seconds = 2.5;
  billing.offsets.Edit()[1].lag_seconds = 1;
  billing.total_lag = 15;
  billing.activity.from_records = true;
  billing.activity.commits = 42;
  billing.max_lag = 10;
  billing.time_lag = {2.5, TimeLagMethod::kExact, 1};
  return snapshot;
}

/// Adds Burrow's history: billing has all two commits of orders-0 and one of orders-1.
inline void AddBurrow(ClusterSnapshot& snapshot) {
  const std::int64_t now = snapshot.taken_at.unix_ms;
  auto history = std::make_shared<BurrowHistory>();
  history->rules.intervals = 2;
  history->ends = {
      std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{100, 100, 100})};
  auto group = std::make_shared<BurrowGroup>("billing");
  group->Append(0,
                std::vector<BurrowCommit>{{80, now - 9000, now - 8900, 1, 5},
                                          {90, now - 4000, now - 3900, 2, 7}},
                90);
  group->Append(1, std::vector<BurrowCommit>{{95, now - 4000, now - 3900, 1, kUnknownCount}}, 95);
  history->groups = {std::move(group)};
  snapshot.burrow = std::move(history);
}

}  // namespace levelwind::testing
