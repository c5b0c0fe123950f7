#pragma once

// Internal to planner/: the log dirs in a snapshot file (snapshot_file.h).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "planner/json_reader.h"

namespace levelwind::planner {

/// [{"path":"/data/a","total_bytes":4000000,"offline":true}, ...] of a broker; a total that is
/// missing or null is unknown.
Status ReadLogDirs(JsonReader& reader, std::vector<LogDir>& dirs);
/// Of a partition, in the order of its replicas: the place of each one's log dir in its broker's
/// list, -1 where it is unknown.
Status ReadDirPlaces(JsonReader& reader, std::vector<std::int16_t>& places);
/// Sets the replicas' log dirs; a replica in one that is offline is offline. What is wrong with the
/// places, for the caller to say where; empty: nothing. No places: nothing is known.
std::string PlaceReplicas(const ClusterSnapshot& snapshot, const std::vector<std::int16_t>& places,
                          std::span<Replica> replicas);

/// `,"log_dirs":[...]` for a broker that has any, and for a partition with a replica whose log dir
/// is known.
void WriteLogDirs(const Broker& broker, std::string& out);
void WriteDirPlaces(const ClusterSnapshot& snapshot, const Partition& partition, std::string& out);

}  // namespace levelwind::planner
