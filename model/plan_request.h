#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.h"

namespace levelwind {

/// What one plan is asked for, beside what is configured: the work of Cruise Control's endpoints
/// rebalance, add_broker, remove_broker, demote_broker, fix_offline_replicas and
/// topic_configuration in one value. What is empty or false changes nothing. Plain value.
struct PlanRequest {
  std::vector<std::string> goals;       ///< In order of priority; empty: as configured.
  std::vector<std::string> hard_goals;  ///< Of those of the plan; {"none"}: none is hard.
  std::optional<std::uint64_t> seed;

  std::optional<std::int64_t> max_bytes;
  std::optional<std::int64_t> max_replica_moves;
  std::optional<double> max_duration_s;  ///< Of all moves, as estimated.
  bool bound = false;                    ///< Prove a higher lower bound of the bytes.

  /// These take load, and only they receive replicas.
  std::vector<BrokerId> add_brokers;
  /// These are emptied. They stay in the cluster: what stops or unregisters them is not ours, and a
  /// later plan uses them again unless it is asked the same, or they are excluded.
  std::vector<BrokerId> remove_brokers;
  /// These lead nothing that others can lead.
  std::vector<BrokerId> demote_brokers;
  /// Who may receive replicas: these only (empty: all that serve), and never those.
  std::vector<BrokerId> destination_brokers;
  std::vector<BrokerId> excluded_destinations;

  /// ECMAScript expressions on whole topic names: which may move (empty: all), and which not.
  std::string include_topics;
  std::string exclude_topics;
  /// "PATTERN=N": how many replicas the partitions of matching topics are to have.
  std::vector<std::string> replication_factors;

  /// An earlier proposal, such as "p1": what is left of it is where the search starts.
  std::string start_from;

  /// Nothing moves but what is on these brokers, and no more of it than the hard goals need: for a
  /// disk that is about to be full.
  std::vector<BrokerId> relieve_brokers;

  bool leadership_only = false;  ///< No replica moves.
  bool fix_offline = false;      ///< Nothing moves but what is on dead brokers and failed disks.

  /// Between the log dirs of each broker, and nothing else: a plan of its own kind, which goes with
  /// no other work, goal or limit; with topics it does.
  bool log_dirs = false;
  /// With log_dirs, as "BROKER:PATH": these are emptied, as far as the others have room, and
  /// nothing is levelled.
  std::vector<std::string> empty_log_dirs;
  /// With log_dirs: on these brokers only; empty: on all.
  std::vector<BrokerId> log_dir_brokers;

  /// "TOPIC=N": topics that are to have so many partitions. A plan of its own kind, too: nothing
  /// moves; goals, hard goals, seed and which brokers may receive may be said.
  std::vector<std::string> partitions;
};

}  // namespace levelwind
