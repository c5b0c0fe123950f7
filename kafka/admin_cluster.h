#pragma once

// What keeps a cluster together: the metadata quorum, feature levels, registrations.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind::kafka {

struct QuorumReplica {
  BrokerId id = kNoBroker;
  Uuid directory;  ///< None before Kafka 3.9.
  std::int64_t log_end_offset = kUnknownCount;
  /// Wall clock of the leader in milliseconds since 1970; -1: not known (the leader itself never
  /// fetches; Kafka 3.3+).
  std::int64_t last_fetch_ms = -1;
  std::int64_t last_caught_up_ms = -1;
};
/// The metadata log of a KRaft cluster. A replica lags by the leader's log end offset less its own.
struct QuorumInfo {
  BrokerId leader = kNoBroker;  ///< A controller's id.
  std::int32_t leader_epoch = -1;
  std::int64_t high_watermark = kUnknownCount;
  std::vector<QuorumReplica> voters;
  std::vector<QuorumReplica> observers;  ///< The brokers.
};

struct FeatureRange {
  std::int16_t min = 0;
  std::int16_t max = 0;
  friend bool operator==(const FeatureRange&, const FeatureRange&) = default;
};
/// metadata.version, group.version, kraft.version, share.version and so on.
struct Features {
  std::map<std::string, FeatureRange> supported;  ///< By the broker that answered.
  std::map<std::string, std::int16_t> finalized;  ///< In force in the whole cluster.
  std::int64_t finalized_epoch = -1;              ///< -1: `finalized` is not known.
};

enum class FeatureChangeKind : std::int8_t {
  kUpgrade = 1,
  kSafeDowngrade = 2,
  kUnsafeDowngrade = 3
};
struct FeatureChange {
  std::string name;
  std::int16_t level = 0;  ///< Below 1: the feature is taken away.
  FeatureChangeKind kind = FeatureChangeKind::kUpgrade;
};

/// What config can be set on, by Kafka's numbers: 2 topic, 4 broker, 8 broker logger, 16 client
/// metrics, 32 group.
struct ConfigResourceName {
  std::int8_t type = 0;
  std::string name;
  friend auto operator<=>(const ConfigResourceName&, const ConfigResourceName&) = default;
};

/// Any thread; see AdminClient for timeouts and errors.
class ClusterAdmin {
 public:
  virtual ~ClusterAdmin() = default;

  /// KRaft only (kUnimplemented with ZooKeeper).
  virtual Result<QuorumInfo> DescribeQuorum(Duration timeout) = 0;
  /// As one broker tells them. Before Kafka 2.7 there are none: everything is empty, the epoch -1.
  virtual Result<Features> DescribeFeatures(Duration timeout) = 0;
  /// All or nothing. Downgrades and `validate_only` need Kafka 3.3+ (kUnimplemented before).
  virtual Status UpdateFeatures(const std::vector<FeatureChange>& changes, bool validate_only,
                                Duration timeout) = 0;
  /// Forgets a broker that is down for good (KRaft); 102 when Kafka does not know it. Kafka itself
  /// does not look whether the broker runs: the caller must. It registers anew when it starts.
  virtual Status UnregisterBroker(BrokerId broker, Duration timeout) = 0;
  /// The same for a controller that is no voter any more (Kafka 4.4+).
  virtual Status UnregisterController(BrokerId controller, Duration timeout) = 0;
  /// Names of all resources of the types that have (or may have) config; no type: all. Before Kafka
  /// 4.1 only {16}, client metrics, can be asked for (kUnimplemented otherwise).
  virtual Result<std::vector<ConfigResourceName>> ListConfigResources(
      const std::vector<std::int8_t>& types, Duration timeout) = 0;
};

}  // namespace levelwind::kafka
