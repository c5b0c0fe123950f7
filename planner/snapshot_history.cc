#include "planner/snapshot_history.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "model/broker_figures.h"
#include "model/cluster_facts.h"
#include "planner/json_reader.h"
#include "planner/snapshot_file.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kMetricCount = std::size(kBrokerFigures);

void WriteBrokers(const ClusterSnapshot& snapshot, JsonWriter& json) {
  json.Key("brokers").BeginArray();
  for (const Broker& broker : snapshot.brokers) {
    json.BeginObject().Field("id", broker.id).Key("usable").BeginArray();
    for (const LogDir& dir : broker.log_dirs) json.Value(dir.usable_bytes);
    json.EndArray();
    if (broker.metrics.known()) {
      json.Key("metrics").BeginArray();
      for (const auto member : kBrokerFigures) json.Value(broker.metrics.*member);
      json.EndArray().Key("clients").BeginArray();
      for (const ClientUse& client : broker.metrics.clients) {
        json.BeginObject()
            .Field("client", client.client)
            .Field("produce", client.produce_bytes_per_s)
            .Field("fetch", client.fetch_bytes_per_s)
            .Field("time", client.request_time_percent)
            .EndObject();
      }
      json.EndArray();
    }
    json.EndObject();
  }
  json.EndArray();
}

void WriteGroup(const ConsumerGroup& group, JsonWriter& json) {
  json.BeginObject()
      .Field("name", group.name)
      .Field("type", group.type)
      .Field("state", group.state)
      .Field("members", group.member_count)
      .Field("total_lag", group.total_lag)
      .Field("growth", group.lag_growth_per_s)
      .Field("consumed", group.consume_rate_per_s)
      .Field("time_lag", group.time_lag.seconds)
      .Field("verdict", LagVerdictName(group.verdict))
      .Field("rebalances", group.activity.rebalances)
      .Key("owners")
      .BeginArray();
  for (const GroupOwner& owner : group.owners) {
    json.BeginArray().Value(owner.client_id).Value(owner.host).Value(owner.member_id).EndArray();
  }
  // Partition, owner, committed, lag, its age in seconds, verdict.
  json.EndArray().Key("offsets").BeginArray();
  for (const GroupOffset& offset : group.offsets) {
    json.BeginArray()
        .Value(offset.partition)
        .Value(offset.owner)
        .Value(offset.committed)
        .Value(offset.lag)
        .Value(static_cast<double>(offset.lag_seconds))
        .Value(static_cast<int>(offset.verdict))
        .EndArray();
  }
  json.EndArray().EndObject();
}

void WriteFacts(const ClusterFacts& facts, JsonWriter& json) {
  json.Key("topics").BeginArray();
  for (const TopicSettings& topic : facts.topics) {
    json.BeginObject()
        .Field("name", topic.topic)
        .Field("min_isr", topic.min_insync_replicas)
        .Field("retention_ms", topic.retention_ms)
        .Field("retention_bytes", topic.retention_bytes);
    if (topic.deleted) json.Field("deleted", *topic.deleted);
    if (topic.compacted) json.Field("compacted", *topic.compacted);
    json.EndObject();
  }
  json.EndArray();
  if (!facts.quorum) return;
  json.Key("quorum")
      .BeginObject()
      .Field("leader", facts.quorum->leader)
      .Key("members")
      .BeginArray();
  for (const QuorumMember& member : facts.quorum->members) {
    json.BeginArray()
        .Value(member.id)
        .Value(member.voter ? 1 : 0)
        .Value(member.lag)
        .Value(member.behind_s)
        .EndArray();
  }
  json.EndArray().EndObject();
}

/// The reading side: fills in what WriteHistoryLine added.
class HistoryReader {
 public:
  HistoryReader(std::string_view line, ClusterSnapshot& snapshot)
      : reader_(line), snapshot_(snapshot) {}

  Status Run() {
    return reader_.Object([this](std::string_view key) -> Status {
      return key == "history" ? ReadHistory() : reader_.Skip();
    });
  }

 private:
  /// An array of numbers; null is unknown.
  Status Row(std::vector<double>& row, std::size_t length) {
    row.clear();
    const Status read = reader_.Array([&] { return Measure(row.emplace_back()); });
    if (!read.ok()) return read;
    return row.size() == length ? Ok() : Status(reader_.Fail("a row of another length"));
  }
  Status Measure(double& value) {
    value = kUnknown;
    return reader_.NextIsNull() ? reader_.Skip() : reader_.Number(value);
  }
  Status Whole(std::int64_t& value) {
    double number = kUnknown;
    LW_RETURN_IF_ERROR(Measure(number));
    value = Whole(number);
    return Ok();
  }
  static std::int64_t Whole(double number) {
    constexpr double kMost = 9e18;  // TopicSettings::kNoLimit comes back as that.
    if (!(number >= 0)) return kUnknownCount;
    return number >= kMost ? TopicSettings::kNoLimit : std::llround(number);
  }
  static std::int32_t Small(double number, std::int32_t unknown) {
    return number >= 0 && number < 2e9 ? static_cast<std::int32_t>(number) : unknown;
  }

  Status ReadHistory();
  Status ReadBroker();
  Status ReadMetrics(BrokerMetrics& metrics);
  Status ReadClient(BrokerMetrics& metrics);
  Status ReadOffsets();
  Status ReadGroup();
  Status ReadOwner(ConsumerGroup& group);
  Status ReadTopic(ClusterFacts& facts);
  Status ReadQuorum(ClusterFacts& facts);

  JsonReader reader_;
  ClusterSnapshot& snapshot_;
};

Status HistoryReader::ReadHistory() {
  auto facts = std::make_shared<ClusterFacts>();
  bool told = false;
  const Status read = reader_.Object([&](std::string_view key) -> Status {
    if (key == "brokers") return reader_.Array([this] { return ReadBroker(); });
    if (key == "log_offsets") return ReadOffsets();
    if (key == "groups") return reader_.Array([this] { return ReadGroup(); });
    told |= key == "topics" || key == "quorum";
    if (key == "topics") return reader_.Array([&] { return ReadTopic(*facts); });
    if (key == "quorum") return ReadQuorum(*facts);
    if (key != "offline_replicas") return reader_.Skip();
    return reader_.Array([&]() -> Status {
      std::int64_t index = 0;
      LW_RETURN_IF_ERROR(reader_.Integer(index, 0, INT64_MAX));
      if (index < std::ssize(snapshot_.replicas)) {
        snapshot_.replicas[static_cast<std::size_t>(index)].offline = true;
      }
      return Ok();
    });
  });
  if (!read.ok()) return read;
  std::ranges::sort(facts->topics, {}, &TopicSettings::topic);
  std::ranges::sort(snapshot_.groups, {}, &ConsumerGroup::name);
  if (told) snapshot_.facts = std::move(facts);
  return Ok();
}

Status HistoryReader::ReadBroker() {
  Broker* broker = nullptr;
  return reader_.Object([&](std::string_view key) -> Status {
    if (key == "id") {
      std::int64_t id = 0;
      LW_RETURN_IF_ERROR(reader_.Integer(id, 0, INT32_MAX));
      const auto at = std::ranges::find(snapshot_.brokers, static_cast<BrokerId>(id), &Broker::id);
      if (at == snapshot_.brokers.end()) return reader_.Fail("no such broker");
      broker = &*at;
      return Ok();
    }
    if (broker == nullptr) return reader_.Fail("the id comes first");
    if (key == "metrics") return ReadMetrics(broker->metrics);
    if (key == "clients") return reader_.Array([&] { return ReadClient(broker->metrics); });
    if (key != "usable") return reader_.Skip();
    std::size_t place = 0;
    return reader_.Array([&]() -> Status {
      if (place >= broker->log_dirs.size()) return reader_.Fail("more than log dirs");
      double usable = kUnknown;
      LW_RETURN_IF_ERROR(Measure(usable));
      broker->log_dirs[place++].usable_bytes = Whole(usable);
      return Ok();
    });
  });
}

Status HistoryReader::ReadMetrics(BrokerMetrics& metrics) {
  std::vector<double> row;
  LW_RETURN_IF_ERROR(Row(row, kMetricCount));
  for (std::size_t i = 0; i < kMetricCount; ++i) metrics.*kBrokerFigures[i] = row[i];
  metrics.source = LoadSource::kEndpoint;
  metrics.measured_at = snapshot_.taken_at;
  return Ok();
}

Status HistoryReader::ReadClient(BrokerMetrics& metrics) {
  ClientUse& client = metrics.clients.emplace_back();
  return reader_.Object([&](std::string_view key) -> Status {
    if (key == "client") return reader_.String(client.client);
    if (key == "produce") return Measure(client.produce_bytes_per_s);
    if (key == "fetch") return Measure(client.fetch_bytes_per_s);
    return key == "time" ? Measure(client.request_time_percent) : reader_.Skip();
  });
}

Status HistoryReader::ReadOffsets() {
  std::size_t at = 0;
  std::vector<double> row;
  return reader_.Array([&]() -> Status {
    LW_RETURN_IF_ERROR(Row(row, 3));
    if (at >= snapshot_.partitions.size()) return reader_.Fail("more than partitions");
    Partition& p = snapshot_.partitions[at++];
    p.log_start_offset = Whole(row[0]);
    p.log_end_offset = Whole(row[1]);
    p.last_stable_offset = Whole(row[2]);
    return Ok();
  });
}

Status HistoryReader::ReadOwner(ConsumerGroup& group) {
  std::vector<std::string> texts;
  LW_RETURN_IF_ERROR(reader_.Array([&] { return reader_.String(texts.emplace_back()); }));
  if (texts.size() != 3) return reader_.Fail("an owner has client, host and member id");
  group.owners.Edit().push_back({texts[0], texts[1], texts[2]});
  return Ok();
}

Status HistoryReader::ReadGroup() {
  ConsumerGroup& group = snapshot_.groups.emplace_back();
  return reader_.Object([&](std::string_view key) -> Status {
    if (key == "name") return reader_.String(group.name);
    if (key == "type") return reader_.String(group.type);
    if (key == "state") return reader_.String(group.state);
    if (key == "total_lag") return Whole(group.total_lag);
    if (key == "growth") return Measure(group.lag_growth_per_s);
    if (key == "consumed") return Measure(group.consume_rate_per_s);
    if (key == "time_lag") return Measure(group.time_lag.seconds);
    if (key == "rebalances") return Whole(group.activity.rebalances);
    if (key == "owners") return reader_.Array([&] { return ReadOwner(group); });
    if (key == "members") {
      std::int64_t members = 0;
      LW_RETURN_IF_ERROR(reader_.Integer(members, 0, INT32_MAX));
      group.member_count = static_cast<std::int32_t>(members);
      return Ok();
    }
    if (key == "verdict") {
      std::string name;
      LW_RETURN_IF_ERROR(reader_.String(name));
      group.verdict = ParseLagVerdict(name).value_or(LagVerdict::kUndecided);
      return Ok();
    }
    if (key != "offsets") return reader_.Skip();
    std::vector<double> row;
    return reader_.Array([&]() -> Status {
      LW_RETURN_IF_ERROR(Row(row, 6));
      if (!(row[0] < static_cast<double>(snapshot_.partitions.size()))) {
        return reader_.Fail("no such partition");
      }
      GroupOffset& offset = group.offsets.Edit().emplace_back();
      offset.partition = Small(row[0], -1);
      offset.owner = Small(row[1], -1);
      offset.committed = Whole(row[2]);
      offset.lag = Whole(row[3]);
      offset.lag_seconds = static_cast<float>(row[4]);
      const std::int32_t verdict = Small(row[5], 0);
      if (verdict <= static_cast<std::int32_t>(LagVerdict::kDataLost)) {
        offset.verdict = static_cast<LagVerdict>(verdict);
      }
      return Ok();
    });
  });
}

Status HistoryReader::ReadTopic(ClusterFacts& facts) {
  TopicSettings& topic = facts.topics.emplace_back();
  return reader_.Object([&](std::string_view key) -> Status {
    if (key == "name") return reader_.String(topic.topic);
    if (key == "min_isr") return Whole(topic.min_insync_replicas);
    if (key == "retention_ms") return Whole(topic.retention_ms);
    if (key == "retention_bytes") return Whole(topic.retention_bytes);
    if (key == "deleted") return reader_.Bool(topic.deleted.emplace());
    return key == "compacted" ? reader_.Bool(topic.compacted.emplace()) : reader_.Skip();
  });
}

Status HistoryReader::ReadQuorum(ClusterFacts& facts) {
  QuorumView& quorum = facts.quorum.emplace();
  return reader_.Object([&](std::string_view key) -> Status {
    if (key == "leader") {
      std::int64_t leader = -1;
      LW_RETURN_IF_ERROR(reader_.Integer(leader, -1, INT32_MAX));
      quorum.leader = static_cast<BrokerId>(leader);
      return Ok();
    }
    if (key != "members") return reader_.Skip();
    std::vector<double> row;
    return reader_.Array([&]() -> Status {
      LW_RETURN_IF_ERROR(Row(row, 4));
      quorum.members.push_back({Small(row[0], kNoBroker), row[1] > 0, Whole(row[2]), row[3]});
      return Ok();
    });
  });
}

}  // namespace

std::string WriteHistoryLine(const ClusterSnapshot& snapshot) {
  std::string line = WriteSnapshotJson(snapshot);
  // Line breaks are between tokens only: within strings they are escaped.
  std::erase(line, '\n');
  line.pop_back();
  JsonWriter json;
  json.BeginObject();
  WriteBrokers(snapshot, json);
  json.Key("log_offsets").BeginArray();
  for (const Partition& p : snapshot.partitions) {
    json.BeginArray()
        .Value(p.log_start_offset)
        .Value(p.log_end_offset)
        .Value(p.last_stable_offset)
        .EndArray();
  }
  json.EndArray().Key("offline_replicas").BeginArray();
  for (std::size_t i = 0; i < snapshot.replicas.size(); ++i) {
    if (snapshot.replicas[i].offline) json.Value(i);
  }
  json.EndArray().Key("groups").BeginArray();
  for (const ConsumerGroup& group : snapshot.groups) WriteGroup(group, json);
  json.EndArray();
  if (snapshot.facts != nullptr) WriteFacts(*snapshot.facts, json);
  json.EndObject();
  return line + ",\"history\":" + json.Take() + "}\n";
}

Result<ClusterSnapshot> ParseHistoryLine(std::string_view line) {
  LW_ASSIGN_OR_RETURN(ClusterSnapshot snapshot, ParseSnapshotJson(line));
  LW_RETURN_IF_ERROR(HistoryReader(line, snapshot).Run());
  return snapshot;
}

}  // namespace levelwind::planner
