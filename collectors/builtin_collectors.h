#pragma once

#include <memory>
#include <vector>

#include "base/published.h"
#include "collectors/collector.h"
#include "collectors/offsets_topic/offsets_facts.h"
#include "kafka/admin_cluster.h"

namespace levelwind::collectors {

/// All sources, in the order in which one step must look at them: the table first, since all others
/// count by it; end offsets right after the commits that they are compared with, hindsight before
/// record times, which it saves; sizes soon after the end offsets, so that growth in bytes and in
/// messages is of the same time. `offsets_topic` null: that source is left out; so are settings and
/// quorum without `cluster`.
std::vector<std::unique_ptr<Collector>> BuiltinCollectors(
    const Published<OffsetsFacts>* offsets_topic, kafka::ClusterAdmin* cluster = nullptr);

}  // namespace levelwind::collectors
