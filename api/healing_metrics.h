#pragma once

#include "api/metrics_text.h"
#include "model/healing.h"

namespace levelwind::api {

/// What is decided about anomalies, what was done, and who was told.
void RenderHealingMetrics(const HealingView& view, MetricsText& text);

}  // namespace levelwind::api
