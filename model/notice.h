#pragma once

#include <string>
#include <vector>

#include "model/healing.h"

namespace levelwind {

/// What people are told of: one decision about one anomaly, with its whole record. Plain value.
struct Notice {
  HealingCase record;
  HealingEvent event;
  std::string cluster;  ///< As configured.
};

/// What of a case's events is worth a message: that it is there, what is planned, waits, is done
/// and came of it; not every step between.
bool IsNews(const HealingEvent& event, const HealingCase& record);

}  // namespace levelwind
