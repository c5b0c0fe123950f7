#include "actions/move_budget.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sabotage.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000;

bool WasCounted(const store::StepRecord& step) { return step.sent_at.unix_ms != 0; }

}  // namespace

void MoveBudget::Load(const std::vector<store::SentMove>& moves) {
  day_.assign(moves.begin(), moves.end());
  bytes_ = 0;
  for (const store::SentMove& move : day_) bytes_ += std::max<std::int64_t>(0, move.bytes);
  Forget();
}

void MoveBudget::Forget() {
  const std::int64_t since = clock_.WallNow().unix_ms - kDayMs;
  while (!day_.empty() && day_.front().at.unix_ms <= since) {
    bytes_ -= std::max<std::int64_t>(0, day_.front().bytes);
    day_.pop_front();
  }
}

std::optional<std::string> MoveBudget::WhyNot(const store::StepRecord& step, std::int64_t bytes) {
  Forget();
  if (day_.empty() || WasCounted(step)) return std::nullopt;
  const bool too_many = options_.max_moves_per_day > 0 &&
                        static_cast<std::int64_t>(day_.size()) >= options_.max_moves_per_day;
  const bool too_much =
      options_.max_bytes_per_day > 0 && bytes_ + bytes > options_.max_bytes_per_day;
  if ((!too_many && !too_much) || Sabotaged("I6.daily-budget")) return std::nullopt;
  return fmt::format(
      "waiting for the daily budget: {} moves with {} were started in the last 24 h; it grows "
      "again "
      "at {}",
      day_.size(), HumanBytes(static_cast<double>(bytes_)),
      FormatTime({day_.front().at.unix_ms + kDayMs}));
}

std::int64_t MoveBudget::bytes() {
  Forget();
  return bytes_;
}
std::int64_t MoveBudget::moves() {
  Forget();
  return static_cast<std::int64_t>(day_.size());
}

void MoveBudget::Take(const store::StepRecord& step, std::int64_t bytes) {
  if (WasCounted(step)) return;
  day_.push_back({clock_.WallNow(), bytes});
  bytes_ += std::max<std::int64_t>(0, bytes);
}

}  // namespace levelwind::actions
