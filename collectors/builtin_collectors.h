#pragma once

#include <memory>
#include <vector>

#include "collectors/collector.h"

namespace levelwind::collectors {

/// All sources, in the order in which one step must look at them: the table first, since all others
/// count by it; end offsets right after the commits that they are compared with; sizes right after
/// the end offsets, so that growth in bytes and in messages is of the same time.
std::vector<std::unique_ptr<Collector>> BuiltinCollectors();

}  // namespace levelwind::collectors
