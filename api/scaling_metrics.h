#pragma once

#include "api/metrics_text.h"
#include "model/scaling.h"

namespace levelwind::api {

/// What the autoscaler says about each group, and what became of it. Unknown figures have no
/// sample.
void RenderScalingMetrics(const ScalingView& view, MetricsText& text);

}  // namespace levelwind::api
