#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "model/ids.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::testing {

/// A row of Kafka's consumer-groups tool. A dash there is kUnknownCount here.
struct ToolLag {
  std::int64_t committed = -1;
  std::int64_t end = -1;
  std::int64_t lag = -1;
  std::string client_id;  ///< Empty: no member has the partition.
  friend bool operator==(const ToolLag&, const ToolLag&) = default;
};
struct GroupPartition {
  std::string group;
  TopicPartition partition;
  friend auto operator<=>(const GroupPartition&, const GroupPartition&) = default;
};
using LagTable = std::map<GroupPartition, ToolLag>;

/// consumer-groups --describe --all-groups.
Result<LagTable> ToolLags(const RealCluster& kafka);

struct ReplicaPlace {
  BrokerId broker = kNoBroker;
  std::string log_dir;
  TopicPartition partition;
  friend auto operator<=>(const ReplicaPlace&, const ReplicaPlace&) = default;
};
using SizeTable = std::map<ReplicaPlace, std::int64_t>;

/// log-dirs --describe.
Result<SizeTable> ToolSizes(const RealCluster& kafka);

}  // namespace levelwind::testing
