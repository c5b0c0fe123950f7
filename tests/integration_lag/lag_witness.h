#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/ids.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {

struct WitnessedKey {
  std::string group;
  TopicPartition partition;
  friend auto operator<=>(const WitnessedKey&, const WitnessedKey&) = default;
};
struct WitnessedOffsets {
  std::int64_t committed = -1;  ///< -1: none.
  std::int64_t end = -1;        ///< Read after the commits.
};
using WitnessedLags = std::map<WitnessedKey, WitnessedOffsets>;

/// A record of a topic whose making the test decides. The offset is its place among those of its
/// partition.
struct TimedRecord {
  TopicPartition partition;
  std::int64_t unix_ms = 0;
  std::string key = "k";
};

/// Kafka's Java clients as a second opinion: tests/referee/LagWitness.java. One thread.
class LagWitness {
 public:
  explicit LagWitness(const RealCluster& kafka) : kafka_(kafka), work_("lag-witness") {}

  /// Runs a verb of it to its end.
  Result<std::string> Run(std::vector<std::string> arguments) const;
  /// Starts a verb that goes on; returns when it has said `word`. Dropping it kills it.
  Result<Subprocess> Start(std::vector<std::string> arguments, const std::string& word) const;

  Result<WitnessedLags> Look() const;
  Status Produce(const std::vector<TimedRecord>& records) const;
  Status Commit(const std::string& group, const TopicPartition& partition,
                std::int64_t offset) const;
  std::string PathOf(const std::string& name) const { return work_.path() + "/" + name; }

 private:
  std::vector<std::string> Command(std::vector<std::string> arguments) const;

  const RealCluster& kafka_;
  TempDir work_;
};

}  // namespace levelwind::testing
