#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "planner/snapshot_file.h"
#include "planner/snapshot_log_dirs.h"

namespace levelwind::planner {
namespace {

constexpr double kKb = 1024.0;
constexpr double kMb = 1024.0 * 1024.0;

/// One number of the file: unknown becomes a stand-in and its name is noted.
class Fields {
 public:
  Fields(std::string& out, double stand_in_scale) : out_(out), scale_(stand_in_scale) {}

  void Add(std::string_view name, double value, double unit, double stand_in) {
    if (!IsKnown(value)) {
      unknown_.emplace_back(name);
      value = stand_in * scale_;
    } else {
      value /= unit;
    }
    fmt::format_to(std::back_inserter(out_), "{}\"{}\":{}", first_ ? "" : ",", name, value);
    first_ = false;
  }
  void AddUnknownNames() const {
    if (unknown_.empty()) return;
    out_ += ",\"unknown\":[";
    for (std::size_t i = 0; i < unknown_.size(); ++i) {
      fmt::format_to(std::back_inserter(out_), "{}\"{}\"", i == 0 ? "" : ",", unknown_[i]);
    }
    out_ += "]";
  }

 private:
  std::string& out_;
  double scale_;
  bool first_ = true;
  std::vector<std::string> unknown_;
};

/// Ten times what the whole cluster has of each resource: a capacity that no broker can fill.
struct StandIns {
  double cpu = 0, in = 0, out = 0, disk = 0;
};

StandIns ComputeStandIns(const ClusterSnapshot& snapshot) {
  StandIns sums;
  for (const Partition& p : snapshot.partitions) {
    const double replicas = p.replica_count;
    sums.cpu += replicas * KnownOr(p.load.cpu_percent, 0);
    sums.in += replicas * KnownOr(p.load.bytes_in_per_s, 0) / kKb;
    sums.out += replicas * KnownOr(p.load.bytes_out_per_s, 0) / kKb;
    sums.disk += replicas * KnownOr(snapshot.SizeOf(p), 0) / kMb;
  }
  constexpr double kTimes = 10;
  return {std::max(100.0, kTimes * sums.cpu), std::max(1.0, kTimes * sums.in),
          std::max(1.0, kTimes * sums.out), std::max(1.0, kTimes * sums.disk)};
}

void WriteBroker(const Broker& broker, const StandIns& stand_ins, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{{\"id\":{},\"rack\":{},\"state\":\"{}\"", broker.id,
                 JsonQuoted(broker.rack), BrokerStateName(broker.state));
  if (!broker.host.empty()) {
    fmt::format_to(std::back_inserter(out), ",\"host\":{},\"port\":{}", JsonQuoted(broker.host),
                   std::max(0, broker.port));
  }
  out += ",\"capacity\":{";
  Fields fields(out, 1);
  fields.Add("cpu", broker.capacity.cpu_percent, 1, stand_ins.cpu);
  fields.Add("network_in", broker.capacity.network_in_bytes_per_s, kKb, stand_ins.in);
  fields.Add("network_out", broker.capacity.network_out_bytes_per_s, kKb, stand_ins.out);
  fields.Add("disk", broker.capacity.disk_bytes, kMb, stand_ins.disk);
  out += "}";
  fields.AddUnknownNames();
  WriteLogDirs(broker, out);
  out += "}";
}

void WritePartition(const ClusterSnapshot& snapshot, const Partition& p, std::string& out) {
  out += "{\"replicas\":[";
  std::string isr;
  const char* separator = "";
  for (const Replica& replica : snapshot.ReplicasOf(p)) {
    fmt::format_to(std::back_inserter(out), "{}{}", separator, replica.broker);
    separator = ",";
    if (!replica.in_sync) continue;
    fmt::format_to(std::back_inserter(isr), "{}{}", isr.empty() ? "" : ",", replica.broker);
  }
  out += "],";
  Fields fields(out, 0);
  fields.Add("cpu", p.load.cpu_percent, 1, 0);
  fields.Add("network_in", p.load.bytes_in_per_s, kKb, 0);
  fields.Add("network_out", p.load.bytes_out_per_s, kKb, 0);
  const std::int64_t size = snapshot.SizeOf(p);
  fields.Add("disk", IsKnown(size) ? static_cast<double>(size) : kUnknown, kMb, 0);
  fields.AddUnknownNames();
  if (IsKnown(p.load.messages_in_per_s)) {
    fmt::format_to(std::back_inserter(out), ",\"messages_in\":{}", p.load.messages_in_per_s);
  }
  fmt::format_to(std::back_inserter(out), ",\"partition\":{},\"leader\":{},\"isr\":[{}]", p.number,
                 p.leader, isr);
  WriteDirPlaces(snapshot, p, out);
  if (p.reassigning) out += ",\"reassigning\":true";
  out += "}";
}

}  // namespace

std::string WriteSnapshotJson(const ClusterSnapshot& snapshot) {
  std::string out;
  out.reserve(256 + snapshot.brokers.size() * 200 + snapshot.partitions.size() * 160);
  fmt::format_to(std::back_inserter(out),
                 "{{\"format\":\"cluster-snapshot/1\",\"cluster_id\":{},\"sequence\":{},"
                 "\"taken_at_ms\":{},\n\"brokers\":[",
                 JsonQuoted(snapshot.cluster_id), snapshot.sequence,
                 std::max<std::int64_t>(0, snapshot.taken_at.unix_ms));
  const StandIns stand_ins = ComputeStandIns(snapshot);
  const char* separator = "\n";
  for (const Broker& broker : snapshot.brokers) {
    out += separator;
    WriteBroker(broker, stand_ins, out);
    separator = ",\n";
  }
  out += "],\n\"topics\":[";
  separator = "\n";
  for (const Topic& topic : snapshot.topics) {
    fmt::format_to(std::back_inserter(out), "{}{{\"name\":{}", separator, JsonQuoted(topic.name));
    separator = ",\n";
    if (!topic.id.is_none()) {
      fmt::format_to(std::back_inserter(out), ",\"id\":\"{}\"", topic.id.ToString());
    }
    if (topic.internal) out += ",\"internal\":true";
    out += ",\"partitions\":[";
    const char* comma = "\n ";
    for (const Partition& p : snapshot.PartitionsOf(topic)) {
      out += comma;
      WritePartition(snapshot, p, out);
      comma = ",\n ";
    }
    out += "]}";
  }
  out += "]}\n";
  return out;
}

}  // namespace levelwind::planner
