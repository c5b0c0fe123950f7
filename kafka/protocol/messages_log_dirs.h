#pragma once

// AlterReplicaLogDirs: moves replicas between the log directories of one broker.

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct AlterReplicaLogDirsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kAlterReplicaLogDirs, "AlterReplicaLogDirsResponse", 1,
                                     2, 2};
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      std::int16_t error_code = 0;
      static constexpr auto kFields = std::tuple{
          F("PartitionIndex", &Partition::partition_index),
          F("ErrorCode", &Partition::error_code),
      };
    };

    std::string topic_name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("TopicName", &Topic::topic_name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> results;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &AlterReplicaLogDirsResponse::throttle_time_ms),
      F("Results", &AlterReplicaLogDirsResponse::results),
  };
};

struct AlterReplicaLogDirsRequest {
  using Response = AlterReplicaLogDirsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kAlterReplicaLogDirs, "AlterReplicaLogDirsRequest", 1,
                                     2, 2};
  struct Dir {
    struct Topic {
      std::string name;
      std::vector<std::int32_t> partitions;
      static constexpr auto kFields = std::tuple{
          F("Name", &Topic::name),
          F("Partitions", &Topic::partitions),
      };
    };

    std::string path;  ///< As DescribeLogDirs tells it.
    std::vector<Topic> topics;
    static constexpr auto kFields = std::tuple{
        F("Path", &Dir::path),
        F("Topics", &Dir::topics),
    };
  };

  std::vector<Dir> dirs;
  static constexpr auto kFields = std::tuple{
      F("Dirs", &AlterReplicaLogDirsRequest::dirs),
  };
};

}  // namespace levelwind::kafka
