#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.h"
#include "planner/json_reader.h"
#include "planner/snapshot_file.h"
#include "planner/snapshot_log_dirs.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxBrokers = 65'000;
constexpr std::size_t kMaxReplicas = 32;
constexpr std::int64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();
constexpr double kKb = 1024.0;
constexpr double kMb = 1024.0 * 1024.0;

/// What a partition's object says beside its loads, until all brokers are known.
struct Extra {
  bool has_leader = false;
  bool has_isr = false;
  std::vector<BrokerId> isr;
  std::vector<std::int16_t> log_dirs;
};

/// The names of fields whose value is a stand-in.
using Unknowns = std::set<std::string, std::less<>>;

class SnapshotReader {
 public:
  explicit SnapshotReader(std::string_view json) : json_(json), reader_(json) {}
  Result<ClusterSnapshot> Run();

 private:
  Status TopLevel(std::string_view key);
  Status ReadBroker();
  Status ReadCapacity(BrokerCapacity& capacity);
  Status ReadTopic();
  Status ReadTopicId(Topic& topic);
  Status ReadPartition(std::int32_t number);
  Status PartitionField(std::string_view key, Partition& partition, Extra& extra, double& disk,
                        Unknowns& unknowns);
  Status ReadReplicas();
  Status ReadIds(std::vector<BrokerId>& ids);
  Status ReadUnknowns(Unknowns& unknowns);
  Status Measure(double& value, double unit);
  Status SortBrokers();
  Status SortTopics();
  Status ResolvePartitions();
  Status ResolvePartition(const Topic& topic, std::size_t topic_at, Partition& p,
                          const Extra& extra);

  std::string_view json_;
  JsonReader reader_;
  ClusterSnapshot snapshot_;
  std::vector<Extra> extras_;  ///< Parallel to partitions.
  bool format_seen_ = false;
};

/// A load or capacity: null is unknown, negative is an error.
Status SnapshotReader::Measure(double& value, double unit) {
  value = kUnknown;
  if (reader_.NextIsNull()) return reader_.Skip();
  LW_RETURN_IF_ERROR(reader_.Number(value));
  if (value < 0) return reader_.Fail(fmt::format("{} is negative", value));
  value *= unit;
  if (!std::isfinite(value)) return reader_.Fail("number out of range");
  return Ok();
}

Status SnapshotReader::ReadUnknowns(Unknowns& unknowns) {
  return reader_.Array([&]() -> Status {
    std::string name;
    LW_RETURN_IF_ERROR(reader_.String(name));
    unknowns.insert(std::move(name));
    return Ok();
  });
}

Status SnapshotReader::ReadIds(std::vector<BrokerId>& ids) {
  return reader_.Array([&]() -> Status {
    std::int64_t id = 0;
    LW_RETURN_IF_ERROR(reader_.Integer(id, 0, kMaxInt32));
    if (ids.size() >= kMaxReplicas) return reader_.Fail("more than 32 brokers in one list");
    ids.push_back(static_cast<BrokerId>(id));
    return Ok();
  });
}

Status SnapshotReader::TopLevel(std::string_view key) {
  std::int64_t number = 0;
  if (key == "format") {
    std::string format;
    LW_RETURN_IF_ERROR(reader_.String(format));
    format_seen_ = format == "cluster-snapshot/1";
    if (format_seen_) return Ok();
    return reader_.Fail(
        fmt::format("\"{}\" is not supported; this version reads "
                    "\"cluster-snapshot/1\"",
                    EscapeControl(format)));
  }
  if (key == "brokers") return reader_.Array([this] { return ReadBroker(); });
  if (key == "topics") return reader_.Array([this] { return ReadTopic(); });
  if (key == "cluster_id") return reader_.String(snapshot_.cluster_id);
  if (key == "sequence") {
    LW_RETURN_IF_ERROR(reader_.Integer(number, 0, kMaxInt64));
    snapshot_.sequence = static_cast<std::uint64_t>(number);
    return Ok();
  }
  if (key == "taken_at_ms") {
    return reader_.Integer(snapshot_.taken_at.unix_ms, 0, kMaxInt64);
  }
  return reader_.Skip();
}

Status SnapshotReader::ReadCapacity(BrokerCapacity& capacity) {
  return reader_.Object([&](std::string_view key) -> Status {
    if (key == "cpu") return Measure(capacity.cpu_percent, 1);
    if (key == "network_in") return Measure(capacity.network_in_bytes_per_s, kKb);
    if (key == "network_out") return Measure(capacity.network_out_bytes_per_s, kKb);
    if (key == "disk") return Measure(capacity.disk_bytes, kMb);
    return reader_.Skip();
  });
}

Status SnapshotReader::ReadBroker() {
  if (snapshot_.brokers.size() >= kMaxBrokers) return reader_.Fail("more than 65,000 brokers");
  Broker broker;
  Unknowns unknowns;
  const Status read = reader_.Object([&](std::string_view key) -> Status {
    std::int64_t number = 0;
    if (key == "id" || key == "port") {
      LW_RETURN_IF_ERROR(reader_.Integer(number, 0, kMaxInt32));
      (key == "id" ? broker.id : broker.port) = static_cast<std::int32_t>(number);
      return Ok();
    }
    if (key == "rack") return reader_.NextIsNull() ? reader_.Skip() : reader_.String(broker.rack);
    if (key == "host") return reader_.String(broker.host);
    if (key == "capacity") return ReadCapacity(broker.capacity);
    if (key == "log_dirs") return ReadLogDirs(reader_, broker.log_dirs);
    if (key == "unknown") return ReadUnknowns(unknowns);
    if (key != "state") return reader_.Skip();
    std::string name;
    LW_RETURN_IF_ERROR(reader_.String(name));
    const auto state = ParseBrokerState(name);
    if (!state) {
      return reader_.Fail(fmt::format("\"{}\" is no broker state; use alive, new, dead or removing",
                                      EscapeControl(name)));
    }
    broker.state = *state;
    return Ok();
  });
  LW_RETURN_IF_ERROR(read);
  if (broker.id == kNoBroker) return reader_.Fail("broker without an id");
  if (unknowns.contains("cpu")) broker.capacity.cpu_percent = kUnknown;
  if (unknowns.contains("network_in")) broker.capacity.network_in_bytes_per_s = kUnknown;
  if (unknowns.contains("network_out")) broker.capacity.network_out_bytes_per_s = kUnknown;
  if (unknowns.contains("disk")) broker.capacity.disk_bytes = kUnknown;
  snapshot_.brokers.push_back(std::move(broker));
  return Ok();
}

Status SnapshotReader::ReadTopicId(Topic& topic) {
  std::string text;
  LW_RETURN_IF_ERROR(reader_.String(text));
  Result<Uuid> id = Uuid::Parse(text);
  if (!id.ok()) return reader_.Fail(id.error().message());
  topic.id = *id;
  return Ok();
}

Status SnapshotReader::ReadTopic() {
  Topic topic;
  topic.first_partition = static_cast<std::uint32_t>(snapshot_.partitions.size());
  const Status read = reader_.Object([&](std::string_view key) -> Status {
    if (key == "name") return reader_.String(topic.name);
    if (key == "id") return ReadTopicId(topic);
    if (key == "internal") return reader_.Bool(topic.internal);
    if (key != "partitions") return reader_.Skip();
    std::int32_t number = 0;
    return reader_.Array([&] { return ReadPartition(number++); });
  });
  LW_RETURN_IF_ERROR(read);
  if (topic.name.empty()) return reader_.Fail("topic without a name");
  topic.partition_count =
      static_cast<std::uint32_t>(snapshot_.partitions.size()) - topic.first_partition;
  snapshot_.topics.push_back(std::move(topic));
  return Ok();
}

Status SnapshotReader::PartitionField(std::string_view key, Partition& partition, Extra& extra,
                                      double& disk, Unknowns& unknowns) {
  std::int64_t number = 0;
  if (key == "replicas") return ReadReplicas();
  if (key == "cpu") return Measure(partition.load.cpu_percent, 1);
  if (key == "network_in") return Measure(partition.load.bytes_in_per_s, kKb);
  if (key == "network_out") return Measure(partition.load.bytes_out_per_s, kKb);
  if (key == "disk") return Measure(disk, kMb);
  if (key == "messages_in") return Measure(partition.load.messages_in_per_s, 1);
  if (key == "partition") {
    LW_RETURN_IF_ERROR(reader_.Integer(number, 0, kMaxInt32));
    partition.number = static_cast<std::int32_t>(number);
    return Ok();
  }
  if (key == "leader") {
    LW_RETURN_IF_ERROR(reader_.Integer(number, -1, kMaxInt32));
    partition.leader = static_cast<BrokerId>(number);
    extra.has_leader = true;
    return Ok();
  }
  if (key == "isr") {
    extra.has_isr = true;
    return ReadIds(extra.isr);
  }
  if (key == "log_dirs") return ReadDirPlaces(reader_, extra.log_dirs);
  if (key == "reassigning") return reader_.Bool(partition.reassigning);
  if (key == "unknown") return ReadUnknowns(unknowns);
  return reader_.Skip();
}

Status SnapshotReader::ReadReplicas() {
  std::vector<BrokerId> ids;
  LW_RETURN_IF_ERROR(ReadIds(ids));
  if (ids.empty()) return reader_.Fail("no replicas");
  for (const BrokerId id : ids) {
    if (std::ranges::count(ids, id) > 1) {
      return reader_.Fail(fmt::format("broker {} is listed twice", id));
    }
    snapshot_.replicas.emplace_back();
    snapshot_.replicas.back().broker = id;
  }
  return Ok();
}

Status SnapshotReader::ReadPartition(std::int32_t number) {
  Partition partition;
  partition.topic = static_cast<std::int32_t>(snapshot_.topics.size());
  partition.number = number;
  partition.first_replica = static_cast<std::uint32_t>(snapshot_.replicas.size());
  Extra extra;
  double disk = kUnknown;
  Unknowns unknowns;
  LW_RETURN_IF_ERROR(reader_.Object(
      [&](std::string_view key) { return PartitionField(key, partition, extra, disk, unknowns); }));
  partition.replica_count =
      static_cast<std::uint16_t>(snapshot_.replicas.size() - partition.first_replica);
  if (partition.replica_count == 0) return reader_.Fail("no replicas");
  if (partition.replica_count > kMaxReplicas) return reader_.Fail("replicas given twice");
  if (!unknowns.empty()) {
    if (unknowns.contains("cpu")) partition.load.cpu_percent = kUnknown;
    if (unknowns.contains("network_in")) partition.load.bytes_in_per_s = kUnknown;
    if (unknowns.contains("network_out")) partition.load.bytes_out_per_s = kUnknown;
    if (unknowns.contains("disk")) disk = kUnknown;
  }
  if (IsKnown(disk)) {
    constexpr double kMaxDisk = 1e16;  // 10 PB, as collectors believe at most; sums stay numbers.
    if (disk > kMaxDisk) return reader_.Fail("disk is out of range");
    for (std::size_t i = partition.first_replica; i < snapshot_.replicas.size(); ++i) {
      snapshot_.replicas[i].size_bytes = std::llround(disk);
    }
  }
  snapshot_.partitions.push_back(partition);
  extras_.push_back(std::move(extra));
  return Ok();
}

Status SnapshotReader::SortBrokers() {
  std::ranges::sort(snapshot_.brokers, {}, &Broker::id);
  const auto twin = std::ranges::adjacent_find(snapshot_.brokers, {}, &Broker::id);
  if (twin == snapshot_.brokers.end()) return Ok();
  return InvalidArgument(fmt::format("brokers: broker {} is listed twice", twin->id));
}

/// Topics by name and partitions by number, as ClusterSnapshot promises its readers.
Status SnapshotReader::SortTopics() {
  std::vector<std::size_t> order(snapshot_.topics.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {},
                    [&](std::size_t t) -> const std::string& { return snapshot_.topics[t].name; });
  std::vector<Topic> topics;
  std::vector<Partition> partitions;
  topics.reserve(order.size());
  partitions.reserve(snapshot_.partitions.size());
  for (const std::size_t t : order) {
    Topic& topic = snapshot_.topics[t];
    const auto from = snapshot_.PartitionsOf(topic);
    if (!topics.empty() && topics.back().name == topic.name) {
      return InvalidArgument(
          fmt::format("topics: \"{}\" is listed twice", EscapeControl(topic.name)));
    }
    const auto begin = partitions.size();
    for (Partition p : from) {
      p.topic = static_cast<std::int32_t>(topics.size());
      partitions.push_back(p);
    }
    std::ranges::sort(partitions.begin() + static_cast<std::ptrdiff_t>(begin), partitions.end(), {},
                      &Partition::number);
    topic.first_partition = static_cast<std::uint32_t>(begin);
    topics.push_back(std::move(topic));
    for (std::size_t i = begin + 1; i < partitions.size(); ++i) {
      if (partitions[i].number == partitions[i - 1].number) {
        return InvalidArgument(fmt::format("topics: partition {}-{} is listed twice",
                                           EscapeControl(topics.back().name),
                                           partitions[i].number));
      }
    }
  }
  snapshot_.topics = std::move(topics);
  snapshot_.partitions = std::move(partitions);
  return Ok();
}

Status SnapshotReader::ResolvePartition(const Topic& topic, std::size_t topic_at, Partition& p,
                                        const Extra& extra) {
  const auto wrong = [&](std::string_view field, const std::string& what) {
    return InvalidArgument(fmt::format("topics[{}].partitions[{}].{}: {}", topic_at,
                                       &p - &snapshot_.partitions[topic.first_partition], field,
                                       what));
  };
  const auto fail = [&](std::string_view field, BrokerId id, std::string_view what) {
    return wrong(field, fmt::format("broker {} {}", id, what));
  };
  const auto replicas = std::span(snapshot_.replicas).subspan(p.first_replica, p.replica_count);
  bool leader_listed = p.leader == kNoBroker;
  BrokerId first_serving = kNoBroker;
  for (Replica& replica : replicas) {
    const Broker* broker = snapshot_.FindBroker(replica.broker);
    if (broker == nullptr) return fail("replicas", replica.broker, "is not in brokers");
    const bool serving = broker->state != BrokerState::kDead;
    const bool listed = std::ranges::find(extra.isr, replica.broker) != extra.isr.end();
    replica.in_sync = extra.has_isr ? listed : serving;
    if (serving && first_serving == kNoBroker) first_serving = replica.broker;
    leader_listed |= replica.broker == p.leader;
  }
  if (const std::string misplaced = PlaceReplicas(snapshot_, extra.log_dirs, replicas);
      !misplaced.empty()) {
    return wrong("log_dirs", misplaced);
  }
  if (!leader_listed) return fail("leader", p.leader, "is not one of the replicas");
  if (extra.has_leader) return Ok();
  // The file does not say who leads; even with every broker dead a plan is wanted (its replicas
  // count as places to move from), so the first replica stands in.
  p.leader = first_serving != kNoBroker ? first_serving : replicas.front().broker;
  return Ok();
}

Status SnapshotReader::ResolvePartitions() {
  for (std::size_t t = 0; t < snapshot_.topics.size(); ++t) {
    const Topic& topic = snapshot_.topics[t];
    for (std::uint32_t i = 0; i < topic.partition_count; ++i) {
      const std::size_t at = topic.first_partition + i;
      LW_RETURN_IF_ERROR(ResolvePartition(topic, t, snapshot_.partitions[at], extras_[at]));
    }
  }
  return Ok();
}

Result<ClusterSnapshot> SnapshotReader::Run() {
  if (json_.size() > kMaxBytes) return InvalidArgument("snapshot file is larger than 1 GiB");
  LW_RETURN_IF_ERROR(reader_.Object([this](std::string_view key) { return TopLevel(key); }));
  LW_RETURN_IF_ERROR(reader_.End());
  if (!format_seen_) {
    return InvalidArgument(
        "format: missing; a snapshot file has \"format\":\"cluster-snapshot/1\"");
  }
  LW_RETURN_IF_ERROR(SortBrokers());
  // Before sorting, so that messages name places in the file.
  LW_RETURN_IF_ERROR(ResolvePartitions());
  LW_RETURN_IF_ERROR(SortTopics());
  snapshot_.confidence.sizes = true;
  snapshot_.confidence.rates = true;
  snapshot_.confidence.measured_share = 1;
  snapshot_.confidence.label = "as the snapshot file says";
  return std::move(snapshot_);
}

}  // namespace

Result<ClusterSnapshot> ParseSnapshotJson(std::string_view json) {
  return SnapshotReader(json).Run();
}

}  // namespace levelwind::planner
