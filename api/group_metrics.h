#pragma once

#include "api/family_writer.h"
#include "api/metrics_options.h"

namespace levelwind::api {

/// Our own families of consumer groups: totals of each group, and what the granularity asks for.
void RenderGroupFamilies(FamilyWriter& write, MetricsGranularity granularity);

/// What groups do beside reading (group_activity_metrics.cc): the gauges, and the counters, whose
/// text differs between the formats.
void RenderActivityFamilies(FamilyWriter& write);
void RenderActivityCounters(FamilyWriter& write);
/// How the reading of __consumer_offsets goes.
void RenderOffsetsTopicFamilies(const OffsetsTopicView& view, MetricsText& text);

}  // namespace levelwind::api
