#include "tests/tools/load_consumer.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "tests/tools/pacer.h"

namespace levelwind::load {
namespace {

constexpr Duration kCommitEvery = std::chrono::seconds(1);
constexpr Duration kMaxWait = std::chrono::milliseconds(100);

Result<std::unique_ptr<kafka::Consumer>> Join(const std::string& bootstrap,
                                              const ConsumeSpec& spec) {
  LW_ASSIGN_OR_RETURN(auto consumer, kafka::Consumer::Create(MemberOptions(bootstrap, spec)));
  LW_RETURN_IF_ERROR(consumer->Subscribe({spec.topic}));
  return consumer;
}

}  // namespace

kafka::ConsumerOptions MemberOptions(const std::string& bootstrap, const ConsumeSpec& spec) {
  kafka::ConsumerOptions options;
  options.bootstrap = bootstrap;
  options.client_id = "levelwind-load";
  options.group = spec.group;
  options.kip848 = spec.kip848;
  options.assignor = spec.assignor;
  options.start = spec.from_latest ? kafka::StartOffset::kLatest : kafka::StartOffset::kEarliest;
  return options;
}

Status RunMember(const std::string& bootstrap, const ConsumeSpec& spec, const Clock& clock,
                 GroupProgress& progress, std::stop_token stop) {
  LW_ASSIGN_OR_RETURN(const auto consumer, Join(bootstrap, spec));
  Pacer pacer(spec.max_records_per_s / std::max(1, spec.members), clock.Now(),
              std::chrono::seconds(1));
  SteadyTime last_commit = clock.Now();
  bool dirty = false;
  while (!stop.stop_requested()) {
    const SteadyTime now = clock.Now();
    if (dirty && now - last_commit >= kCommitEvery) {
      // A commit that fails in a rebalance is made good by the next one.
      if (consumer->Commit().ok()) ++progress.commits;
      last_commit = now;
      dirty = false;
    }
    if (pacer.Due(now) == 0) {
      std::this_thread::sleep_for(std::min(kMaxWait, pacer.UntilDue(now)));
      continue;
    }
    LW_ASSIGN_OR_RETURN(const auto record, consumer->Poll(kMaxWait));
    if (!record) continue;
    pacer.Done(1);
    ++progress.records;
    dirty = true;
  }
  LW_RETURN_IF_ERROR(consumer->Commit());
  consumer->Close();
  return Ok();
}

}  // namespace levelwind::load
