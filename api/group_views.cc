#include <algorithm>
#include <cstddef>
#include <vector>

#include "api/views.h"

namespace levelwind::api {
namespace {

void WriteTimeLag(JsonWriter& json, const TimeLag& lag) {
  json.Field("lag_seconds", lag.seconds)
      .Field("lag_error_seconds", lag.error_s)
      .Field("lag_method", TimeLagMethodName(lag.method));
}

void WriteGroupHead(JsonWriter& json, const ConsumerGroup& group) {
  json.Field("group", group.name)
      .Field("type", group.type)
      .Field("state", group.state)
      .Field("protocol_type", group.protocol_type)
      .Field("assignor", group.assignor)
      .FieldCount("epoch", group.epoch)
      .FieldCount("coordinator", group.coordinator)
      .Field("members", group.member_count)
      .Field("static_members", group.static_member_count)
      .Field("partitions", group.offsets.size())
      .Field("verdict", LagVerdictName(group.verdict))
      .Field("reason", group.verdict_reason)
      .FieldCount("lag", group.total_lag)
      .FieldCount("max_lag", group.max_lag);
  WriteTimeLag(json, group.time_lag);
  json.Field("lag_growth_per_second", group.lag_growth_per_s)
      .Field("consumed_per_second", group.consume_rate_per_s)
      .Field("drain_seconds", DrainSeconds(group))
      .FieldCount("records_lost", group.records_lost);
}

}  // namespace

bool HurtsMore(const ConsumerGroup& a, const ConsumerGroup& b) {
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  const double age_a = KnownOr(a.time_lag.seconds, -1.0);
  const double age_b = KnownOr(b.time_lag.seconds, -1.0);
  if (age_a != age_b) return age_a > age_b;
  if (a.total_lag != b.total_lag) return a.total_lag > b.total_lag;
  return a.name < b.name;
}

double RetentionMargin(const Partition& partition, const GroupOffset& offset) {
  const bool known = IsKnown(offset.committed) && IsKnown(partition.log_start_offset);
  return known ? static_cast<double>(offset.committed - partition.log_start_offset) : kUnknown;
}

double DrainSeconds(const ConsumerGroup& group) {
  if (!IsKnown(group.total_lag) || !(group.lag_growth_per_s < 0)) return kUnknown;
  return static_cast<double>(group.total_lag) / -group.lag_growth_per_s;
}

std::string GroupsJson(const ClusterSnapshot& snapshot, std::size_t from, std::size_t limit) {
  std::vector<const ConsumerGroup*> groups;
  groups.reserve(snapshot.groups.size());
  for (const ConsumerGroup& group : snapshot.groups) groups.push_back(&group);
  from = std::min(from, groups.size());
  const std::size_t end = from + std::min(limit, groups.size() - from);
  std::partial_sort(
      groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(end), groups.end(),
      [](const ConsumerGroup* a, const ConsumerGroup* b) { return HurtsMore(*a, *b); });
  JsonWriter json;
  json.BeginArray();
  for (std::size_t i = from; i < end; ++i) {
    json.BeginObject();
    WriteGroupHead(json, *groups[i]);
    json.EndObject();
  }
  return json.EndArray().Take();
}

std::string GroupJson(const ClusterSnapshot& snapshot, const ConsumerGroup& group) {
  JsonWriter json;
  json.BeginObject();
  WriteGroupHead(json, group);
  json.Key("activity");
  WriteGroupActivity(json, snapshot, group.activity);
  json.Key("offsets").BeginArray();
  for (const GroupOffset& offset : group.offsets) {
    const auto index = static_cast<std::size_t>(offset.partition);
    if (offset.partition < 0 || index >= snapshot.partitions.size()) continue;
    const Partition& partition = snapshot.partitions[index];
    json.BeginObject()
        .Field("topic", snapshot.TopicOf(partition).name)
        .Field("partition", partition.number)
        .FieldCount("committed", offset.committed)
        .FieldCount("log_start_offset", partition.log_start_offset)
        .FieldCount("log_end_offset", partition.log_end_offset)
        .FieldCount("last_stable_offset", partition.last_stable_offset)
        .FieldCount("lag", offset.lag);
    WriteTimeLag(json, {offset.lag_seconds, offset.lag_method, offset.lag_error_s});
    json.Field("verdict", LagVerdictName(offset.verdict))
        .Field("compacted", offset.compacted)
        .Field("retention_margin", RetentionMargin(partition, offset))
        .Field("produced_per_second", partition.load.messages_in_per_s)
        .Field("commit_age_seconds", CommitAge(snapshot, offset.commit_ms))
        .Field("commit_interval_seconds", offset.commit_interval_s)
        .FieldCount("rewinds", IsKnown(group.activity.rewinds) ? offset.rewinds : kUnknownCount)
        .Field("owner", group.OwnerOf(offset))
        .EndObject();
  }
  return json.EndArray().EndObject().Take();
}

}  // namespace levelwind::api
