#include "api/compat/burrow_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/json_writer.h"
#include "detectors/burrow_verdict.h"

namespace levelwind::api {
namespace {

using detectors::BurrowGroupVerdict;
using detectors::BurrowPartition;
using detectors::BurrowStatus;
using detectors::BurrowStatusName;

/// Shortest text of a 32-bit float, as Go writes it: 0.1, and not the 0.100000001 of a double.
void FieldFloat(JsonWriter& json, std::string_view key, float value) {
  json.Key(key).Raw(fmt::format("{}", value));
}

void WriteCommit(JsonWriter& json, const BurrowCommit& commit) {
  json.BeginObject()
      .Field("offset", commit.offset)
      .Field("timestamp", commit.timestamp_ms)
      .Field("observedAt", commit.observed_ms)
      .FieldCount("lag", commit.lag)
      .EndObject();
}

void WriteCommitOrNull(JsonWriter& json, const std::optional<BurrowCommit>& commit) {
  if (commit) {
    WriteCommit(json, *commit);
  } else {
    json.Null();
  }
}

/// Who has a partition, of a group that the snapshot may not have any more.
class Owners {
 public:
  Owners(const ClusterSnapshot& snapshot, std::string_view group)
      : group_(snapshot.FindGroup(group)) {}

  void Write(JsonWriter& json, std::int32_t partition) const {
    const GroupOwner* owner = Find(partition);
    json.Field("owner", owner == nullptr ? "" : owner->host)
        .Field("client_id", owner == nullptr ? "" : owner->client_id);
  }

 private:
  const GroupOwner* Find(std::int32_t partition) const {
    if (group_ == nullptr) return nullptr;
    const auto at =
        std::ranges::lower_bound(group_->offsets, partition, {}, &GroupOffset::partition);
    if (at == group_->offsets.end() || at->partition != partition) return nullptr;
    return group_->FindOwner(*at);
  }

  const ConsumerGroup* group_;
};

void WritePartition(JsonWriter& json, const ClusterSnapshot& snapshot, const Owners& owners,
                    const BurrowPartition& of) {
  const Partition& partition = snapshot.partitions[static_cast<std::size_t>(of.partition)];
  json.BeginObject()
      .Field("topic", snapshot.TopicOf(partition).name)
      .Field("partition", partition.number);
  owners.Write(json, of.partition);
  json.Field("status", BurrowStatusName(of.verdict.status));
  WriteCommitOrNull(json.Key("start"), of.start);
  WriteCommitOrNull(json.Key("end"), of.end);
  json.Field("current_lag", of.verdict.current_lag);
  FieldFloat(json, "complete", of.verdict.complete);
  json.EndObject();
}

/// One partition of /consumer/G: as many slots as intervals, the empty ones first.
void WriteRing(JsonWriter& json, const ClusterSnapshot& snapshot, const BurrowGroup& group,
               const Owners& owners, std::int32_t partition) {
  const BurrowHistory& history = *snapshot.burrow;
  const BurrowGroup::Ring* ring = group.Find(partition);
  std::int64_t lag = 0;
  json.BeginObject().Key("offsets").BeginArray();
  if (ring != nullptr && !ring->empty) {
    const std::vector<BurrowCommit> commits = group.CommitsOf(*ring);
    const auto slots = static_cast<std::size_t>(history.rules.intervals);
    for (std::size_t i = commits.size(); i < slots; ++i) json.Null();
    for (const BurrowCommit& commit : commits) WriteCommit(json, commit);
    const std::vector<std::int64_t> ends = history.EndsOf(partition);
    if (!ends.empty()) lag = std::max<std::int64_t>(0, ends.back() - commits.back().offset);
  }
  json.EndArray();
  owners.Write(json, partition);
  json.Field("current-lag", lag).EndObject();
}

}  // namespace

std::string BurrowConsumerJson(const ClusterSnapshot& snapshot, const BurrowGroup& group) {
  const Owners owners(snapshot, group.name());
  JsonWriter json;
  json.BeginObject();
  std::int32_t topic = -1;
  for (const BurrowGroup::Ring& ring : group.rings()) {
    const auto index = static_cast<std::size_t>(ring.partition);
    if (ring.empty || index >= snapshot.partitions.size()) continue;
    if (snapshot.partitions[index].topic == topic) continue;
    topic = snapshot.partitions[index].topic;
    const Topic& of = snapshot.topics[static_cast<std::size_t>(topic)];
    json.Key(of.name).BeginArray();
    for (std::uint32_t p = 0; p < of.partition_count; ++p) {
      WriteRing(json, snapshot, group, owners, static_cast<std::int32_t>(of.first_partition + p));
    }
    json.EndArray();
  }
  return json.EndObject().Take();
}

std::string BurrowStatusJson(const ClusterSnapshot& snapshot, std::string_view cluster,
                             const BurrowGroup& group, bool all, WallTime now) {
  const BurrowGroupVerdict verdict = detectors::JudgeAsBurrow(snapshot, group, now);
  const Owners owners(snapshot, group.name());
  JsonWriter json;
  json.BeginObject()
      .Field("cluster", cluster)
      .Field("group", group.name())
      .Field("status", BurrowStatusName(verdict.status));
  FieldFloat(json, "complete", verdict.complete);
  json.Key("partitions").BeginArray();
  for (const BurrowPartition& partition : verdict.partitions) {
    if (!all && partition.verdict.status <= BurrowStatus::kOk) continue;
    WritePartition(json, snapshot, owners, partition);
  }
  json.EndArray().Field("partition_count", verdict.partitions.size()).Key("maxlag");
  if (verdict.max_lag < 0) {
    json.Null();
  } else {
    WritePartition(json, snapshot, owners,
                   verdict.partitions[static_cast<std::size_t>(verdict.max_lag)]);
  }
  return json.Field("totallag", verdict.total_lag).EndObject().Take();
}

std::string BurrowNotFoundJson(std::string_view cluster, std::string_view group) {
  JsonWriter json;
  json.BeginObject()
      .Field("cluster", cluster)
      .Field("group", group)
      .Field("status", BurrowStatusName(BurrowStatus::kNotFound))
      .Field("complete", 1)
      .Key("partitions")
      .BeginArray()
      .EndArray()
      .Field("partition_count", 0)
      .FieldNull("maxlag")
      .Field("totallag", 0);
  return json.EndObject().Take();
}

}  // namespace levelwind::api
