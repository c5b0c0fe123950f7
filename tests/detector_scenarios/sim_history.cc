#include "tests/detector_scenarios/sim_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace levelwind::scenarios {
namespace {

constexpr double kMinuteS = 60;
constexpr std::int64_t kCatchUpMinutes = 2;

std::uint8_t HashByte(std::string_view text) {
  unsigned sum = 7;
  for (const char c : text) sum = sum * 31 + static_cast<unsigned char>(c);
  return static_cast<std::uint8_t>(sum);
}

}  // namespace

double Dice::Uniform() {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return static_cast<double>((state_ * 0x2545F4914F6CDD1DULL) >> 11) * 0x1p-53;
}
double Dice::Around(double spread) { return 1 + spread * (2 * Uniform() - 1); }
double Dice::Skewed(double deviation) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += Uniform();
  return std::exp((sum - 6) * deviation);
}

SimHistory::SimHistory(std::uint64_t seed) : dice(seed) {
  for (int i = 1; i <= 6; ++i) AddBroker(fmt::format("r{}", (i - 1) % 3 + 1)).up_minutes = 10'000;
  AddTopic("orders", 12, 2 * kMiB);
  AddTopic("payments", 6, 0.5 * kMiB);
  AddTopic("clicks", 24, 10 * kMiB);
  AddTopic("audit", 6, 0.2 * kMiB);
  AddTopic("logs", 12, 5 * kMiB);
  AddTopic("metrics", 12, 3 * kMiB);
  AddTopic("state", 6, 0.1 * kMiB).compacted = true;
  AddTopic("__consumer_offsets", 12, 0.05 * kMiB).compacted = true;
  AddGroup("billing", "orders", 4, 2.5);
  AddGroup("fraud", "payments", 3, 2.5);
  AddGroup("analytics", "clicks", 8, 2.5);
  AddGroup("search", "logs", 4, 2.5);
  AddGroup("alerts", "metrics", 3, 2.5);
}

SimBroker& SimHistory::AddBroker(std::string rack) {
  SimBroker broker;
  broker.id = static_cast<BrokerId>(brokers.size()) + 1;
  broker.rack = std::move(rack);
  broker.flush_ms *= dice.Around(0.2);
  broker.settings = {{"log.retention.hours", "24"},
                     {"node.id", std::to_string(broker.id)},
                     {"num.io.threads", "8"},
                     {"num.network.threads", "3"}};
  brokers.push_back(std::move(broker));
  return brokers.back();
}

SimTopic& SimHistory::AddTopic(std::string name, int partitions, double rate, int replicas) {
  SimTopic topic;
  topic.name = std::move(name);
  topic.rate = rate;
  topic.min_isr = std::min(2, replicas);
  for (int p = 0; p < partitions; ++p) {
    SimPartition& partition = topic.partitions.emplace_back();
    for (int r = 0; r < replicas; ++r) {
      // Neighbours are on other racks.
      const BrokerId broker = brokers[(next_place_ + static_cast<std::size_t>(r)) % 6].id;
      partition.replicas.push_back(broker);
      partition.in_sync.insert(broker);
    }
    partition.leader = partition.replicas.front();
    ++next_place_;
  }
  Prewarm(topic);
  topics.push_back(std::move(topic));
  return topics.back();
}

/// As if it had run at its usual rate for as long as its records are kept.
void SimHistory::Prewarm(SimTopic& topic) {
  const bool old = minute_ == 0;
  for (SimPartition& p : topic.partitions) {
    p.weight = 1;
    // Segments do not all roll at the same time.
    const auto shift =
        static_cast<std::int64_t>(dice.Uniform() * static_cast<double>(topic.segment_ms));
    const double records =
        topic.rate / topic.record_bytes / static_cast<double>(topic.partitions.size());
    p.end = 0;
    if (old) {
      for (std::int64_t at = topic.retention_ms - shift; at > 0; at -= topic.segment_ms) {
        p.end += records * static_cast<double>(topic.segment_ms) / 1000;
        p.segments.emplace_back(kStartMs - at, p.end);
      }
      p.end += records * static_cast<double>(topic.segment_ms - shift) / 1000;
    }
    p.ends.emplace_back(now_ms(), p.end);
  }
}

SimTopic& SimHistory::TopicOf(std::string_view name) {
  return *std::ranges::find_if(topics, [&](const SimTopic& t) { return t.name == name; });
}
SimGroup& SimHistory::GroupOf(std::string_view name) {
  return *std::ranges::find_if(groups, [&](const SimGroup& g) { return g.name == name; });
}
SimBroker& SimHistory::BrokerOf(BrokerId id) { return brokers[static_cast<std::size_t>(id) - 1]; }
void SimHistory::RemoveTopic(std::string_view name) {
  std::erase_if(topics, [&](const SimTopic& t) { return t.name == name; });
}

void SimHistory::AddMember(SimGroup& group, std::string host) {
  group.members.push_back(
      {fmt::format("{}-{}", group.name, next_member_++), group.name, std::move(host)});
}

SimGroup& SimHistory::AddGroup(std::string name, std::string topic, int members, double headroom) {
  SimGroup group;
  group.name = std::move(name);
  group.topic = std::move(topic);
  const SimTopic& of = TopicOf(group.topic);
  group.member_rate = headroom * of.rate / of.record_bytes / members;
  for (int m = 0; m < members; ++m) AddMember(group, fmt::format("/10.0.{}.{}", groups.size(), m));
  for (const SimPartition& p : of.partitions) group.committed.push_back(p.end);
  group.fine_at.assign(of.partitions.size(), now_ms());
  groups.push_back(std::move(group));
  return groups.back();
}

void SimHistory::ReplaceMember(SimGroup& group, std::size_t index, bool same_host) {
  std::string host = group.members[index].host;
  group.members.erase(group.members.begin() + static_cast<std::ptrdiff_t>(index));
  if (!same_host) host = fmt::format("/10.9.{}.{}", next_member_ / 250, next_member_ % 250);
  AddMember(group, std::move(host));
  group.rebalances += 2;
  group.rebalanced = true;
}

void SimHistory::Start(BrokerId id) {
  SimBroker& broker = BrokerOf(id);
  if (!broker.up) broker.up_minutes = 0;
  broker.up = true;
}

void SimHistory::Produce(SimTopic& topic) {
  double weights = 0;
  for (const SimPartition& p : topic.partitions) weights += p.weight;
  const std::int64_t now = now_ms();
  for (SimPartition& p : topic.partitions) {
    p.bytes_in = p.leader == kNoBroker ? 0
                                       : topic.rate * load * p.weight / weights *
                                             std::max(0.0, dice.Around(topic.noise));
    p.end += p.bytes_in * kMinuteS / topic.record_bytes;
    p.ends.emplace_back(now, p.end);
    const std::int64_t opened = p.segments.empty() ? kStartMs : p.segments.back().first;
    if (now - opened >= topic.segment_ms) p.segments.emplace_back(now, p.end);
    // A segment goes when its youngest record is older than the retention.
    while (!topic.compacted && p.segments.size() > 1 &&
           now - p.segments.front().first > topic.retention_ms) {
      p.start = static_cast<std::int64_t>(p.segments.front().second);
      p.segments.pop_front();
    }
  }
}

void SimHistory::Elect() {
  const auto serves = [&](BrokerId id) {
    const SimBroker& broker = BrokerOf(id);
    return broker.up && !broker.dir_failed;
  };
  for (SimTopic& topic : topics) {
    for (SimPartition& p : topic.partitions) {
      for (const BrokerId id : p.replicas) {
        const bool in = p.in_sync.contains(id);
        // The last in sync stays in the ISR, so that nothing is lost when it comes back.
        if (in && !serves(id) && p.in_sync.size() > 1) p.in_sync.erase(id);
        if (!in && serves(id) && p.leader != kNoBroker &&
            BrokerOf(id).up_minutes >= kCatchUpMinutes) {
          p.in_sync.insert(id);
        }
      }
      const bool led = p.leader != kNoBroker && serves(p.leader);
      const BrokerId preferred = p.replicas.front();
      if (led && auto_election && minute_ % 5 == 0 && p.in_sync.contains(preferred) &&
          serves(preferred)) {
        p.leader = preferred;
      }
      if (led) continue;
      const auto next = std::ranges::find_if(
          p.replicas, [&](BrokerId id) { return p.in_sync.contains(id) && serves(id); });
      p.leader = next == p.replicas.end() ? kNoBroker : *next;
    }
  }
}

void SimHistory::Consume(SimGroup& group) {
  SimTopic& topic = TopicOf(group.topic);
  const std::size_t count = topic.partitions.size();
  for (std::size_t p = group.committed.size(); p < count; ++p) {
    group.committed.push_back(0);
    group.fine_at.push_back(now_ms());
  }
  group.before.push_back(group.committed);
  std::vector<double> ends;
  for (const SimPartition& p : topic.partitions) {
    ends.push_back(p.ends[std::max<std::size_t>(2, p.ends.size()) - 2].second);
  }
  group.ends_before.push_back(std::move(ends));
  if (group.before.size() > 6) {
    group.before.erase(group.before.begin());
    group.ends_before.erase(group.ends_before.begin());
  }
  const double time = group.rebalanced ? kMinuteS / 2 : kMinuteS;
  group.rebalanced = false;
  if (group.members.empty() || group.paused) return;
  const std::size_t assigned = count - (group.manual_gap ? 1 : 0);
  for (std::size_t m = 0; m < group.members.size(); ++m) {
    double left = group.member_rate * time * dice.Around(0.1);
    // What one partition does not need goes to the others: a fetch brings what is there.
    std::vector<std::size_t> mine;
    for (std::size_t p = m; p < assigned; p += group.members.size()) {
      if (static_cast<int>(p) != group.held_partition) mine.push_back(p);
    }
    const auto lag = [&](std::size_t p) { return topic.partitions[p].end - group.committed[p]; };
    std::ranges::sort(mine, {}, lag);
    for (std::size_t i = 0; i < mine.size(); ++i) {
      const double take = std::min(lag(mine[i]), left / static_cast<double>(mine.size() - i));
      group.committed[mine[i]] += take;
      left -= take;
    }
  }
}

SnapshotPtr SimHistory::Step() {
  ++minute_;
  for (SimBroker& broker : brokers) broker.up_minutes += broker.up ? 1 : 0;
  Elect();
  for (SimTopic& topic : topics) Produce(topic);
  for (SimGroup& group : groups) Consume(group);
  return std::make_shared<const ClusterSnapshot>(Show());
}

ClusterSnapshot SimHistory::Show() {
  ClusterSnapshot snapshot;
  snapshot.cluster_id = "scenario";
  snapshot.sequence = static_cast<std::uint64_t>(minute_);
  snapshot.taken_at = {now_ms()};
  snapshot.controller = 1;
  ShowTopics(snapshot);
  ShowBrokers(snapshot);
  if (!topics.empty()) ShowGroups(snapshot);
  ShowFacts(snapshot);
  snapshot.confidence = {
      .sizes = true, .rates = rates, .rates_in_s = 0, .measured_share = 1, .label = "scenario"};
  return snapshot;
}

void SimHistory::ShowTopics(ClusterSnapshot& snapshot) {
  std::vector<const SimTopic*> sorted;
  for (const SimTopic& topic : topics) sorted.push_back(&topic);
  std::ranges::sort(sorted, {}, [](const SimTopic* t) { return t->name; });
  for (const SimTopic* topic : sorted) {
    Topic& shown = snapshot.topics.emplace_back();
    shown.name = topic->name;
    shown.id.bytes[0] = 1;
    shown.id.bytes[15] = HashByte(topic->name);
    shown.internal = topic->name.starts_with("__");
    shown.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
    shown.partition_count = static_cast<std::uint32_t>(topic->partitions.size());
    for (std::size_t n = 0; n < topic->partitions.size(); ++n) {
      const SimPartition& from = topic->partitions[n];
      Partition& p = snapshot.partitions.emplace_back();
      p.topic = static_cast<std::int32_t>(snapshot.topics.size()) - 1;
      p.number = static_cast<std::int32_t>(n);
      p.leader = from.leader;
      p.first_replica = static_cast<std::uint32_t>(snapshot.replicas.size());
      p.replica_count = static_cast<std::uint16_t>(from.replicas.size());
      p.log_start_offset = from.start;
      p.log_end_offset = p.last_stable_offset = static_cast<std::int64_t>(from.end);
      if (rates) {
        p.load.bytes_in_per_s = from.bytes_in;
        p.load.messages_in_per_s = from.bytes_in / topic->record_bytes;
      }
      double size = (from.end - static_cast<double>(from.start)) * topic->record_bytes;
      if (topic->compacted) size = std::min(size, 2e9);
      for (const BrokerId id : from.replicas) {
        const SimBroker& broker = BrokerOf(id);
        Replica& replica = snapshot.replicas.emplace_back();
        replica.broker = id;
        replica.log_dir = broker.up ? 0 : -1;
        replica.in_sync = from.in_sync.contains(id);
        replica.offline = !broker.up || broker.dir_failed;
        replica.size_bytes = replica.offline ? kUnknownCount : static_cast<std::int64_t>(size);
      }
    }
  }
}

void SimHistory::ShowBrokers(ClusterSnapshot& snapshot) {
  for (SimBroker& from : brokers) {
    Broker& broker = snapshot.brokers.emplace_back();
    broker.id = from.id;
    broker.rack = from.rack;
    broker.host = fmt::format("kafka{}", from.id);
    broker.port = 9092;
    broker.state = from.up ? BrokerState::kAlive : BrokerState::kDead;
    if (!from.up) continue;
    double used = from.other_bytes, in = 0;
    for (const Partition& p : snapshot.partitions) {
      if (p.leader == from.id) in += KnownOr(p.load.bytes_in_per_s, 0);
      for (const Replica& replica : snapshot.ReplicasOf(p)) {
        if (replica.broker == from.id) used += KnownOr(replica.size_bytes, 0);
      }
    }
    LogDir& dir = broker.log_dirs.emplace_back();
    dir.path = "/data";
    dir.offline = from.dir_failed;
    if (!from.dir_failed) {
      dir.total_bytes = static_cast<std::int64_t>(from.disk_bytes);
      dir.usable_bytes = static_cast<std::int64_t>(std::max(0.0, from.disk_bytes - used));
      dir.replica_bytes = static_cast<std::int64_t>(used - from.other_bytes);
      broker.capacity.disk_bytes = from.disk_bytes;
    }
    if (!metrics) continue;
    BrokerMetrics& m = broker.metrics;
    m.source = LoadSource::kEndpoint;
    m.measured_at = snapshot.taken_at;
    m.bytes_in_per_s = in;
    m.log_flush_p999_ms = from.flush_ms * dice.Skewed(0.25);
    m.produce_local_p999_ms = (from.flush_ms * 0.2 + from.request_ms) * dice.Skewed(0.2);
    m.produce_total_p999_ms = m.produce_local_p999_ms * 1.5 * dice.Skewed(0.1);
    m.fetch_total_p999_ms = 510 * dice.Around(0.02);
    m.request_queue_size = std::max(0.0, (0.9 - from.handler_idle) * 20 * dice.Uniform());
    m.handler_idle_share = std::clamp(from.handler_idle * dice.Around(0.05), 0.0, 1.0);
    m.network_idle_share = std::clamp(0.9 * dice.Around(0.03), 0.0, 1.0);
    for (const auto& [client, share] : from.clients) {
      m.clients.push_back({.client = client,
                           .produce_bytes_per_s = in * share * dice.Around(0.05),
                           .fetch_bytes_per_s = 0,
                           .request_time_percent = kUnknown});
    }
  }
}

void SimHistory::ShowGroups(ClusterSnapshot& snapshot) {
  std::vector<SimGroup*> sorted;
  for (SimGroup& group : groups) sorted.push_back(&group);
  std::ranges::sort(sorted, {}, [](const SimGroup* g) { return g->name; });
  for (SimGroup* group : sorted) {
    snapshot.groups.push_back(
        ShowGroup(*group, TopicOf(group->topic), snapshot, now_ms(), groups_known));
  }
}

void SimHistory::ShowFacts(ClusterSnapshot& snapshot) {
  auto facts = std::make_shared<ClusterFacts>();
  for (const Topic& shown : snapshot.topics) {
    const SimTopic& topic = TopicOf(shown.name);
    TopicSettings& settings = facts->topics.emplace_back();
    settings.topic = topic.name;
    settings.min_insync_replicas = topic.min_isr;
    settings.retention_ms = topic.retention_ms;
    settings.retention_bytes = TopicSettings::kNoLimit;
    settings.deleted = !topic.compacted;
    settings.compacted = topic.compacted;
  }
  QuorumView quorum;
  quorum.leader = quorum_leader ? 101 : kNoBroker;
  quorum.leader_epoch = 7;
  for (const SimBroker& broker : brokers) {
    if (broker.up) quorum.members.push_back({broker.id, false, 3, 0.5});
    facts->brokers.push_back({broker.id, snapshot.taken_at, broker.settings});
  }
  for (const BrokerId voter : {101, 102, 103}) {
    const bool slow = voter == quorum_slow;
    quorum.members.push_back({voter, true, slow ? quorum_behind_ms / 10 : 2,
                              slow ? static_cast<double>(quorum_behind_ms) / 1000 : 0.4});
  }
  facts->quorum = std::move(quorum);
  facts->maintenance = maintenance;
  snapshot.facts = std::move(facts);
}

}  // namespace levelwind::scenarios
