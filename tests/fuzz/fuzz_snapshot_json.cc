// The snapshot file reader. What it reads must be written and read again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "planner/snapshot_file.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace levelwind::planner;  // NOLINT: this file is about nothing else
  const auto snapshot =
      ParseSnapshotJson(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!snapshot.ok()) {
    Require(!snapshot.error().message().empty());
    return 0;
  }
  const std::string written = WriteSnapshotJson(*snapshot);
  const auto again = ParseSnapshotJson(written);
  Require(again.ok());
  Require(again->brokers.size() == snapshot->brokers.size());
  return 0;
}
