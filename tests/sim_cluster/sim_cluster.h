#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/protocol/api.h"
#include "model/ids.h"
#include "tests/sim_cluster/sim_faults.h"
#include "tests/sim_cluster/sim_server.h"
#include "tests/sim_cluster/sim_types.h"
#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {

/// A Kafka cluster that is not there: one listener per broker on loopback, all of them one thread,
/// speaking Kafka's protocol through the same tables as the client. Replicas move at a speed that
/// brokers' bandwidth and replication throttles give, in real or in manual time.
///
///   ManualClock clock;
///   auto sim = SimCluster::Start({.brokers = 4, .clock = &clock}).value();
///   sim->AddTopic({.name = "orders", .assignments = {{1, 2}, {2, 3}}, .partition_bytes = 1e9});
///   ... a KafkaClient with sim->bootstrap_list() ...
///   clock.Advance(seconds(10)); sim->Partition({"orders", 0}).moving();
///
/// Thread-safe. State is brought up to the clock's time whenever someone looks at it.
class SimCluster {
 public:
  static Result<std::unique_ptr<SimCluster>> Start(const SimOptions& options = {});
  ~SimCluster();
  SimCluster(const SimCluster&) = delete;
  SimCluster& operator=(const SimCluster&) = delete;

  std::string bootstrap() const;
  std::vector<std::string> bootstrap_list() const;
  std::uint16_t port(BrokerId broker) const;
  /// Ids of all brokers, dead ones too.
  std::vector<BrokerId> brokers() const;

  // ---- what is there
  // -----------------------------------------------------------------------------
  /// Kafka's code; 0 when it was made.
  std::int16_t AddTopic(const SimTopic& topic);
  /// `partitions` partitions with `factor` replicas, spread evenly over all brokers.
  std::int16_t AddTopic(const std::string& name, int partitions, int factor,
                        double partition_bytes = 1 << 20);
  std::int16_t DeleteTopic(const std::string& name);
  /// Deletes and creates again, empty, with a new id and the same replicas.
  std::int16_t RecreateTopic(const std::string& name);
  void SetRates(const std::vector<SimRate>& rates);
  void SetSize(const TopicPartition& tp, double bytes);
  void TruncateBefore(const TopicPartition& tp, double offset);
  /// A record in a topic that exists; it is there to be read from now on.
  void Append(const TopicPartition& tp, const std::string& value);
  void AddGroup(const SimGroup& group);
  void RemoveGroup(const std::string& name);
  void Commit(const std::string& group, const SimCommit& commit);
  Result<BrokerId> AddBroker(const std::string& rack);

  // ---- what others do
  // ----------------------------------------------------------------------------
  /// A reassignment by someone else (nullopt: cancel). Kafka's code.
  std::int16_t Reassign(const TopicPartition& tp,
                        const std::optional<std::vector<BrokerId>>& target);
  std::int16_t ElectPreferred(const TopicPartition& tp);
  /// Somebody else's config change. Value nullopt: delete.
  std::int16_t SetConfig(const kafka::ConfigResource& resource, const std::string& key,
                         const std::optional<std::string>& value);

  // ---- faults
  // ------------------------------------------------------------------------------------
  SimFaults& faults() { return faults_; }
  /// Refuses connections and cuts the open ones; leaders move, the in-sync sets shrink.
  Status StopBroker(BrokerId broker);
  /// Replicas catch up before they are in sync again.
  Status StartBroker(BrokerId broker);
  /// Cuts the broker's connections; it goes on.
  void CutConnections(BrokerId broker) { server_->Cut(broker); }
  void FailLogDir(BrokerId broker, int dir, bool failed = true);
  void ChangeController(BrokerId broker);
  /// From now on the broker's Metadata answers stay as they are now.
  void FreezeMetadata(BrokerId broker);
  void ThawMetadata(BrokerId broker);

  // ---- what a test looks at
  // ----------------------------------------------------------------------
  SimPartitionView Partition(const TopicPartition& tp) const;
  std::vector<TopicPartition> Moving() const;
  std::optional<std::string> Config(const kafka::ConfigResource& resource,
                                    const std::string& key) const;
  std::optional<std::string> TopicConfig(const std::string& topic, const std::string& key) const;
  std::optional<std::string> BrokerConfig(BrokerId broker, const std::string& key) const;
  /// Every *.replication.throttled.* setting of any topic or broker, as "resource key=value".
  std::vector<std::string> Throttles() const;
  BrokerId controller() const;
  std::vector<SimEvent> Events() const;
  SimCounters Counters() const;

  /// Every request since the start or the last ClearRequests, in order of arrival.
  std::vector<SimRequest> Requests() const;
  std::size_t CountRequests(kafka::ApiKey api) const;
  std::size_t CountRequests() const;
  void ClearRequests();
  std::size_t connections() const { return server_->connections(); }

 private:
  SimCluster(const SimOptions& options, const Clock& clock);
  SimReply Handle(BrokerId broker, std::span<const std::uint8_t> frame);
  void BringUpToDate() const;

  // Calls `look` with the state as of now.
  template <class Look>
  auto With(Look look) const {
    const std::lock_guard lock(mutex_);
    BringUpToDate();
    return look(world_);
  }

  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable SimWorld world_;                       // Guarded by mutex_.
  std::vector<SimRequest> requests_;             // Guarded by mutex_.
  std::map<kafka::ApiKey, std::size_t> counts_;  // Guarded by mutex_.
  SimFaults faults_;
  std::unique_ptr<SimServer> server_;  // Last: its thread uses all of the above.
};

}  // namespace levelwind::testing
