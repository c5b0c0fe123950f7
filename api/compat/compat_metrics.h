#pragma once

#include "api/metrics_text.h"
#include "api/series_set.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// The families of the other lag tools that are switched on, under their names, with their labels
/// and oddities (docs/compat-lag-tools.md). Only gauges.
void RenderCompatFamilies(const ClusterSnapshot& snapshot, const SeriesSet& set,
                          const MetricsSetup& setup, MetricsText& text);

/// Their counters, whose text differs between the formats.
void RenderCompatCounters(const ClusterSnapshot& snapshot, const SeriesSet& set,
                          const MetricsSetup& setup, MetricsText& text);

void RenderKminionCounters(const ClusterSnapshot& snapshot, const SeriesSet& set,
                           MetricsText& text);
void RenderKafkaExporter(const ClusterSnapshot& snapshot, const SeriesSet& set,
                         const MetricsSetup& setup, MetricsText& text);
void RenderKminion(const ClusterSnapshot& snapshot, const SeriesSet& set, const MetricsSetup& setup,
                   MetricsText& text);
void RenderKafkaLagExporter(const ClusterSnapshot& snapshot, const SeriesSet& set,
                            const MetricsSetup& setup, MetricsText& text);
void RenderBurrow(const ClusterSnapshot& snapshot, const SeriesSet& set, const MetricsSetup& setup,
                  MetricsText& text);

}  // namespace levelwind::api
