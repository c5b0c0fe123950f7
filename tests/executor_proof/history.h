#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "kafka/admin_client.h"
#include "kafka/admin_topics.h"
#include "model/ids.h"
#include "model/proposal.h"
#include "store/records.h"

namespace levelwind::testing {

/// One partition as it truly was, not as anybody was told.
struct PartitionState {
  Uuid topic_id;
  std::vector<BrokerId> replicas;  ///< The union while it moves.
  std::vector<BrokerId> isr, adding, removing;
  BrokerId leader = kNoBroker;
  bool moving = false;
  std::int64_t size = 0;
  std::map<BrokerId, std::string> dirs;  ///< Every replica's log dir.
  struct Future {
    std::string dir;
    std::int64_t copied = 0;
  };
  std::map<BrokerId, Future> futures;
  std::map<BrokerId, std::int64_t> copied;  ///< Of `adding`.
};

/// A dynamic configuration value's place.
struct ConfigName {
  bool topic = false;
  std::string resource, key;
  friend auto operator<=>(const ConfigName&, const ConfigName&) = default;
};

struct ClusterState {
  std::set<BrokerId> live;
  std::map<TopicPartition, PartitionState> partitions;
  std::map<ConfigName, std::string> throttles;
  std::map<std::string, std::int32_t> min_isr;  ///< By topic, as it is in effect.
  std::map<LogDirName, std::int64_t> usable;    ///< Free bytes; those not named have plenty.
  std::map<BrokerId, std::string> racks;        ///< Those not named are on racks of their own.
  std::set<BrokerId> silent_dirs;               ///< Live, but do not tell their log dirs.
  bool silent_configs = false;                  ///< Topics' configurations cannot be read.
};
using ClusterStatePtr = std::shared_ptr<const ClusterState>;

/// A mutating request as it left the executor, whatever became of it.
struct RequestSent {
  std::string api;
  std::vector<kafka::ReassignmentRequest> reassignments;
  bool allow_factor_change = false;
  std::vector<TopicPartition> elections;
  std::vector<kafka::ConfigChange> configs;
  std::vector<kafka::ReplicaDirMove> dir_moves;
};

enum class EventKind : std::uint8_t {
  kState,    ///< The world went on by itself, or by another tool.
  kLook,     ///< The executor reads the cluster in this state.
  kBlind,    ///< It tries to, and nothing answers.
  kCommit,   ///< A journal transaction that is on disk.
  kRequest,  ///< Left the executor while the cluster was in this state.
  kRestart,  ///< A process died and another one opened the journal.
  kForeign,  ///< Somebody else changed `touched`, or the configuration `config`.
  kCalm,     ///< From now on nothing fails any more.
};

struct Event {
  EventKind kind = EventKind::kState;
  std::int64_t at_ms = 0;        ///< By a clock that never jumps.
  std::uint64_t generation = 0;  ///< Of the process that acted.
  ClusterStatePtr state;         ///< Before the event; never null.
  store::JournalBatch batch;     ///< kCommit.
  RequestSent request;           ///< kRequest.
  std::vector<TopicPartition> touched;
  ConfigName config;
};

/// What the executor had to keep to.
struct Limits {
  std::int32_t moves_per_broker = 0, moves_cluster = 0, leader_moves = 0;
  std::int32_t dir_moves_per_broker = 0, moves_per_dir = 0;
  std::int64_t bytes_per_broker = 0, started_bytes_per_s = 0;  ///< 0: no limit.
  std::int64_t bytes_per_day = 0, moves_per_day = 0;
  std::size_t queued = 16;
  bool throttled = true;
};

/// Everything that happened, in order.
struct History {
  Limits limits;
  std::vector<Event> events;
};

}  // namespace levelwind::testing
