#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_types.h"

namespace levelwind::load {

/// A speed in records or in bytes per second. Both 0: as fast as it goes.
struct Rate {
  double records_per_s = 0;
  double bytes_per_s = 0;
};

struct ProduceSpec {
  std::string topic;
  Rate rate;
  std::int64_t total_bytes = 0;  ///< Stop after so many value bytes; 0: no end.
  std::int32_t record_bytes = 1024;
  std::map<std::int32_t, double> weights;  ///< Per partition. Empty: one weight each for all.
  bool keys = true;
  bool chains = false;  ///< Keys are "chain-PARTITION": what a hot chain is keyed by.
};

struct ConsumeSpec {
  std::string group;
  std::string topic;
  double max_records_per_s = 0;  ///< 0: as fast as it goes. Shared by the members.
  int members = 1;
  bool kip848 = false;
  std::string assignor;  ///< As in kafka::ConsumerOptions.
  bool from_latest = false;
};

/// All that one run does: topics are created, `fill` is produced at full speed, "filled" is
/// printed, then `produce` and `consume` go on together until the end.
struct LoadPlan {
  std::vector<kafka::NewTopic> topics;
  std::vector<ProduceSpec> fill;
  std::vector<ProduceSpec> produce;
  std::vector<ConsumeSpec> consume;
};

/// The JSON of README.md. Unknown keys and wrong values are kInvalidArgument naming the place.
Result<LoadPlan> ParseLoadPlan(std::string_view json);

/// "200/s" (records), "2MiB/s" (bytes), "max".
Result<Rate> ParseRate(std::string_view text);
/// "0=5,1=1": partition = weight.
Result<std::map<std::int32_t, double>> ParseWeights(std::string_view text);

}  // namespace levelwind::load
