#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "kafka/protocol/api.h"
#include "model/ids.h"

namespace levelwind::testing {

/// Versions that the simulated brokers offer of one API.
struct SimVersionRange {
  std::int16_t min = 0;
  std::int16_t max = 0;
};

struct SimOptions {
  int brokers = 4;                                      ///< Ids 1, 2, ...
  std::vector<std::string> racks = {"r1", "r2", "r3"};  ///< Repeated as needed.
  int log_dirs = 2;                                     ///< Per broker: /sim/ID/data-0, ...
  std::int64_t log_dir_bytes = std::int64_t{1} << 40;
  /// What a broker can replicate in, and out, in bytes per second.
  double replication_bytes_per_s = 1e9;
  /// A new replica is never in sync sooner than this: requests, metadata and a fetch take time.
  Duration min_move_time = std::chrono::milliseconds(50);
  /// Null: the machine's. A ManualClock makes moves, rates and offsets stand still between two
  /// Advance calls. Latency faults always run in real time. Must outlive the cluster.
  const Clock* clock = nullptr;
  /// As with ZooKeeper: only the controller takes admin requests, others answer NOT_CONTROLLER.
  /// False: as with KRaft, any broker passes them on.
  bool controller_required = false;
  /// APIs whose range is not the one of this build, and (nullopt) those the brokers do not have.
  std::map<kafka::ApiKey, std::optional<SimVersionRange>> versions = {};
  /// Whether Requests() tells every request. Off for runs without an end; they are counted still.
  bool keep_requests = true;
};

struct SimTopic {
  std::string name = {};
  /// Per partition, preferred leader first. All brokers must exist.
  std::vector<std::vector<BrokerId>> assignments = {};
  double partition_bytes = 1 << 20;  ///< Of each partition at the start.
  double record_bytes = 1024;        ///< Turns bytes into offsets.
  bool internal = false;
  std::map<std::string, std::string> configs = {};
};

/// A partition's growth. Offsets grow by bytes_per_s / record_bytes of its topic.
struct SimRate {
  TopicPartition partition = {};
  double bytes_per_s = 0;
};

struct SimMember {
  std::string id = {};
  std::string client_id = "sim-client";
  std::string host = "/127.0.0.1";
  std::vector<TopicPartition> assigned = {};
};

struct SimCommit {
  TopicPartition partition = {};
  double offset = 0;
  double records_per_s = 0;  ///< The commit moves on at this rate, up to the end of the log.
};

struct SimGroup {
  std::string name = {};
  std::string type = "classic";  ///< classic, consumer or share.
  std::string state = "Stable";
  std::string protocol_type = "consumer";
  BrokerId coordinator = kNoBroker;  ///< kNoBroker: chosen by the name.
  std::vector<SimMember> members = {};
  std::vector<SimCommit> commits = {};
};

/// One partition as it is now.
struct SimPartitionView {
  Uuid topic_id = {};
  BrokerId leader = kNoBroker;
  std::int32_t leader_epoch = 0;
  std::vector<BrokerId> replicas = {};  ///< While it moves: the target, then those that go.
  std::vector<BrokerId> adding = {};
  std::vector<BrokerId> removing = {};
  std::vector<BrokerId> isr = {};
  double size_bytes = 0;
  double start_offset = 0;
  double end_offset = 0;
  bool moving() const { return !adding.empty() || !removing.empty(); }
};

enum class SimEventKind {
  kMoveStarted,
  kMoveReplaced,  ///< A new target while one was in progress.
  kMoveCancelled,
  kMoveCompleted,
  kLeaderChanged,
  kTopicDeleted,
};

/// What happened to a partition, in order, since the start: for a test that judges a whole run.
struct SimEvent {
  SimEventKind kind = SimEventKind::kMoveStarted;
  SteadyTime time = {};
  TopicPartition partition = {};
  std::vector<BrokerId> replicas = {};  ///< After it.
  std::vector<BrokerId> adding = {};
  std::vector<BrokerId> removing = {};
  BrokerId leader = kNoBroker;
};

/// One request as it was read from a socket, whatever became of it.
struct SimRequest {
  SteadyTime time = {};
  BrokerId broker = kNoBroker;
  kafka::ApiKey api = kafka::ApiKey::kApiVersions;
  std::int16_t version = 0;
  std::string client_id = {};
  std::size_t bytes = 0;
};

struct SimCounters {
  double replicated_bytes = 0;  ///< Copied to replicas that were not in sync.
  int moving_partitions = 0;
  int peak_moving_partitions = 0;
  std::map<BrokerId, int> peak_incoming = {};  ///< Most replicas being added at once, per broker.
  std::uint64_t leader_changes = 0;
};

}  // namespace levelwind::testing
