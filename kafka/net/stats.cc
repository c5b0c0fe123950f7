#include "kafka/net/stats.h"

#include "base/check.h"

namespace levelwind::kafka {

StatsRecorder::Counters& StatsRecorder::Of(ApiKey api) {
  const auto key = static_cast<std::size_t>(api);
  LW_CHECK(key < kKeys);
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
  return stats;
}

}  // namespace levelwind::kafka
