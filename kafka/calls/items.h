#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kafka/admin_client.h"

// What the calls share: lists by topic, writes in chunks, errors of a response as a whole.
namespace levelwind::kafka::calls {

/// More changes than this in one request keep a controller busy for too long.
inline constexpr std::size_t kMostPerRequest = 1'000;

/// Collects partitions under their topics, in the order of first sight.
template <class Topic, class Partition>
void AddTo(std::vector<Topic>& topics, std::map<std::string, std::size_t>& at,
           const std::string& name, std::vector<Partition> Topic::*partitions,
           Partition partition) {
  const auto [it, added] = at.try_emplace(name, topics.size());
  if (added) topics.push_back({name, {}});
  (topics[it->second].*partitions).push_back(std::move(partition));
}

/// A response's own error with the broker's words.
inline Error TopLevel(std::int16_t code, const std::optional<std::string>& message,
                      const std::string& what) {
  Error error = KafkaError(code, what);
  if (!message || message->empty()) return error;
  return Error::FromKafka(error.code(), code, error.retriable(),
                          fmt::format("{} ({})", error.message(), *message));
}

template <class Response>
std::int16_t CodeOf(const Response& response) {
  return response.error_code;
}

/// Writes `all` in requests of at most kMostPerRequest: `write(chunk)` gives a Result of outcomes.
/// Stops at the first chunk that fails and says how many items went before it.
template <class Outcome, class Item, class Write>
Result<std::vector<Outcome>> InChunks(std::span<const Item> all, Write write) {
  std::vector<Outcome> result;
  for (std::size_t first = 0; first < all.size(); first += kMostPerRequest) {
    Result<std::vector<Outcome>> part =
        write(all.subspan(first, std::min(kMostPerRequest, all.size() - first)));
    if (!part.ok()) {
      if (first == 0) return part.error();
      return part.error().Wrap(fmt::format("after {} of {} were accepted", first, all.size()));
    }
    std::ranges::move(*part, std::back_inserter(result));
  }
  return result;
}

}  // namespace levelwind::kafka::calls
