#include "tests/sim_cluster/sim_faults.h"

#include <algorithm>

namespace levelwind::testing {

SimFaults::Id SimFaults::Add(const SimMatch& match, const SimFault& fault) {
  const std::lock_guard lock(mutex_);
  rules_.push_back({next_, match, fault});
  return next_++;
}

SimFaults::Id SimFaults::Delay(const SimMatch& match, Duration latency) {
  return Add(match, {.latency = latency});
}
SimFaults::Id SimFaults::CloseUnread(const SimMatch& match) {
  return Add(match, {.close_unread = true});
}
SimFaults::Id SimFaults::DropReply(const SimMatch& match) {
  return Add(match, {.drop_reply = true});
}
SimFaults::Id SimFaults::Hang(const SimMatch& match) { return Add(match, {.hang = true}); }
SimFaults::Id SimFaults::Error(const SimMatch& match, std::int16_t code) {
  return Add(match, {.error = code});
}
SimFaults::Id SimFaults::ErrorAfterDoing(const SimMatch& match, std::int16_t code) {
  return Add(match, {.late_error = code});
}
SimFaults::Id SimFaults::Partial(const SimMatch& match) { return Add(match, {.partial = true}); }

void SimFaults::Remove(Id id) {
  const std::lock_guard lock(mutex_);
  rules_.remove_if([&](const Rule& rule) { return rule.id == id; });
}

void SimFaults::Clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
}

int SimFaults::Hits(Id id) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.id == id; });
  return found == rules_.end() ? 0 : found->hits;
}

SimFault SimFaults::Take(kafka::ApiKey api, BrokerId broker) {
  const std::lock_guard lock(mutex_);
  SimFault sum;
  for (Rule& rule : rules_) {
    const SimMatch& match = rule.match;
    // A connection that cannot even begin is a fault of its own, and must be asked for by name.
    const bool same_api = match.api ? *match.api == api : api != kafka::ApiKey::kApiVersions;
    if (!same_api || (match.broker && *match.broker != broker)) continue;
    if (rule.seen++ < match.skip) continue;
    if (match.times != SimMatch::kAlways && rule.hits >= match.times) continue;
    ++rule.hits;
    sum.latency += rule.fault.latency;
    sum.close_unread |= rule.fault.close_unread;
    sum.drop_reply |= rule.fault.drop_reply;
    sum.hang |= rule.fault.hang;
    sum.partial |= rule.fault.partial;
    if (rule.fault.error != 0) sum.error = rule.fault.error;
    if (rule.fault.late_error != 0) sum.late_error = rule.fault.late_error;
  }
  return sum;
}

}  // namespace levelwind::testing
