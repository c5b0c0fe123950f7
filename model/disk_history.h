#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"

namespace levelwind {

/// What is kept over a restart about how full one log dir was: means of equal steps of time.
struct DiskHistory {
  BrokerId broker = kNoBroker;
  std::string path;
  std::int64_t step_ms = 0;
  std::int64_t newest_ms = 0;  ///< Unix time at which the newest step begins.
  std::vector<float> used;     ///< Bytes, oldest first; NaN: not known then.
};

}  // namespace levelwind
