#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/cluster_facts.h"

namespace levelwind::detectors {

/// A setting that not all brokers have alike.
struct SettingDrift {
  std::string setting;
  std::string usual;  ///< What most brokers have; of two as frequent the smaller text.
  std::vector<std::pair<BrokerId, std::string>> others;  ///< "(none)" where a broker lacks it.
};

/// Settings that belong to one broker by their nature (ids, addresses, paths, racks) are left out;
/// so is everything while fewer than three brokers told theirs: of two nobody is the odd one. Pure.
std::vector<SettingDrift> FindDrift(std::span<const BrokerSettings> brokers);

}  // namespace levelwind::detectors
