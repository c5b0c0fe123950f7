// What the executor does with a plan: keys below execute.
#include <string_view>
#include <vector>

#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 3600;
constexpr double kMostMoves = 100'000;

constexpr NameTable<actions::OnBreach, 3> kOnBreach = {{{actions::OnBreach::kHold, "hold"},
                                                        {actions::OnBreach::kPause, "pause"},
                                                        {actions::OnBreach::kCancel, "cancel"}}};

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

/// How the throttle is tuned while an operation runs.
void AddTuning(std::vector<SchemaEntry>& out) {
  out.push_back({"execute.tune.enabled", ValueType::kBool,
                 [](Config& c) -> FieldRef { return &c.execute.tune.on; },
                 "Whether the replication throttle is tuned while an operation runs: it begins at "
                 "half of what the brokers have left (capacities less their load; execute.throttle "
                 "where that is not known), falls when replicas fall behind or brokers answer "
                 "slowly, and rises when all is calm.",
                 "true"});
  out.push_back({"execute.tune.min", ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.execute.tune.min_bytes_per_s; },
                 "The least rate, per broker and direction.", "5MiB/s", 64 * 1024, 1e12});
  out.push_back(
      {"execute.tune.max", ValueType::kRate,
       [](Config& c) -> FieldRef { return &c.execute.tune.max_bytes_per_s; },
       "The greatest; brokers whose moving partitions take in more get more all the same.",
       "200MiB/s", 64 * 1024, 1e12});
  out.push_back({"execute.tune.step", ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.execute.tune.step_bytes_per_s; },
                 "What the rate is raised by; at least a tenth of it.", "10MiB/s", 1024, 1e12});
  out.push_back({"execute.tune.decrease", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.execute.tune.decrease; },
                 "What the rate is multiplied by on trouble.", "0.5", 0.1, 0.9});
  out.push_back({"execute.tune.interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.tune.interval; },
                 "Least time between two changes; it is raised after two of these without trouble.",
                 "30s", 1, kHour});
}

/// When an operation stops for the sake of the rest of the cluster.
void AddGuard(std::vector<SchemaEntry>& out) {
  out.push_back({"execute.guard.max_under_replicated", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.execute.guard.max_under_replicated; },
                 "Partitions outside the steps that may be under-replicated while new steps start, "
                 "beyond those that were when the operation was accepted. None may fall under its "
                 "min.insync.replicas, whatever this is.",
                 "5", 0, kMostMoves});
  out.push_back({"execute.guard.catch_up_patience", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.guard.catch_up_patience; },
                 "How long replicas are waited for that were out of sync, on a live broker, when "
                 "the operation was accepted.",
                 "10m", 0, 24 * kHour});
  out.push_back({"execute.guard.disk_limit", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.execute.guard.disk_limit; },
                 "Share of a log dir, used and on its way, above which nothing starts while the "
                 "operation fills its broker without relieving it; 0: not judged. Needs Kafka 3.3.",
                 "0.85", 0, 1});
  out.push_back({"execute.guard.latency_ratio", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.execute.guard.latency_ratio; },
                 "How many times as long as before the copies a broker may take to answer a small "
                 "admin request while new steps start; 0: not judged. It measures the broker's "
                 "request queue, not the time of a produce request.",
                 "10", 0, 1e6});
  out.push_back({"execute.guard.latency_floor", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.guard.latency_floor; },
                 "Answers that are quicker than this are never too slow.", "200ms", 0.001,
                 kMinute});
  out.push_back({"execute.guard.on_breach", ValueType::kChoice,
                 [](Config& c) -> FieldRef { return Choice(c.execute.guard.on_breach, kOnBreach); },
                 "What becomes of an operation when the guard has found trouble for "
                 "execute.guard.breach_patience: hold waits until it is over, pause waits for a "
                 "person, cancel ends it and keeps what is done.",
                 "pause", 0, 0, NamesOf(kOnBreach)});
  out.push_back({"execute.guard.breach_patience", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.execute.guard.breach_patience; },
                 "How long trouble must last before on_breach pauses or cancels.", "1m", 0,
                 24 * kHour});
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
                 "How long the guard must have found nothing before new steps start again.", "5s",
                 0, kHour});
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
  AddTuning(out);
  AddGuard(out);
}

}  // namespace levelwind::config
