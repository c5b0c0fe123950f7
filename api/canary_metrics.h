#pragma once

#include "api/metrics_text.h"
#include "model/canary.h"

namespace levelwind::api {

/// What the end-to-end canary saw, by partition and the broker that leads it now. Per scrape: there
/// are as many partitions as brokers.
void RenderCanaryMetrics(const CanaryView& view, MetricsText& text);

}  // namespace levelwind::api
