#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/cluster_snapshot.h"

namespace levelwind::planner {

/// Reads a cluster snapshot file ("cluster-snapshot/1", JSON). Pure; any thread.
///
/// {"format":"cluster-snapshot/1",
///  "brokers":[{"id":0,"rack":"r1","state":"alive","capacity":{"cpu":100,"network_in":125000,
///              "network_out":250000,"disk":4000000}}, ...],
///  "topics":[{"name":"orders","partitions":[{"replicas":[0,3],"cpu":1.5,"network_in":20,
///             "network_out":40,"disk":900}, ...]}, ...]}
/// Units: cpu in percent of one broker, network in KB/s, disk in MB (KB = 1024 bytes, MB = 1024
/// KB). A partition's figures are its leader's; its number is its place in the array unless
/// "partition" says otherwise. state: alive, new, dead, removing.
///
/// Optional, written by WriteSnapshotJson: top level "cluster_id", "sequence", "taken_at_ms";
/// broker "host", "port", "log_dirs" (each with "path", "total_bytes", "offline"), and "unknown":
/// names of capacity fields whose value is a stand-in; topic "id", "internal"; partition
/// "partition", "leader" (-1: offline), "isr", "reassigning", "log_dirs" (per replica the place of
/// its log dir in the broker's list, -1: unknown), "unknown": names of load fields whose value is a
/// stand-in. Without "leader" the first replica on
/// a serving broker leads, else the first. Without "isr" every replica on a serving broker is in
/// sync. A null or absent load or capacity is unknown. Other fields are skipped.
///
/// Errors: InvalidArgument, naming the place: "topics[3].partitions[0].replicas: broker 99 is not
/// in brokers". Bounded: input to 1 GiB, nesting to 64, 65,000 brokers, 32 replicas per partition.
Result<ClusterSnapshot> ParseSnapshotJson(std::string_view json);

/// Writes the same format. Everything that planbench's score.py needs is there for every broker and
/// partition: an unknown load is written as 0, and an unknown capacity as a stand-in that no load
/// can fill (10 times the cluster's total, at least 100 for cpu), both with their names in
/// "unknown", so that reading the file gives unknown back.
std::string WriteSnapshotJson(const ClusterSnapshot& snapshot);

}  // namespace levelwind::planner
