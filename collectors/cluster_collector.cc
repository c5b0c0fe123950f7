#include "collectors/cluster_collector.h"

#include <utility>

namespace levelwind::collectors {

Result<LookReport> ClusterCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                             const Clock& /*clock*/, Duration timeout) {
  LW_ASSIGN_OR_RETURN(const kafka::ClusterMetadata metadata, admin.DescribeCluster(timeout));
  const std::string& known = state.table.shape().cluster_id;
  // The address may come to another cluster (a restored backup, a re-used port). Its brokers and
  // offsets must not be mixed with what is known of ours.
  if (!known.empty() && metadata.cluster_id != known) {
    return FailedPrecondition("the cluster id is now " + metadata.cluster_id + " and was " + known +
                              ": this is another cluster; restart levelwind to watch it");
  }
  LookReport report;
  ClusterTable table = ClusterTable::Build(metadata, state.table, report.skipped);
  if (table.empty()) return Unavailable("the cluster named no broker at all; is it starting?");
  state.SetTable(std::move(table));
  return report;
}

}  // namespace levelwind::collectors
