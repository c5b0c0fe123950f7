#pragma once

#include <string>
#include <vector>

#include "actions/scaling/scaling_options.h"
#include "api/external_metrics/external_metrics_options.h"
#include "api/keda/keda_options.h"
#include "planner/autoscale/autoscale_options.h"

namespace levelwind::config {

/// A consumer group, or several, that the autoscaler looks after.
struct AutoscaleGroup {
  std::string group;   ///< Its name, or a pattern as in base/name_filter.h.
  std::string target;  ///< The workload, "deployment/shop/orders"; empty: only shown and served.
  planner::AutoscaleOptions options;  ///< autoscale.defaults with the item's own keys on top.
};

/// Keys below autoscale. Plain value.
struct AutoscaleConfig {
  planner::AutoscaleOptions defaults;
  /// Nobody is looked after who is not listed; the first entry that fits a group counts.
  std::vector<AutoscaleGroup> groups;

  actions::KubeOptions kubernetes;
  actions::KubeScalerOptions scale;
  bool lease_on = false;  ///< Only the daemon that holds the lease acts.
  actions::LeaseOptions lease;
  actions::ScalingWebhookOptions webhook;  ///< Without a URL there is none.

  std::string keda_listen;  ///< ADDRESS:PORT; empty: off. In place of the options' own.
  api::KedaOptions keda;
  std::string external_metrics_listen;  ///< Likewise.
  api::ExternalMetricsOptions external_metrics;
};

}  // namespace levelwind::config
