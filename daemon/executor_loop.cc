#include "daemon/executor_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace levelwind::daemon {
namespace {

constexpr auto kAnswerWithin = std::chrono::seconds(60);
/// Commands are looked for at least this often, whatever the executor waits for.
constexpr Duration kLongestNap = std::chrono::seconds(1);

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
  return mailbox_.Call<ThrottleSweep>(
      [this, author = std::move(author), reason = std::move(reason)] {
        return executor_.ClearOrphans(author, reason);
      },
      kAnswerWithin, "clearing throttles that nobody owes");
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
