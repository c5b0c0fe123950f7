#pragma once

// A small Kafka cluster minute by minute: producers, logs with segments and retention, followers,
// consumer groups, disks and what brokers tell of themselves. It knows nothing of detectors. What
// it shows is what a snapshot shows. Deterministic by its seed.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/cluster_facts.h"
#include "model/cluster_snapshot.h"

namespace levelwind::scenarios {

constexpr double kMiB = 1024 * 1024;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kStartMs = 1'760'000'040'000;

/// xorshift*, for the same numbers everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  double Uniform();              ///< [0, 1)
  double Around(double spread);  ///< 1 +- spread, uniform.
  /// A factor whose logarithm is about normal, with this deviation.
  double Skewed(double deviation);

 private:
  std::uint64_t state_;
};

struct SimPartition {
  std::vector<BrokerId> replicas;  ///< Preferred leader first.
  std::set<BrokerId> in_sync;
  BrokerId leader = kNoBroker;
  double weight = 1;  ///< Of the topic's traffic.
  double end = 0;     ///< Offset.
  std::int64_t start = 0;
  std::deque<std::pair<std::int64_t, double>> segments;  ///< When closed, and its last offset.
  std::vector<std::pair<std::int64_t, double>> ends;     ///< Time and end, for the age of records.
  double bytes_in = 0;                                   ///< Of the last minute, per second.
};

struct SimTopic {
  std::string name;
  double rate = 0;  ///< Bytes per second, all partitions.
  double record_bytes = 1000;
  std::int64_t retention_ms = 24 * 60 * kMinuteMs;
  std::int64_t segment_ms = 60 * kMinuteMs;
  std::int64_t min_isr = 2;
  bool compacted = false;
  double noise = 0.05;  ///< Of each partition's rate, each minute.
  std::vector<SimPartition> partitions;
};

struct SimMember {
  std::string id, client, host;
};

struct SimGroup {
  std::string name, topic;
  std::vector<SimMember> members;
  double member_rate = 1e9;  ///< Records per second that one member can process.
  bool paused = false;       ///< Members are there and process nothing.
  bool manual_gap = false;   ///< Nobody is given the last partition.
  int held_partition = -1;   ///< A record of it cannot be processed, and is tried for ever.
  std::int64_t rebalances = 0;
  std::vector<double> committed;            ///< By partition.
  std::vector<std::vector<double>> before;  ///< Committed at the last minutes, newest last.
  std::vector<std::vector<double>> ends_before;
  double lag_before = -1;
  std::vector<std::int64_t> fine_at;  ///< When each partition was last caught up.
  bool rebalanced = false;            ///< In this minute: nothing is processed for half of it.
};

struct SimBroker {
  BrokerId id = kNoBroker;
  std::string rack;
  bool up = true;
  bool dir_failed = false;
  std::int64_t up_minutes = 100;  ///< Since its start; it catches up in the first two.
  double disk_bytes = 2e12;
  double other_bytes = 0;  ///< On its disk and not Kafka's.
  double flush_ms = 20;    ///< Usual 99.9th.
  double handler_idle = 0.8;
  double request_ms = 30;
  std::vector<std::pair<std::string, double>> clients;  ///< And their share of what it takes in.
  std::vector<std::pair<std::string, std::string>> settings;
};

class SimHistory {
 public:
  /// Six brokers on three racks, eight topics of three replicas, five groups that keep up. The logs
  /// are as old as their retention.
  explicit SimHistory(std::uint64_t seed);

  SnapshotPtr Step();  ///< One minute.
  std::int64_t minute() const { return minute_; }
  std::int64_t now_ms() const { return kStartMs + minute_ * kMinuteMs; }

  SimTopic& TopicOf(std::string_view name);
  SimGroup& GroupOf(std::string_view name);
  SimBroker& BrokerOf(BrokerId id);
  SimTopic& AddTopic(std::string name, int partitions, double rate, int replicas = 3);
  SimBroker& AddBroker(std::string rack);
  void RemoveTopic(std::string_view name);
  SimGroup& AddGroup(std::string name, std::string topic, int members, double headroom);
  void AddMember(SimGroup& group, std::string host);

  void Stop(BrokerId id) { BrokerOf(id).up = false; }
  void Start(BrokerId id);
  /// Puts a member away and, with the same host or another, a new one in its place.
  void ReplaceMember(SimGroup& group, std::size_t index, bool same_host);

  double load = 1;                    ///< Of all topics.
  bool auto_election = true;          ///< Preferred leaders, every five minutes.
  bool metrics = true;                ///< Brokers tell about themselves.
  bool rates = true;                  ///< Produce rates are known.
  bool groups_known = true;           ///< Lags are.
  std::int64_t quorum_behind_ms = 0;  ///< Of the voter `quorum_slow`.
  BrokerId quorum_slow = kNoBroker;
  bool quorum_leader = true;
  Dice dice;
  std::vector<MaintenanceEvent> maintenance;
  std::vector<SimTopic> topics;
  std::vector<SimBroker> brokers;
  std::vector<SimGroup> groups;

 private:
  void Prewarm(SimTopic& topic);
  void Produce(SimTopic& topic);
  void Elect();
  void Consume(SimGroup& group);
  ClusterSnapshot Show();
  void ShowBrokers(ClusterSnapshot& snapshot);
  void ShowTopics(ClusterSnapshot& snapshot);
  void ShowGroups(ClusterSnapshot& snapshot);
  void ShowFacts(ClusterSnapshot& snapshot);

  std::int64_t minute_ = 0;
  std::uint64_t next_member_ = 1;
  std::size_t next_place_ = 0;
};

/// A group as its snapshot shows it, its verdicts by the collectors' own rules. In sim_groups.cc.
ConsumerGroup ShowGroup(SimGroup& group, const SimTopic& topic, const ClusterSnapshot& snapshot,
                        std::int64_t now_ms, bool known);

}  // namespace levelwind::scenarios
