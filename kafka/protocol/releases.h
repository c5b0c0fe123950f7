#pragma once

#include <cstdint>
#include <string_view>

#include "kafka/protocol/api.h"

namespace levelwind::kafka {

/// The Kafka release that brought this version of an API to brokers ("3.0"), for messages to
/// people. Empty for what every supported release (2.4+) has.
std::string_view FirstRelease(ApiKey api, std::int16_t version);

}  // namespace levelwind::kafka
