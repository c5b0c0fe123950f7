#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.h"

namespace levelwind::testing {

/// Records that a test puts into partitions, as brokers would keep them: one batch each. They
/// change neither sizes nor rates; where a partition has some, its log ends where they do.
class SimRecords {
 public:
  void Append(const TopicPartition& tp, const std::string& value, std::int64_t at_ms);

  bool Has(const TopicPartition& tp) const { return logs_.contains(tp); }
  /// The offset that the next record gets.
  std::int64_t End(const TopicPartition& tp) const;
  /// The batches from the one with `offset` on.
  std::vector<std::uint8_t> From(const TopicPartition& tp, std::int64_t offset) const;

 private:
  using Batch = std::vector<std::uint8_t>;
  std::map<TopicPartition, std::vector<Batch>> logs_;  ///< Offsets are places.
};

}  // namespace levelwind::testing
