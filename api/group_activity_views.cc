#include <algorithm>

#include "api/views.h"

namespace levelwind::api {

double CommitAge(const ClusterSnapshot& snapshot, std::int64_t commit_ms) {
  if (commit_ms <= 0) return kUnknown;
  // The coordinator's clock may be ahead of ours.
  return std::max(0.0, static_cast<double>(snapshot.taken_at.unix_ms - commit_ms) / 1000);
}

void WriteGroupActivity(JsonWriter& json, const ClusterSnapshot& snapshot,
                        const GroupActivity& activity) {
  json.BeginObject()
      .Field("source", activity.from_records ? "records" : "looks")
      .FieldCount("commits", activity.commits)
      .Field("commits_per_second", activity.commits_per_s)
      .Field("commit_interval_seconds", activity.commit_interval_s);
  FieldTime(json, "last_commit_at", activity.last_commit_at);
  json.Field("commit_age_seconds", CommitAge(snapshot, activity.last_commit_at.unix_ms))
      .FieldCount("rewinds", activity.rewinds);
  json.Key("last_rewind");
  if (activity.last_rewind) {
    json.BeginObject()
        .Field("topic", activity.last_rewind->partition.topic)
        .Field("partition", activity.last_rewind->partition.partition)
        .FieldCount("from", activity.last_rewind->from)
        .FieldCount("to", activity.last_rewind->to);
    FieldTime(json, "at", activity.last_rewind->at);
    json.EndObject();
  } else {
    json.Null();
  }
  json.FieldCount("rebalances", activity.rebalances);
  FieldTime(json, "last_rebalance_at", activity.last_rebalance_at);
  json.Field("last_rebalance_seconds", activity.last_rebalance_s)
      .Field("rebalancing_seconds", activity.rebalancing_s)
      .FieldCount("forgotten_offsets", activity.forgotten);
  FieldTime(json, "deleted_at", activity.deleted_at);
  json.EndObject();
}

}  // namespace levelwind::api
