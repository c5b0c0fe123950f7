#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "kafka/admin_cluster.h"
#include "model/cluster_facts.h"

namespace levelwind::collectors {

/// What changes rarely, for the detectors: settings of topics and brokers, and the metadata quorum.
/// Three requests a look at most, each bounded: a share of the topics whose settings are missing or
/// oldest, the settings of a few brokers, the quorum. A topic's settings are asked anew every ten
/// minutes, a broker's every hour, in so far as the share allows. Secrets are never kept.
///
/// The first look comes with the first step, so that what hangs on settings is soon judged.
class SettingsCollector final : public Collector {
 public:
  /// `cluster` null: the quorum is not asked for. It must outlive the collector.
  explicit SettingsCollector(kafka::ClusterAdmin* cluster) : cluster_(cluster) {}

  std::string_view name() const override { return "settings"; }
  Duration Interval(const CollectState& state) const override;
  Result<LookReport> Collect(kafka::AdminClient& admin, CollectState& state, const Clock& clock,
                             Duration timeout) override;

 private:
  struct Known {
    SteadyTime at{};
    TopicSettings settings;
  };
  struct KnownBroker {
    SteadyTime at{};
    BrokerSettings settings;
  };
  Status AskTopics(kafka::AdminClient& admin, const ClusterTable& table, SteadyTime now,
                   Duration timeout, LookReport& report);
  Status AskBrokers(kafka::AdminClient& admin, const ClusterTable& table, const Clock& clock,
                    Duration timeout, LookReport& report);
  void AskQuorum(Duration timeout);
  void Publish(CollectState& state) const;

  kafka::ClusterAdmin* cluster_;
  std::map<std::string, Known, std::less<>> topics_;
  std::map<BrokerId, KnownBroker> brokers_;
  std::optional<QuorumView> quorum_;
  bool no_quorum_ = false;  ///< The cluster has none, or does not tell it: not asked again.
  std::int32_t looks_ = 0;
};

/// How far each member is behind, by the leader's own clock. Pure.
QuorumView ViewOf(const kafka::QuorumInfo& info);
/// Of the entries of one topic; what is not among them, or no number, stays unknown. Pure.
TopicSettings SettingsOf(std::string topic, const std::vector<kafka::ConfigEntry>& entries);

}  // namespace levelwind::collectors
