#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "kafka/admin_types.h"
#include "model/ids.h"

namespace levelwind::testing {

/// Dynamic configuration of topics and brokers, with the rules of Kafka's controller. Not
/// thread-safe.
class SimConfigs {
 public:
  using Resource = kafka::ConfigResource;

  struct Outcome {
    std::int16_t error = 0;
    std::string message;
  };

  /// One change. Appending skips items that are there already; subtracting the last item leaves an
  /// empty value, not an absent one (as Kafka does).
  Outcome Apply(const Resource& resource, const std::string& key, kafka::ConfigOp op,
                const std::optional<std::string>& value);
  /// What Apply would say, without doing it.
  Outcome Check(const Resource& resource, const std::string& key, kafka::ConfigOp op,
                const std::optional<std::string>& value) const;

  /// The value set on exactly this resource.
  std::optional<std::string> Get(const Resource& resource, const std::string& key) const;
  const std::map<std::string, std::string>& All(const Resource& resource) const;
  void Erase(const Resource& resource) { values_.erase(resource); }
  const std::map<Resource, std::map<std::string, std::string>>& everything() const {
    return values_;
  }

  /// Kafka's default of a key that the simulation knows; nullopt for others.
  static std::optional<std::string> DefaultOf(kafka::ConfigResourceType type,
                                              const std::string& key);
  static const std::map<std::string, std::string>& Defaults(kafka::ConfigResourceType type);

 private:
  std::map<Resource, std::map<std::string, std::string>> values_;
};

/// leader.replication.throttled.replicas and its sibling: "0:1,0:2", "*" or empty.
class SimThrottledReplicas {
 public:
  SimThrottledReplicas() = default;
  explicit SimThrottledReplicas(std::string_view text);
  bool Contains(std::int32_t partition, BrokerId broker) const {
    return all_ || entries_.contains({partition, broker});
  }

 private:
  bool all_ = false;
  std::set<std::pair<std::int32_t, BrokerId>> entries_;
};

}  // namespace levelwind::testing
