#include "collectors/lag_verdict.h"

#include <fmt/format.h>

#include "base/text.h"

namespace levelwind::collectors {
namespace {

bool BehindByLittle(const LagFacts& facts, const LagOptions& options) {
  if (facts.lag <= options.allowed) return true;
  return facts.time_lag.method != TimeLagMethod::kAtLeast && IsKnown(facts.time_lag.seconds) &&
         facts.time_lag.seconds < ToSeconds(options.floor);
}

bool WentBack(const LagFacts& facts) {
  return (IsKnown(facts.then_committed) && facts.committed < facts.then_committed) ||
         (IsKnown(facts.mid_committed) && facts.committed < facts.mid_committed);
}

bool Moved(const LagFacts& facts) {
  return (IsKnown(facts.then_committed) && facts.committed > facts.then_committed) ||
         (IsKnown(facts.mid_committed) && facts.committed > facts.mid_committed);
}

/// Whether the lag is at least as large as at both looks before.
bool NeverFell(const LagFacts& facts) {
  const bool since_then = !IsKnown(facts.then_lag) || facts.lag >= facts.then_lag;
  return since_then && (!IsKnown(facts.mid_lag) || facts.lag >= facts.mid_lag);
}

std::string Behind(const LagFacts& facts) {
  const std::string messages =
      fmt::format("{}{} messages", facts.compacted ? "at most " : "", facts.lag);
  if (!IsKnown(facts.time_lag.seconds)) return messages + " behind";
  return fmt::format("{} ({}{}) behind", messages,
                     facts.time_lag.method == TimeLagMethod::kAtLeast ? "at least " : "",
                     HumanDuration(facts.time_lag.seconds));
}

std::string UnknownReason(const LagFacts& facts, const LagOptions& options) {
  if (!IsKnown(facts.committed)) return "no committed offset is known";
  if (!IsKnown(facts.lag)) return "its end offset is not known";
  if (IsKnown(facts.log_end) && facts.committed > facts.log_end) {
    return fmt::format(
        "committed offset {} is beyond the log's end {}: the topic was made anew, or its log was "
        "cut",
        facts.committed, facts.log_end);
  }
  return fmt::format("{}; watched for {}, judged after {}", Behind(facts),
                     HumanDuration(ToSeconds(facts.behind_for)),
                     HumanDuration(ToSeconds(options.patience)));
}

}  // namespace

LagVerdict JudgeLag(const LagFacts& facts, const LagOptions& options) {
  if (!IsKnown(facts.committed)) return LagVerdict::kUndecided;
  if (IsKnown(facts.log_start) && facts.committed < facts.log_start) return LagVerdict::kDataLost;
  if (!IsKnown(facts.lag)) return LagVerdict::kUndecided;
  if (IsKnown(facts.log_end) && facts.committed > facts.log_end) return LagVerdict::kUndecided;
  if (BehindByLittle(facts, options)) return LagVerdict::kOk;
  if (WentBack(facts)) return LagVerdict::kRewound;
  if (facts.behind_for < options.patience) {
    return facts.was_fine ? LagVerdict::kOk : LagVerdict::kUndecided;
  }
  if (!Moved(facts)) {
    if (!facts.has_members) return LagVerdict::kStopped;
    return facts.has_owner ? LagVerdict::kStalled : LagVerdict::kNoOwner;
  }
  if (IsKnown(facts.then_lag) && facts.lag < facts.then_lag) return LagVerdict::kCatchingUp;
  return NeverFell(facts) ? LagVerdict::kSlow : LagVerdict::kOk;
}

std::string ReasonOf(LagVerdict verdict, const LagFacts& facts, const LagOptions& options) {
  const std::string span = HumanDuration(ToSeconds(facts.span));
  const std::string still = fmt::format("{}, committed offset {} has not moved for {}",
                                        Behind(facts), facts.committed, span);
  switch (verdict) {
    case LagVerdict::kOk:
      return {};
    case LagVerdict::kCatchingUp: {
      const double seconds = ToSeconds(facts.span);
      const double per_s =
          seconds > 0 ? static_cast<double>(facts.then_lag - facts.lag) / seconds : 0;
      if (per_s <= 0) return Behind(facts);
      return fmt::format("{}, {:.0f} fewer a second: caught up in {}", Behind(facts), per_s,
                         HumanDuration(static_cast<double>(facts.lag) / per_s));
    }
    case LagVerdict::kUndecided:
      return UnknownReason(facts, options);
    case LagVerdict::kSlow:
      return IsKnown(facts.then_lag)
                 ? fmt::format("{}, {} {} ago: commits, but the lag does not fall", Behind(facts),
                               facts.then_lag, span)
                 : Behind(facts) + ": commits, but the lag does not fall";
    case LagVerdict::kNoOwner:
      return still + ": no member of the group has the partition";
    case LagVerdict::kStalled:
      return still + ", although a member has the partition";
    case LagVerdict::kStopped:
      return still + ": the group has no members";
    case LagVerdict::kRewound:
      return fmt::format("{}: the committed offset went back to {} within {}", Behind(facts),
                         facts.committed, span);
    case LagVerdict::kDataLost:
      return fmt::format(
          "{} records from offset {} to {} are gone before the group read them: retention "
          "overtook it",
          facts.log_start - facts.committed, facts.committed, facts.log_start - 1);
  }
  return {};
}

}  // namespace levelwind::collectors
