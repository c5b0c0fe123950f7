// The tail of __consumer_offsets, fed with records of our own making: the input is a list of
// {flags, producer, key length, key, value length, value}. Whatever is in it, what the tail knows
// stays within its limits and can be told.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "collectors/offsets_topic/offsets_tail.h"
#include "tests/fuzz/require.h"

namespace {

using namespace levelwind;              // NOLINT: this file is about nothing else
using namespace levelwind::collectors;  // NOLINT

class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  std::uint8_t Byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::span<const std::uint8_t> Bytes() {
    const std::size_t wanted = Byte();
    const std::size_t size = std::min(wanted, rest_.size());
    const auto bytes = rest_.first(size);
    rest_ = rest_.subspan(size);
    return bytes;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

constexpr std::uint8_t kTransactional = 1;
constexpr std::uint8_t kControl = 2;
constexpr std::uint8_t kNoKey = 4;
constexpr std::uint8_t kTombstone = 8;
constexpr std::uint8_t kNewBatch = 16;
constexpr std::uint8_t kJump = 32;
constexpr std::uint8_t kTell = 64;
constexpr std::uint8_t kOtherLog = 128;

void Check(OffsetsTail& tail, const OffsetsTailLimits& limits) {
  Require(tail.groups() <= limits.most_groups);
  Require(tail.partitions() <= limits.most_partitions);
  Require(tail.pending() <= limits.most_pending);
  std::size_t partitions = 0;
  for (const GroupFactsPtr& facts : tail.Facts()) {
    for (const TopicFacts& topic : facts->topics) {
      Require(!topic.partitions.empty());
      Require(std::ranges::is_sorted(topic.partitions, {}, &PartitionFacts::partition));
      partitions += topic.partitions.size();
    }
  }
  Require(partitions == tail.partitions());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OffsetsTailLimits limits{
      .most_groups = 4, .most_partitions = 6, .most_pending = 3, .most_deleted = 2};
  OffsetsTail tail(limits);
  Input input({data, size});
  std::int64_t offset = 0;
  kafka::BatchInfo batch;
  while (!input.empty()) {
    const std::uint8_t flags = input.Byte();
    batch.producer_id = input.Byte() % 4;
    batch.transactional = (flags & kTransactional) != 0;
    batch.control = (flags & kControl) != 0;
    if ((flags & kNewBatch) != 0) batch.base_offset = offset;
    const int log = (flags & kOtherLog) != 0 ? 1 : 0;
    if ((flags & kJump) != 0) tail.Jump(log);
    kafka::RecordView record;
    record.offset = offset++;
    record.timestamp_ms = offset;
    const auto key = input.Bytes();
    const auto value = input.Bytes();
    if ((flags & kNoKey) == 0) record.key = key;
    if ((flags & kTombstone) == 0) record.value = value;
    tail.Feed(log, batch, record);
    if ((flags & kTell) != 0) Check(tail, limits);
  }
  Check(tail, limits);
  return 0;
}
