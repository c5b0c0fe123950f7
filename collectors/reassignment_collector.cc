#include "collectors/reassignment_collector.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace levelwind::collectors {

Result<LookReport> ReassignmentCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                                  const Clock& /*clock*/, Duration timeout) {
  LW_ASSIGN_OR_RETURN(std::vector<kafka::ReassignmentInfo> listed,
                      admin.ListReassignments({}, timeout));
  LookReport report;
  std::vector<Reassignment> found;
  found.reserve(listed.size());
  for (kafka::ReassignmentInfo& info : listed) {
    // A partition that the metadata does not know yet is still one that somebody moves.
    if (info.partition.topic.empty() || info.partition.partition < 0) {
      ++report.skipped;
      continue;
    }
    found.push_back({std::move(info.partition), std::move(info.replicas), std::move(info.adding),
                     std::move(info.removing)});
  }
  std::sort(found.begin(), found.end(),
            [](const Reassignment& a, const Reassignment& b) { return a.partition < b.partition; });
  state.reassignments = std::move(found);
  return report;
}

}  // namespace levelwind::collectors
