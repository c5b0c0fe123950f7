#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/data/consumer.h"
#include "tests/tools/load_plan.h"

namespace levelwind::load {

/// One group: what its members have read and committed so far. Written by the members' threads.
struct GroupProgress {
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> commits{0};
};

/// How a member of the group joins it.
kafka::ConsumerOptions MemberOptions(const std::string& bootstrap, const ConsumeSpec& spec);

/// One member of a group: reads at most its share of the group's rate, commits every second and
/// when it ends. Runs until `stop`, on the thread that calls it.
Status RunMember(const std::string& bootstrap, const ConsumeSpec& spec, const Clock& clock,
                 GroupProgress& progress, std::stop_token stop);

}  // namespace levelwind::load
