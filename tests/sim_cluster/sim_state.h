#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "tests/sim_cluster/sim_configs.h"
#include "tests/sim_cluster/sim_types.h"

namespace levelwind::testing {

/// What a Kafka controller and its brokers know: replicas, leaders, in-sync sets, moves, logs,
/// configuration. A state machine over simulated time, without sockets and without a clock: Advance
/// moves time on, everything else happens at that time. Not thread-safe.
///
/// Sizes and offsets are computed from rates when they are looked at, so that 100,000 quiet
/// partitions cost nothing; only replicas that are behind are simulated step by step.
class SimState {
 public:
  struct LogDir {
    std::string path;
    bool failed = false;
  };
  struct Broker {
    BrokerId id = kNoBroker;
    std::string rack;
    bool alive = true;
    std::vector<LogDir> dirs;
    std::optional<double> leader_rate;  ///< Throttles in force: own, or all brokers' default.
    std::optional<double> follower_rate;
  };
  struct Copy {
    BrokerId broker = kNoBroker;
    int dir = 0;
    bool behind = false;
    double bytes = 0;  ///< Only while behind.
    SteadyTime behind_since;
  };
  struct Partition {
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> adding;
    std::vector<BrokerId> removing;
    std::vector<BrokerId> isr;
    std::vector<Copy> copies;
    BrokerId leader = kNoBroker;
    std::int32_t leader_epoch = 0;
    double bytes_per_s = 0;
    // The log at `since`; from there on it grows by bytes_per_s while there is a leader.
    double size_then = 0;
    double end_then = 0;
    double start_offset = 0;
    SteadyTime since;
    bool moving() const { return !adding.empty() || !removing.empty(); }
  };
  struct Topic {
    std::string name;
    Uuid id;
    bool internal = false;
    double record_bytes = 1024;
    std::vector<Partition> partitions;
    SimThrottledReplicas throttled_leaders;
    SimThrottledReplicas throttled_followers;
  };
  struct Answer {
    std::int16_t error = 0;
    std::string message;
  };

  SimState(const SimOptions& options, SteadyTime now);

  /// Moves simulated time on to `now`; copying goes on meanwhile. Earlier times are ignored.
  void Advance(SteadyTime now);
  SteadyTime now() const { return now_; }

  // ---- brokers
  // -----------------------------------------------------------------------------------
  const std::map<BrokerId, Broker>& brokers() const { return brokers_; }
  bool Alive(BrokerId id) const;
  /// In ascending order.
  const std::vector<BrokerId>& alive() const { return alive_; }
  /// A broker that dies leaves the in-sync sets (not as the last one) and loses its leaderships.
  void SetAlive(BrokerId id, bool alive);
  void AddBroker(BrokerId id, std::string rack);
  void SetLogDirFailed(BrokerId id, int dir, bool failed);
  BrokerId controller() const { return controller_; }
  void SetController(BrokerId id) {
    controller_ = id;
    ++version_;
  }
  /// Grows with everything that a Metadata answer shows, for answers that are kept.
  std::uint64_t version() const { return version_; }
  /// Grows when brokers come and go.
  std::uint64_t alive_version() const { return alive_version_; }

  // ---- topics
  // ------------------------------------------------------------------------------------
  using Topics = std::map<std::string, std::unique_ptr<Topic>, std::less<>>;
  const Topics& topics() const { return topics_; }
  const Topic* FindTopic(std::string_view name) const;
  const Topic* FindTopic(const Uuid& id) const;
  const Partition* Find(const TopicPartition& tp) const;
  Answer CreateTopic(const SimTopic& topic);
  Answer CheckAssignment(const std::vector<BrokerId>& replicas) const;
  /// Ends its moves; throttles on brokers stay behind (as Kafka's do).
  Answer DeleteTopic(const std::string& name);
  void SetRate(const SimRate& rate);
  void SetSize(const TopicPartition& tp, double bytes);
  void TruncateBefore(const TopicPartition& tp, double offset);
  double SizeOf(const Partition& partition) const;
  double EndOffset(const Topic& topic, const Partition& partition) const;
  double CopySize(const Partition& partition, const Copy& copy) const;
  /// Partitions with a copy on a broker; the list is kept until placements change.
  struct Placement {
    const Topic* topic;
    std::int32_t partition;
  };
  const std::vector<Placement>& PlacementsOn(BrokerId id);

  // ---- moves and leaders
  // -------------------------------------------------------------------------
  /// A target, or nullopt to cancel. Kafka's rules: dead brokers are accepted, unknown ones and
  /// duplicates are not; a new target replaces one in progress; a cancel that would leave nothing
  /// in sync is refused unless the topic allows unclean elections.
  Answer Reassign(const TopicPartition& tp, const std::optional<std::vector<BrokerId>>& target,
                  bool allow_replication_factor_change);
  Answer Elect(const TopicPartition& tp, bool preferred);
  bool Usable(const Partition& partition, BrokerId broker) const;

  // ---- configuration
  // -----------------------------------------------------------------------------
  SimConfigs& configs() { return configs_; }
  const SimConfigs& configs() const { return configs_; }
  /// After changes of `resource`: makes throttles effective.
  void ConfigsChanged(const kafka::ConfigResource& resource);
  std::string EffectiveTopicConfig(const std::string& topic, const std::string& key) const;

  const std::vector<SimEvent>& events() const { return events_; }
  const SimCounters& counters() const { return counters_; }

 private:
  // A replica that is not in sync, by name so that the order is the same in every run.
  using BehindKey = std::tuple<std::string, std::int32_t, BrokerId>;
  struct Flow;

  Partition* FindMutable(const TopicPartition& tp);
  Topic* FindMutableTopic(std::string_view name);
  Copy* FindCopy(Partition& partition, BrokerId broker) const;
  int PickDir(BrokerId broker);
  void Rebase(const Topic& topic, Partition& partition);
  void SetLeader(const Topic& topic, std::int32_t index, Partition& partition, BrokerId leader);
  void Refresh(const Topic& topic, std::int32_t index, Partition& partition);
  void RefreshAll();
  void MarkBehind(const Topic& topic, std::int32_t index, Copy& copy, double bytes);
  void DropCopies(const Topic& topic, std::int32_t index, Partition& partition);
  Answer StartMove(Topic& topic, std::int32_t index, const std::vector<BrokerId>& target,
                   bool allow_replication_factor_change);
  Answer CancelMove(Topic& topic, std::int32_t index);
  void MaybeComplete(const Topic& topic, std::int32_t index, Partition& partition);
  // Around every change of a partition's move: -1 before it, +1 after it.
  void CountMove(const Partition& partition, int sign);
  void Record(SimEventKind kind, const Topic& topic, std::int32_t index,
              const Partition& partition);
  void PlacementChanged() {
    placements_.reset();
    ++version_;
  }
  void AliveChanged();

  // sim_replication.cc
  std::vector<Flow> ActiveFlows();
  void ShareBandwidth(std::vector<Flow>& flows) const;
  Duration NextChange(const std::vector<Flow>& flows, Duration limit) const;
  void Transfer(std::vector<Flow>& flows, Duration step);
  void CaughtUp(const BehindKey& key);
  void RefreshBrokerThrottles();

  const SimOptions options_;
  SteadyTime now_;
  std::mt19937_64 random_{1};
  std::map<BrokerId, Broker> brokers_;
  std::vector<BrokerId> alive_;
  std::uint64_t version_ = 1;
  std::uint64_t alive_version_ = 1;
  BrokerId controller_ = 1;
  Topics topics_;
  std::set<BehindKey> behind_;
  SimConfigs configs_;
  std::optional<std::map<BrokerId, std::vector<Placement>>> placements_;
  std::vector<SimEvent> events_;
  SimCounters counters_;
  unsigned next_dir_ = 0;
  std::map<BrokerId, int> incoming_;  // Replicas being added now, per broker.
};

}  // namespace levelwind::testing
