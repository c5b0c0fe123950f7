#pragma once

#include "api/backend.h"
#include "api/metrics_options.h"
#include "api/metrics_text.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// What other tools say about themselves, of ours. `snapshot` may be null.
void RenderCompatActivity(const DaemonInfo& info, const ClusterSnapshot* snapshot,
                          const MetricsOptions& options, MetricsText& text);

}  // namespace levelwind::api
