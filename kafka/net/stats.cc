#include "kafka/net/stats.h"

#include <algorithm>

#include "base/check.h"

namespace levelwind::kafka {

StatsRecorder::Counters& StatsRecorder::Of(ApiKey api) {
  const auto key = static_cast<std::size_t>(api);
  LW_CHECK(key < kApiKeys);
  return counters_[key];
}

void StatsRecorder::Sent(ApiKey api, std::size_t bytes) {
  ++requests_;
  Counters& counters = Of(api);
  ++counters.requests;
  counters.bytes_out += bytes;
}

void StatsRecorder::Received(ApiKey api, std::size_t bytes) { Of(api).bytes_in += bytes; }

void StatsRecorder::Failed(ApiKey api) { ++Of(api).errors; }

void StatsRecorder::Connected(const std::string& address, const SpokenVersions& spoken) {
  ++connects_;
  std::lock_guard lock(mutex_);
  spoken_[address] = spoken;
}

ClientStats StatsRecorder::Snapshot() const {
  ClientStats stats;
  for (const ApiInfo& api : KnownApis()) {
    const Counters& counters = counters_[static_cast<std::size_t>(api.key)];
    if (counters.requests == 0) continue;
    stats.apis[std::string(api.name)] = {counters.requests, counters.errors, counters.bytes_out,
                                         counters.bytes_in};
  }
  stats.connects = connects_;
  stats.connect_failures = connect_failures_;
  std::lock_guard lock(mutex_);
  for (const auto& [address, spoken] : spoken_) {
    if (!stats.common_versions) stats.common_versions = spoken;
    std::ranges::transform(*stats.common_versions, spoken, stats.common_versions->begin(),
                           [](std::int16_t a, std::int16_t b) { return std::min(a, b); });
  }
  return stats;
}

}  // namespace levelwind::kafka
