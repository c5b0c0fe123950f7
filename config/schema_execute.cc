// What the executor does with a plan: keys below execute.
#include <string_view>
#include <vector>

#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 3600;
constexpr double kMostMoves = 100'000;

/// How much may be copied, and when.
void AddExecuteLimits(std::vector<SchemaEntry>& out) {
  const auto limit = [&](std::string_view key, ValueType type, FieldRef (*field)(Config&),
                         std::string_view description, std::string_view example) {
    out.push_back({key, type, field, description, example, 1, 1e18, {}, "unlimited", 0});
  };
  limit(
      "execute.max_bytes_in_flight_per_broker", ValueType::kBytes,
      [](Config& c) -> FieldRef { return &c.execute.max_bytes_in_flight_per_broker; },
      "Bytes on their way to one broker, and from one, at the same time; other tools' moves "
      "count. A larger partition goes alone.",
      "100GiB");
  limit(
      "execute.max_started_bytes_per_second", ValueType::kRate,
      [](Config& c) -> FieldRef { return &c.execute.max_started_bytes_per_s; },
      "Bytes of copies that are started per second, in the long run.", "200MiB/s");
  out.push_back({"execute.disk_reserve", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.execute.disk_reserve; },
                 "Share of a log dir that copies leave free, judged by its free space right before "
                 "each is sent.",
                 "0.1", 0, 0.9});
  limit(
      "execute.max_bytes_per_day", ValueType::kBytes,
      [](Config& c) -> FieldRef { return &c.execute.max_bytes_per_day; },
      "Bytes of copies that are started in 24 hours; a restart gives nothing back.", "2TiB");
  limit(
      "execute.max_moves_per_day", ValueType::kInteger,
      [](Config& c) -> FieldRef { return &c.execute.max_moves_per_day; },
      "Copies that are started in 24 hours.", "500");
  out.push_back({"execute.quiet_hours", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.execute.quiet_hours; },
                 "When no new step starts: HH:MM-HH:MM, with days before it and an offset from UTC "
                 "after it if wanted. What was begun goes on.",
                 "['Mon-Fri 08:00-18:00 +02:00', '23:30-00:30']"});
}

/// Moves between the log dirs of a broker.
void AddExecuteLogDirs(std::vector<SchemaEntry>& out) {
  out.push_back({"execute.max_log_dir_moves_per_broker", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.execute.max_log_dir_moves_per_broker; },
                 "Replicas under way between the log dirs of one broker at the same time; other "
                 "tools' moves count.",
                 "2", 1, 1000});
  out.push_back({"execute.max_moves_per_log_dir", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.execute.max_moves_per_log_dir; },
                 "Of those, the replicas that leave or reach one log dir.", "1", 1, 1000});
  out.push_back({"execute.log_dir_patience", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.log_dir_patience; },
                 "How long a copy between log dirs may stand still before it is taken back.", "10m",
                 10, 24 * kHour});
}

/// How many moves run at the same time.
void AddConcurrency(std::vector<SchemaEntry>& out) {
  out.push_back({"execute.max_moves_per_broker", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.execute.max_moves_per_broker; },
                 "Replicas being copied to one broker, and from one, at the same time; other "
                 "tools' moves count.",
                 "5", 1, 1000});
  out.push_back({"execute.max_moves_cluster", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.execute.max_moves_cluster; },
                 "Partitions being reassigned in the cluster at the same time; other tools' moves "
                 "count.",
                 "20", 1, kMostMoves});
  out.push_back({"execute.one_replica_at_a_time", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.execute.one_replica_at_a_time; },
                 "Copy one replica of a partition after the other, so that it never has more than "
                 "one replica too many.",
                 "false"});
  out.push_back({"execute.max_leader_moves", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.execute.max_leader_moves_per_batch; },
                 "Leader moves under way at the same time.", "50", 1, kMostMoves});
}

void AddRunning(std::vector<SchemaEntry>& out) {
  out.push_back({"execute.throttle",
                 ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.execute.throttle_bytes_per_s; },
                 "Replication throttle per broker and direction while replicas are copied. Raised "
                 "per broker where its moving partitions take in more, since a slower copy would "
                 "never catch up.",
                 "50MiB/s",
                 64 * 1024,
                 1e12,
                 {},
                 "off",
                 0});
  AddConcurrency(out);
  out.push_back({"execute.poll_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.poll_interval; },
                 "Time between two looks at the cluster while an operation runs.", "1s", 0.1,
                 kMinute});
  out.push_back({"execute.request_timeout", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.request_timeout; },
                 "Limit of one call to the cluster, its retries included.", "15s", 0.5,
                 5 * kMinute});
  out.push_back({"execute.hold_release", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.hold_release; },
                 "How long the rest of the cluster must be in sync again before new steps start.",
                 "5s", 0, kHour});
  out.push_back({"execute.dead_target_patience", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.dead_target_patience; },
                 "How long a step waits for a dead target broker before it is given up.", "10m", 1,
                 24 * kHour});
  out.push_back({"execute.election_patience", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.election_patience; },
                 "How long a preferred replica may stay out of sync before its leader move is "
                 "given up.",
                 "2m", 1, 24 * kHour});
  out.push_back({"execute.restore_patience", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.restore_patience; },
                 "How long an operation waits for its throttles to be restored before it ends with "
                 "a note; the rest is tried in the background.",
                 "1m", 1, kHour});
  out.push_back({"execute.stall_after", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.stall_after; },
                 "A step without a copied byte for this long is shown as stalled.", "1m", 1,
                 24 * kHour});
  out.push_back({"execute.max_queued", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.execute.max_queued; },
                 "Operations that may wait behind the running one.", "16", 1, 1000});
}

}  // namespace

void AddExecute(std::vector<SchemaEntry>& out) {
  AddRunning(out);
  AddExecuteLogDirs(out);
  AddExecuteLimits(out);
}

}  // namespace levelwind::config
