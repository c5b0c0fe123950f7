#include "planner/capacity_file.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "planner/json_reader.h"

namespace levelwind::planner {
namespace {

constexpr std::int64_t kAllBrokers = -1;
constexpr double kKb = 1024;
constexpr double kMb = 1024 * 1024;
constexpr double kCpuOfCores = 100;  // DEFAULT_CPU_CAPACITY_WITH_CORES

/// A figure that is written as a text or as a number.
Status ReadFigure(JsonReader& json, bool is_text, double& value) {
  if (!is_text) return json.Number(value);
  std::string text;
  LW_RETURN_IF_ERROR(json.String(text));
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  const bool whole = !text.empty() && end == text.c_str() + text.size();
  return whole ? Ok() : Status(json.Fail("is not a number"));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : json_(text) {}

  Status Run() {
    bool found = false;
    LW_RETURN_IF_ERROR(json_.Object([&](std::string_view key) -> Status {
      if (key != "brokerCapacities") return json_.Skip();
      found = true;
      return json_.Array([&]() { return ReadBroker(); });
    }));
    LW_RETURN_IF_ERROR(json_.End());
    return found ? Ok() : Status(InvalidArgument("there is no list \"brokerCapacities\" in it"));
  }

  const BrokerCapacity* Find(BrokerId id, CapacitySource& source) const {
    auto at = capacities_.find(id);
    source = CapacitySource::kConfigured;
    if (at == capacities_.end()) {
      at = capacities_.find(kAllBrokers);
      source = CapacitySource::kDefault;
    }
    return at == capacities_.end() ? nullptr : &at->second;
  }

 private:
  Status ReadBroker() {
    double id = -2;
    BrokerCapacity capacity;
    LW_RETURN_IF_ERROR(json_.Object([&](std::string_view key) -> Status {
      if (key == "brokerId") return ReadFigure(json_, json_.NextIs('"'), id);
      if (key == "capacity") return ReadCapacity(capacity);
      return json_.Skip();
    }));
    if (id < -1 || id != std::floor(id) || id > 2147483647.0) {
      return json_.Fail("brokerId must be a broker's id, or -1 for all others");
    }
    capacities_[static_cast<std::int64_t>(id)] = capacity;
    return Ok();
  }

  Status ReadCapacity(BrokerCapacity& capacity) {
    return json_.Object([&](std::string_view key) -> Status {
      if (key == "DISK") return ReadSum(kMb, capacity.disk_bytes);
      if (key == "NW_IN") return ReadSum(kKb, capacity.network_in_bytes_per_s);
      if (key == "NW_OUT") return ReadSum(kKb, capacity.network_out_bytes_per_s);
      if (key != "CPU") return json_.Skip();
      if (!json_.NextIs('{')) return ReadSum(1, capacity.cpu_percent);
      double cores = 0;
      LW_RETURN_IF_ERROR(ReadSum(1, cores));
      capacity.cpu_percent = kCpuOfCores;
      return Ok();
    });
  }

  /// One figure, or the sum of an object's.
  Status ReadSum(double unit, double& value) {
    double sum = 0;
    const auto add = [&]() -> Status {
      double figure = 0;
      LW_RETURN_IF_ERROR(ReadFigure(json_, json_.NextIs('"'), figure));
      if (!(figure > 0) || !std::isfinite(figure)) return json_.Fail("must be above 0");
      sum += figure;
      return Ok();
    };
    if (json_.NextIs('{')) {
      LW_RETURN_IF_ERROR(json_.Object([&](std::string_view) { return add(); }));
    } else {
      LW_RETURN_IF_ERROR(add());
    }
    value = sum * unit;
    return Ok();
  }

  JsonReader json_;
  std::map<std::int64_t, BrokerCapacity> capacities_;
};

void SetKnown(double from, CapacitySource source, double& to, CapacitySource& to_from) {
  if (!IsKnown(from)) return;
  to = from;
  to_from = source;
}

}  // namespace

Status ApplyCapacityJson(std::string_view json, ClusterSnapshot& snapshot) {
  Reader reader(json);
  LW_RETURN_IF_ERROR(reader.Run());
  for (Broker& broker : snapshot.brokers) {
    CapacitySource source{};
    const BrokerCapacity* given = reader.Find(broker.id, source);
    if (given == nullptr) continue;
    BrokerCapacity& to = broker.capacity;
    SetKnown(given->cpu_percent, source, to.cpu_percent, to.cpu_from);
    SetKnown(given->network_in_bytes_per_s, source, to.network_in_bytes_per_s, to.network_in_from);
    SetKnown(given->network_out_bytes_per_s, source, to.network_out_bytes_per_s,
             to.network_out_from);
    SetKnown(given->disk_bytes, source, to.disk_bytes, to.disk_from);
  }
  return Ok();
}

}  // namespace levelwind::planner
