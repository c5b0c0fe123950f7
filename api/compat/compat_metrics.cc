#include "api/compat/compat_metrics.h"

namespace levelwind::api {

void RenderCompatFamilies(const ClusterSnapshot& snapshot, const SeriesSet& set,
                          const MetricsSetup& setup, MetricsText& text) {
  if (setup.options.kafka_exporter) RenderKafkaExporter(snapshot, set, setup, text);
  if (setup.options.kminion) RenderKminion(snapshot, set, setup, text);
  if (setup.options.kafka_lag_exporter) RenderKafkaLagExporter(snapshot, set, setup, text);
  if (snapshot.burrow != nullptr) RenderBurrow(snapshot, set, setup, text);
}

void RenderCompatCounters(const ClusterSnapshot& snapshot, const SeriesSet& set,
                          const MetricsSetup& setup, MetricsText& text) {
  if (setup.options.kminion) RenderKminionCounters(snapshot, set, text);
}

}  // namespace levelwind::api
