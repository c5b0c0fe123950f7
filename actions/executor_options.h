#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace levelwind::actions {

/// What the executor does when the guard has found trouble for longer than its patience.
enum class OnBreach : std::uint8_t {
  kHold,    ///< It waits, and goes on by itself when all is well again.
  kPause,   ///< It waits for a person.
  kCancel,  ///< The operation is cancelled: what is done stays.
};

/// When an operation stops starting steps for the sake of the rest of the cluster (guard.h).
struct GuardOptions {
  /// Partitions outside the steps that may be under-replicated, beyond those that were when the
  /// operation was accepted. Whatever it is, none may fall under its min.insync.replicas.
  std::int32_t max_under_replicated = 0;
  /// How long replicas are waited for that were out of sync, on a live broker, when the operation
  /// was accepted; what has not caught up then never will.
  Duration catch_up_patience = std::chrono::minutes(10);
  /// Share of a log dir, used and on its way, above which nothing starts while the operation fills
  /// its broker; 0: not judged. Released 2 % below.
  double disk_limit = 0.9;
  /// A broker whose answers take this many times as long as they did while nothing was copied holds
  /// the operation; released at half of it. 0: not judged.
  double latency_ratio = 10;
  /// Answers that are quicker than this are never slow.
  Duration latency_floor = std::chrono::milliseconds(200);
  OnBreach on_breach = OnBreach::kHold;
  /// How long trouble must last before an operation is paused or cancelled for it.
  Duration breach_patience = std::chrono::minutes(1);
};

/// How the replication throttle of an operation is tuned while it runs (throttle_tuner.h).
struct TuneOptions {
  bool on = false;  ///< Off: the throttle stays what it is.
  /// Bounds of the rate, per broker and direction; brokers whose moving partitions take in more get
  /// more all the same. 1 or more, max at least min.
  std::int64_t min_bytes_per_s = std::int64_t{5} << 20;
  std::int64_t max_bytes_per_s = std::int64_t{1} << 30;
  std::int64_t step_bytes_per_s = std::int64_t{10} << 20;  ///< It is raised by; at least a tenth.
  double decrease = 0.5;                         ///< It is multiplied by that on trouble; 0.1..0.9.
  Duration interval = std::chrono::seconds(30);  ///< At least, between two changes.
  int calm_intervals = 2;                        ///< Without trouble, before it is raised.
};

/// How fast and how patiently the executor works. Every default is safe for a busy cluster.
struct ExecutorOptions {
  /// Replicas being copied to one broker, and partitions being copied from one, at the same time;
  /// moves of other tools count (I6). 1 or more.
  std::int32_t max_moves_per_broker = 5;
  /// Partitions being reassigned in the whole cluster at the same time, other tools' included. 1 or
  /// more.
  std::int32_t max_moves_cluster = 20;
  /// A partition never has more than one replica that is being copied: moves of several replicas
  /// are carried out one after the other (step_chain.h). Slower, and no disk or network holds a
  /// partition's copies twice over.
  bool one_replica_at_a_time = false;
  /// Leader moves under way at the same time, and the largest election request. 1 or more.
  std::int32_t max_leader_moves_per_batch = 50;
  /// Replicas under way between the log dirs of one broker, and from or to one log dir, at the same
  /// time; moves of other tools count. 1 or more.
  std::int32_t max_log_dir_moves_per_broker = 2;
  std::int32_t max_moves_per_log_dir = 1;
  /// Replication throttle per broker and direction while replicas are copied; 0: none. Raised per
  /// broker to 1.5 times what its moving partitions take in, since a slower copy would never catch
  /// up. Between log dirs it is the limit of the broker's own copying.
  std::int64_t throttle_bytes_per_s = std::int64_t{50} << 20;

  /// Bytes on their way to one broker, and from one, at the same time, other tools' included; 0: no
  /// limit. A larger partition goes alone.
  std::int64_t max_bytes_in_flight_per_broker = 0;
  /// Bytes of copies that are started, per second in the long run; 0: no limit.
  std::int64_t max_started_bytes_per_s = 0;
  /// Share of a log dir that copies leave free, 0..0.9 (I9). Both copies of a replica count until
  /// the old one is deleted.
  double disk_reserve = 0.05;
  /// Copies started in 24 hours, over restarts; 0: no limit.
  std::int64_t max_bytes_per_day = 0;
  std::int64_t max_moves_per_day = 0;
  /// When no new step starts; as base/weekly_window.h reads them.
  std::vector<std::string> quiet_hours;

  Duration request_timeout = std::chrono::seconds(15);  ///< One admin call, its retries included.
  Duration poll_interval = std::chrono::seconds(1);     ///< Between two looks at the cluster.
  /// How long an observation that contradicts what we expect must last before it is believed: a
  /// broker's metadata can lag behind the controller.
  Duration settle = std::chrono::seconds(3);
  /// How long a step waits for a dead target broker before it is given up.
  Duration dead_target_patience = std::chrono::minutes(10);
  /// How long a copy between log dirs may stand still before it is taken back.
  Duration log_dir_patience = std::chrono::minutes(10);
  /// How long a preferred replica may stay out of sync before its leader move is given up.
  Duration election_patience = std::chrono::minutes(2);
  Duration election_retry = std::chrono::seconds(5);
  TuneOptions tune;
  GuardOptions guard;
  /// How long the guard must have found nothing before new steps start again (I5).
  Duration hold_release = std::chrono::seconds(5);
  Duration progress_interval = std::chrono::seconds(2);  ///< Between two looks at log dirs.
  Duration stall_after =
      std::chrono::seconds(60);  ///< Without a copied byte: said in the step's note.
  /// How long an operation waits for its throttles to be restored before it ends with a note; what
  /// is left is tried for ever in the background (a dead broker's when it returns).
  Duration restore_patience = std::chrono::seconds(60);
  Duration restore_retry =
      std::chrono::seconds(30);                     ///< Between tries at a dead broker's throttle.
  Duration resend_delay = std::chrono::seconds(2);  ///< After a refusal that asks to try again.
  Duration cancel_retry = std::chrono::seconds(5);  ///< While a reassignment is not taken back.

  std::int32_t max_attempts = 5;      ///< Requests per step, the first included.
  std::size_t max_queued = 16;        ///< Operations waiting behind the running one.
  std::size_t shown_operations = 50;  ///< Finished operations kept in the view.
};

}  // namespace levelwind::actions
