#pragma once

// More partitions for topics, a closer look at partitions, and replicas between log directories.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/uuid.h"
#include "kafka/admin_types.h"
#include "model/ids.h"

namespace levelwind::kafka {

struct MorePartitions {
  std::string topic;
  std::int32_t total = 0;  ///< The new number of partitions, above the present one.
  /// Replicas of the new partitions, preferred leader first. Empty: the controller chooses.
  std::vector<std::vector<BrokerId>> assignments;
};

struct PartitionDetail {
  PartitionInfo info;
  /// Replicas out of the ISR that may lead without loss, and those that were the last that might
  /// (KIP-966). Empty: not told, the brokers are older than Kafka 3.8 or do not keep them.
  std::optional<std::vector<BrokerId>> eligible_leaders;
  std::optional<std::vector<BrokerId>> last_known_eligible;
};
struct TopicDetail {
  std::string name;
  Uuid id;
  bool internal = false;
  std::int16_t error = 0;
  std::vector<PartitionDetail> partitions;
};

/// A replica on `broker` that is to live in the log directory `path` of that broker.
struct ReplicaDirMove {
  TopicPartition partition;
  BrokerId broker = kNoBroker;
  std::string path;  ///< As DescribeLogDirs tells it.
};
struct ReplicaDirOutcome {
  TopicPartition partition;
  BrokerId broker = kNoBroker;
  std::int16_t error = 0;
  std::string error_message;  ///< Only when the broker did not answer.
};

/// Any thread; see AdminClient for timeouts and errors.
class TopicAdmin {
 public:
  virtual ~TopicAdmin() = default;

  /// At most 1,000 topics a request; outcomes per topic.
  virtual Result<std::vector<TopicOutcome>> CreatePartitions(
      const std::vector<MorePartitions>& topics, bool validate_only, Duration timeout) = 0;
  /// The named topics, page by page (2,000 partitions each), so that no answer is large; before
  /// Kafka 3.8 with one Metadata request. Topics that do not exist come with their error. No name:
  /// no topic.
  virtual Result<std::vector<TopicDetail>> DescribeTopics(const std::vector<std::string>& topics,
                                                          Duration timeout) = 0;
  /// Starts moves within brokers; DescribeLogDirs shows the copy (is_future) until it is done. One
  /// request per broker and 1,000 replicas, sent once. One outcome per move, in order.
  virtual Result<std::vector<ReplicaDirOutcome>> MoveReplicaDirs(
      const std::vector<ReplicaDirMove>& moves, Duration timeout) = 0;
};

}  // namespace levelwind::kafka
