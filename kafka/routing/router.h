#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "kafka/net/endpoint.h"
#include "kafka/protocol/messages_cluster.h"
#include "model/ids.h"

namespace levelwind::kafka {

/// What a key is coordinated for, by Kafka's numbers.
enum class CoordinatorKind : std::int8_t { kGroup = 0, kTransaction = 1 };

/// What is known about where requests have to go: brokers, controller, leaders, coordinators. Only
/// a cache: it is filled from answers, may be out of date, and entries are dropped when a broker
/// says that it is not (any more) the one. Any thread.
class Router {
 public:
  explicit Router(std::vector<Endpoint> bootstrap) : bootstrap_(std::move(bootstrap)) {}

  /// Takes brokers and controller, and the leaders of the topics in it. With `all_topics` topics
  /// that are not in it are forgotten.
  void Update(const MetadataResponse& metadata, bool all_topics);

  /// Where to ask what any broker can answer: the last one that answered first, then the known
  /// brokers, then the bootstrap addresses; those that failed lately come last.
  std::vector<Endpoint> Candidates() const;
  void MarkGood(const Endpoint& endpoint);
  void MarkBad(const Endpoint& endpoint);
  /// Whether metadata was ever received.
  bool knows_cluster() const;

  std::optional<Endpoint> EndpointOf(BrokerId broker) const;
  /// Live brokers in ascending order.
  std::vector<BrokerId> Brokers() const;

  std::optional<Endpoint> Controller() const;
  void ForgetController();

  struct Leader {
    bool known = false;       ///< The partition is in the cache.
    BrokerId id = kNoBroker;  ///< kNoBroker: it has no leader.
  };
  Leader LeaderOf(const TopicPartition& partition) const;
  void ForgetTopic(const std::string& topic);

  std::optional<BrokerId> CoordinatorOf(const std::string& key,
                                        CoordinatorKind kind = CoordinatorKind::kGroup) const;
  void SetCoordinator(const std::string& key, BrokerId broker,
                      CoordinatorKind kind = CoordinatorKind::kGroup);
  void ForgetCoordinator(const std::string& key, CoordinatorKind kind = CoordinatorKind::kGroup);

 private:
  const std::vector<Endpoint> bootstrap_;
  mutable std::mutex mutex_;
  std::map<BrokerId, Endpoint> brokers_;
  BrokerId controller_ = kNoBroker;
  std::optional<Endpoint> last_good_;
  std::vector<Endpoint> bad_;
  std::unordered_map<std::string, std::vector<BrokerId>> leaders_;  ///< By partition number.
  std::unordered_map<std::string, BrokerId> coordinators_[2];       ///< By CoordinatorKind.
};

}  // namespace levelwind::kafka
