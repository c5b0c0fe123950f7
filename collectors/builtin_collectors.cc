#include "collectors/builtin_collectors.h"

#include "collectors/cluster_collector.h"
#include "collectors/group_collector.h"
#include "collectors/hindsight_collector.h"
#include "collectors/log_dir_collector.h"
#include "collectors/offset_collector.h"
#include "collectors/offsets_topic_collector.h"
#include "collectors/reassignment_collector.h"
#include "collectors/record_time_collector.h"
#include "collectors/settings_collector.h"

namespace levelwind::collectors {

std::vector<std::unique_ptr<Collector>> BuiltinCollectors(
    const Published<OffsetsFacts>* offsets_topic, kafka::ClusterAdmin* cluster) {
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<ClusterCollector>());
  collectors.push_back(std::make_unique<ReassignmentCollector>());
  collectors.push_back(std::make_unique<GroupCollector>());
  if (offsets_topic != nullptr) {
    collectors.push_back(std::make_unique<OffsetsTopicCollector>(*offsets_topic));
  }
  collectors.push_back(std::make_unique<OffsetCollector>());
  collectors.push_back(std::make_unique<HindsightCollector>());
  collectors.push_back(std::make_unique<RecordTimeCollector>());
  collectors.push_back(std::make_unique<LogDirCollector>());
  if (cluster != nullptr) collectors.push_back(std::make_unique<SettingsCollector>(cluster));
  return collectors;
}

}  // namespace levelwind::collectors
