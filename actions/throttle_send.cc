#include "actions/throttle_send.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

namespace levelwind::actions {
namespace {

using kafka::ConfigChange;
using kafka::ConfigResourceType;

constexpr std::size_t kMaxPerRequest = 1000;

Status FirstRefusal(const Result<std::vector<kafka::ConfigChangeOutcome>>& answer,
                    std::int16_t also_fine) {
  if (!answer.ok()) return answer.error().Wrap("changing a replication throttle");
  for (const kafka::ConfigChangeOutcome& outcome : *answer) {
    if (outcome.error == 0 || outcome.error == also_fine) continue;
    const bool topic = outcome.resource.type == ConfigResourceType::kTopic;
    return kafka::KafkaError(outcome.error,
                             fmt::format("changing the replication throttle of {} {}",
                                         topic ? "topic" : "broker", outcome.resource.name));
  }
  return Ok();
}

}  // namespace

Status SendThrottles(Mutator& mutator, const Mutator::Cause& cause,
                     const std::vector<ConfigChange>& changes, std::int16_t also_fine) {
  std::map<std::string, std::vector<ConfigChange>> groups;  // "" for all topics
  for (const ConfigChange& change : changes) {
    const bool topic = change.resource.type == ConfigResourceType::kTopic;
    groups[topic ? std::string() : change.resource.name].push_back(change);
  }
  Status result = Ok();
  for (const auto& [broker, group] : groups) {
    // The controller takes 10,000 changes at once, AdminClient 1,000 in one request (A19).
    for (std::size_t first = 0; first < group.size(); first += kMaxPerRequest) {
      const auto begin = group.begin() + static_cast<std::ptrdiff_t>(first);
      const auto size = std::min(kMaxPerRequest, group.size() - first);
      const auto attempt = mutator.AlterConfigs(
          cause, {}, std::vector<ConfigChange>(begin, begin + static_cast<std::ptrdiff_t>(size)));
      if (!attempt.intent.ok()) return attempt.intent.error();
      const Status refused = FirstRefusal(attempt.answer, also_fine);
      if (result.ok()) result = refused;
    }
  }
  return result;
}

}  // namespace levelwind::actions
