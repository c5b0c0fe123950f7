#include "tests/sim_cluster/sim_records.h"

#include <cstddef>

#include "tests/kafka_records/batch_builder.h"

namespace levelwind::testing {

void SimRecords::Append(const TopicPartition& tp, const std::string& value, std::int64_t at_ms) {
  std::vector<Batch>& log = logs_[tp];
  kafka::testing::TestBatch batch;
  batch.base_offset = std::ssize(log);
  batch.base_timestamp = batch.max_timestamp = at_ms;
  batch.records = {{.value = value}};
  log.push_back(kafka::testing::Build(batch));
}

std::int64_t SimRecords::End(const TopicPartition& tp) const {
  const auto found = logs_.find(tp);
  return found == logs_.end() ? 0 : std::ssize(found->second);
}

std::vector<std::uint8_t> SimRecords::From(const TopicPartition& tp, std::int64_t offset) const {
  std::vector<std::uint8_t> bytes;
  const auto found = logs_.find(tp);
  if (found == logs_.end() || offset < 0) return bytes;
  for (auto at = static_cast<std::size_t>(offset); at < found->second.size(); ++at) {
    bytes.insert(bytes.end(), found->second[at].begin(), found->second[at].end());
  }
  return bytes;
}

}  // namespace levelwind::testing
