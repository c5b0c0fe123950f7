#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/healing.h"

namespace levelwind::planner {

/// What self-healing may do, when, and how much of it. By default it does nothing and tells all.
/// Plain value.
struct HealingOptions {
  /// "TYPE=off", "TYPE=dry_run", "TYPE=on"; types that are not named are off.
  std::vector<std::string> modes;
  /// "TYPE=30m": how long an anomaly must be there without a break before anything is done.
  std::vector<std::string> graces;
  /// Of types that neither `graces` nor kBuiltinGraces name.
  Duration grace = std::chrono::minutes(30);
  /// Types whose plans wait for a person.
  std::vector<std::string> approval;
  Duration approval_expiry = std::chrono::hours(4);

  /// How long an anomaly must be away before it is over, and the next one counts as new.
  Duration clear_after = std::chrono::minutes(5);
  /// Looks further apart than this prove no presence between them: the grace time begins again.
  Duration max_gap = std::chrono::minutes(2);
  /// After an operation of its own nothing is begun for so long.
  Duration cool_down = std::chrono::minutes(10);
  /// Between two tries at the same anomaly, doubled by each.
  Duration retry_after = std::chrono::hours(1);
  std::int32_t max_attempts = 3;

  /// While goal_violation is not off and no operation runs, the goals are judged this often, by a
  /// plan that is made for that and shown to nobody.
  Duration goal_check_interval = std::chrono::minutes(10);

  /// When nothing is begun; as base/weekly_window.h reads them.
  std::vector<std::string> quiet_hours;

  /// An announced maintenance whose turn it is has the operation stopped that self-healing carries
  /// out about something else, and does not wait for its end. Nobody else's is ever stopped.
  bool maintenance_stops = false;

  /// In 24 hours, over restarts; 0: no limit.
  std::int64_t max_acts_per_day = 6;
  std::int64_t max_bytes_per_day = 0;
  std::int64_t max_brokers_per_day = 3;

  /// While more brokers than this are dead or have failed disks at once, or more than this share of
  /// all, nothing is healed: then it is the network, a rack or a rollout, and no plan helps.
  std::int32_t max_failed_brokers = 3;
  double max_failed_share = 0.34;
};

/// Types that detectors report, for checks of names.
const std::vector<std::string>& HealableTypes();

/// The lists of HealingOptions, read.
struct HealingRules {
  std::map<std::string, HealMode, std::less<>> modes;
  std::map<std::string, Duration, std::less<>> graces;
};
/// kInvalidArgument names the entry and what would be right.
Result<HealingRules> ParseHealingRules(const HealingOptions& options);
/// Everything in it makes sense together.
Status CheckHealingOptions(const HealingOptions& options);

}  // namespace levelwind::planner
