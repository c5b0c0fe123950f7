// Records of Cruise Control's three topics: whatever they are, nothing senseless comes out.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "collectors/reporter_topic/reporter_tally.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using levelwind::WallTime;
  levelwind::collectors::ReporterTally tally(std::chrono::seconds(60));
  const WallTime wall{1'795'421'200'000};
  std::span<const std::uint8_t> rest(data, size);
  while (rest.size() >= 2) {
    const std::size_t length = std::min<std::size_t>(rest[1], rest.size() - 2);
    const auto record = rest.subspan(2, length);
    if (rest[0] % 3 == 0) tally.Metric(record, wall, {});
    if (rest[0] % 3 == 1) tally.Partition(record, wall, {});
    if (rest[0] % 3 == 2) tally.Broker(record, wall, {});
    rest = rest.subspan(2 + length);
  }
  tally.Settle(wall, {});
  for (const auto& all : {tally.Live(), tally.Stored()}) {
    for (const auto& sample : all) {
      const double cpu = sample->metrics.cpu_percent;
      Require(std::isnan(cpu) || (cpu >= 0 && cpu <= 100));
      for (const auto& topic : sample->topics) Require(!(topic.bytes_in_per_s < 0));
      for (const auto& partition : sample->partitions) Require(!(partition.bytes_in_per_s < 0));
    }
  }
  return 0;
}
