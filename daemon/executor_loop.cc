#include "daemon/executor_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "actions/orphan_sweep.h"
#include "base/log.h"

namespace levelwind::daemon {
namespace {

constexpr auto kAnswerWithin = std::chrono::seconds(60);
/// Commands are looked for at least this often, whatever the executor waits for.
constexpr Duration kLongestNap = std::chrono::seconds(1);
/// A broker shows a deleted value until it has applied the change, which takes it longer when busy.
constexpr Duration kSeenGoneWithin = std::chrono::seconds(10);
constexpr Duration kLookAgain = std::chrono::milliseconds(200);

/// The first of `cleared` that a later look still found, whatever its value; null: none.
const ThrottleView* StillThere(const ThrottleSweep& cleared, const ThrottleSweep& left) {
  for (const ThrottleView& found : left.throttles) {
    const bool ours = std::ranges::any_of(cleared.throttles, [&](const ThrottleView& c) {
      return c.topic == found.topic && c.resource == found.resource && c.key == found.key;
    });
    if (ours) return &found;
  }
  return nullptr;
}

}  // namespace

Result<std::string> ExecutorLoop::Apply(ProposalPtr proposal, std::string author,
                                        std::string reason) {
  return mailbox_.Call<std::string>(
      [this, proposal = std::move(proposal), author = std::move(author),
       reason = std::move(reason)] { return executor_.Submit(*proposal, author, reason); },
      kAnswerWithin, "starting the operation");
}

Status ExecutorLoop::Cancel(std::string operation_id, std::string author, std::string reason) {
  return mailbox_.Call<void>(
      [this, id = std::move(operation_id), author = std::move(author), reason = std::move(reason)] {
        return executor_.Cancel(id, author, reason);
      },
      kAnswerWithin, "cancelling the operation");
}

Status ExecutorLoop::Pause(std::string operation_id, std::string author, std::string reason) {
  return mailbox_.Call<void>(
      [this, id = std::move(operation_id), author = std::move(author), reason = std::move(reason)] {
        return executor_.Pause(id, author, reason);
      },
      kAnswerWithin, "pausing the operation");
}

Status ExecutorLoop::Resume(std::string operation_id, std::string author, std::string reason) {
  return mailbox_.Call<void>(
      [this, id = std::move(operation_id), author = std::move(author), reason = std::move(reason)] {
        return executor_.Resume(id, author, reason);
      },
      kAnswerWithin, "resuming the operation");
}

Result<std::string> ExecutorLoop::Rollback(std::string operation_id, std::string author,
                                           std::string reason) {
  return mailbox_.Call<std::string>(
      [this, id = std::move(operation_id), author = std::move(author), reason = std::move(reason)] {
        return executor_.Rollback(id, author, reason);
      },
      kAnswerWithin, "rolling the operation back");
}

Result<ThrottleSweep> ExecutorLoop::Sweep() {
  return mailbox_.Call<ThrottleSweep>([this] { return executor_.Sweep(); }, kAnswerWithin,
                                      "looking for throttles that nobody owes");
}

Result<ThrottleSweep> ExecutorLoop::ClearOrphans(std::string author, std::string reason) {
  LW_ASSIGN_OR_RETURN(ThrottleSweep cleared,
                      mailbox_.Call<ThrottleSweep>(
                          [this, author = std::move(author), reason = std::move(reason)] {
                            return executor_.ClearOrphans(author, reason);
                          },
                          kAnswerWithin, "clearing throttles that nobody owes"));
  LW_RETURN_IF_ERROR(SeeThemGone(cleared));
  return cleared;
}

Status ExecutorLoop::SeeThemGone(const ThrottleSweep& cleared) {
  const SteadyTime give_up = clock_.Now() + kSeenGoneWithin;
  while (true) {
    LW_ASSIGN_OR_RETURN(const ThrottleSweep left, Sweep());
    const ThrottleView* still = StillThere(cleared, left);
    if (still == nullptr) return Ok();
    if (clock_.Now() >= give_up) {
      return Error(ErrorCode::kAborted,
                   fmt::format("{} {} s after it was deleted; look who sets it, then try again",
                               actions::TextOf(*still), ToSeconds(kSeenGoneWithin)));
    }
    // A pause that ends early when the executor has something new to show.
    executor_.published().WaitNewer(executor_.published().version(), kLookAgain);
  }
}

void ExecutorLoop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const Duration nap = std::min(executor_.Step(clock_.Now()), kLongestNap);
    mailbox_.RunPending(stop, nap);
  }
  for (const std::string& left : executor_.OpenThrottles()) {
    LW_WARN("executor", "left in the cluster until the next start: {}", left);
  }
}

}  // namespace levelwind::daemon
