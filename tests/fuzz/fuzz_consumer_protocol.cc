// The assignment of a group member: opaque bytes that any client may have put there.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kafka/protocol/consumer_protocol.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace levelwind::kafka;  // NOLINT: this file is about nothing else
  auto partitions = ReadAssignment({data, size});
  if (partitions.empty()) return 0;
  auto again = ReadAssignment(WriteAssignment(partitions).data);
  std::sort(partitions.begin(), partitions.end());
  std::sort(again.begin(), again.end());
  Require(again == partitions);
  return 0;
}
