#include "planner/snapshot_log_dirs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "base/json_text.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kMaxDirs = 1000;
constexpr std::size_t kMaxReplicas = 32;
constexpr std::int64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();

}  // namespace

Status ReadLogDirs(JsonReader& reader, std::vector<LogDir>& dirs) {
  return reader.Array([&]() -> Status {
    if (dirs.size() >= kMaxDirs) return reader.Fail("more than 1,000 log dirs of one broker");
    LogDir dir;
    LW_RETURN_IF_ERROR(reader.Object([&](std::string_view key) -> Status {
      if (key == "path") return reader.String(dir.path);
      if (key == "offline") return reader.Bool(dir.offline);
      if (key != "total_bytes" || reader.NextIsNull()) return reader.Skip();
      return reader.Integer(dir.total_bytes, 0, kMaxInt64);
    }));
    if (dir.path.empty()) return reader.Fail("log dir without a path");
    dirs.push_back(std::move(dir));
    return Ok();
  });
}

Status ReadDirPlaces(JsonReader& reader, std::vector<std::int16_t>& places) {
  return reader.Array([&]() -> Status {
    if (places.size() >= kMaxReplicas) return reader.Fail("more log dirs than replicas");
    std::int64_t place = -1;
    LW_RETURN_IF_ERROR(reader.Integer(place, -1, static_cast<std::int64_t>(kMaxDirs)));
    places.push_back(static_cast<std::int16_t>(place));
    return Ok();
  });
}

std::string PlaceReplicas(const ClusterSnapshot& snapshot, const std::vector<std::int16_t>& places,
                          std::span<Replica> replicas) {
  if (places.empty()) return "";
  if (places.size() != replicas.size()) {
    return fmt::format("{} places for {} replicas", places.size(), replicas.size());
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0) continue;
    const auto place = static_cast<std::size_t>(places[i]);
    const Broker* broker = snapshot.FindBroker(replicas[i].broker);
    if (broker == nullptr || place >= broker->log_dirs.size()) {
      return fmt::format("broker {} has no log dir in place {}", replicas[i].broker, place);
    }
    replicas[i].log_dir = places[i];
    replicas[i].offline = broker->log_dirs[place].offline;
  }
  return "";
}

void WriteLogDirs(const Broker& broker, std::string& out) {
  if (broker.log_dirs.empty()) return;
  const char* separator = ",\"log_dirs\":[";
  for (const LogDir& dir : broker.log_dirs) {
    fmt::format_to(std::back_inserter(out), "{}{{\"path\":{}", separator, JsonQuoted(dir.path));
    separator = ",";
    if (IsKnown(dir.total_bytes)) {
      fmt::format_to(std::back_inserter(out), ",\"total_bytes\":{}", dir.total_bytes);
    }
    out += dir.offline ? ",\"offline\":true}" : "}";
  }
  out += "]";
}

void WriteDirPlaces(const ClusterSnapshot& snapshot, const Partition& partition, std::string& out) {
  const auto replicas = snapshot.ReplicasOf(partition);
  const bool known = std::ranges::any_of(replicas, [](const Replica& r) { return r.log_dir >= 0; });
  if (!known) return;
  const char* separator = ",\"log_dirs\":[";
  for (const Replica& replica : replicas) {
    fmt::format_to(std::back_inserter(out), "{}{}", separator, replica.log_dir);
    separator = ",";
  }
  out += "]";
}

}  // namespace levelwind::planner
