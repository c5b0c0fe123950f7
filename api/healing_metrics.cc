#include "api/healing_metrics.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace levelwind::api {

void RenderHealingMetrics(const HealingView& view, MetricsText& text) {
  using Type = MetricsText::Type;
  std::map<std::pair<std::string, std::string_view>, int> states;
  for (const HealingCase& record : view.cases) {
    if (!IsOver(record.state)) ++states[{record.anomaly.type, HealStateName(record.state)}];
  }
  text.Family("levelwind_healing_anomalies", Type::kGauge,
              "Anomalies that are not over, by type and by how far the decision is.");
  for (const auto& [key, count] : states) {
    text.Count(MetricLabels({{"type", key.first}, {"state", key.second}}), count);
  }
  text.Family("levelwind_healing_decisions_total", Type::kCounter,
              "Decisions about anomalies since the start, by type and reason.");
  for (const auto& [key, count] : view.decisions) {
    text.Count(MetricLabels({{"type", key.first}, {"code", key.second}}),
               static_cast<std::int64_t>(count));
  }
  text.Family("levelwind_healing_day", Type::kGauge,
              "What the healing did in the last 24 hours: operations, bytes, brokers.");
  text.Count(MetricLabels({{"budget", "operations"}}), view.acts_today);
  text.Count(MetricLabels({{"budget", "bytes"}}), view.bytes_today);
  text.Count(MetricLabels({{"budget", "brokers"}}), view.brokers_today);
  text.Family("levelwind_healing_day_limit", Type::kGauge,
              "What it may do in 24 hours; absent where there is no limit.");
  const std::pair<const char*, std::int64_t> limits[] = {{"operations", view.acts_limit},
                                                         {"bytes", view.bytes_limit},
                                                         {"brokers", view.brokers_limit}};
  for (const auto& [budget, limit] : limits) {
    if (limit > 0) text.Count(MetricLabels({{"budget", budget}}), limit);
  }
  text.Family("levelwind_notices_total", Type::kCounter,
              "Messages of the notifiers since the start, by what became of them.");
  for (const auto& [key, count] : view.notices) {
    text.Count(MetricLabels({{"notifier", key.first}, {"outcome", key.second}}),
               static_cast<std::int64_t>(count));
  }
}

}  // namespace levelwind::api
