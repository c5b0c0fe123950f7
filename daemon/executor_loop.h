#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "actions/executor.h"
#include "base/clock.h"
#include "base/result.h"
#include "daemon/mailbox.h"
#include "model/operation.h"
#include "model/proposal.h"

namespace levelwind::daemon {

/// Drives the executor on its own thread and hands it what people ask for. Nothing else touches it.
class ExecutorLoop {
 public:
  ExecutorLoop(actions::Executor& executor, const Clock& clock)
      : executor_(executor), clock_(clock) {}

  /// Any thread; blocks at most a minute. Returns the operation's id.
  Result<std::string> Apply(ProposalPtr proposal, std::string author, std::string reason);
  Status Cancel(std::string operation_id, std::string author, std::string reason);
  Status Pause(std::string operation_id, std::string author, std::string reason);
  Status Resume(std::string operation_id, std::string author, std::string reason);
  Result<ThrottleSweep> Sweep();
  /// Returns what it deleted once a look shows that it is gone; kAborted when it is there after
  /// ten seconds.
  Result<ThrottleSweep> ClearOrphans(std::string author, std::string reason);
  Result<std::string> Rollback(std::string operation_id, std::string author, std::string reason);

  /// The executor thread's body. What was started goes on in Kafka after a stop, and the journal
  /// knows it.
  void Run(std::stop_token stop);

 private:
  Status SeeThemGone(const ThrottleSweep& cleared);

  actions::Executor& executor_;
  const Clock& clock_;
  Mailbox mailbox_{16};
};

}  // namespace levelwind::daemon
