#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "actions/executor_options.h"
#include "base/clock.h"
#include "store/records.h"

namespace levelwind::actions {

/// How much may still be moved today: the copies of the last 24 hours against
/// ExecutorOptions::max_bytes_per_day and max_moves_per_day.
///
/// What counts is what was sent, whatever became of it; the journal knows it, so that a restart
/// gives nothing back. A copy that alone is larger than the budget may start once nothing else
/// counts. Executor's thread only.
class MoveBudget {
 public:
  MoveBudget(const Clock& clock, const ExecutorOptions& options)
      : clock_(clock), options_(options) {}

  /// What the journal has, oldest first.
  void Load(const std::vector<store::SentMove>& moves);
  /// Why the step may not start now; nothing when it may. One that Kafka asked to send again was
  /// counted the first time.
  std::optional<std::string> WhyNot(const store::StepRecord& step, std::int64_t bytes);
  void Take(const store::StepRecord& step, std::int64_t bytes);

  // What counts now.
  std::int64_t bytes();
  std::int64_t moves();

 private:
  void Forget();

  const Clock& clock_;
  const ExecutorOptions& options_;
  std::deque<store::SentMove> day_;  // oldest first
  std::int64_t bytes_ = 0;           // of day_
};

}  // namespace levelwind::actions
