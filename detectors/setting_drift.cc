#include "detectors/setting_drift.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace levelwind::detectors {
namespace {

constexpr std::size_t kLeastBrokers = 3;
constexpr std::string_view kNone = "(none)";

/// Of one broker only, or of a machine: names, or parts of names.
bool IsOfOneBroker(std::string_view setting) {
  static constexpr std::array<std::string_view, 13> kNames = {"broker.id",
                                                              "node.id",
                                                              "broker.rack",
                                                              "listeners",
                                                              "advertised.listeners",
                                                              "log.dir",
                                                              "log.dirs",
                                                              "metadata.log.dir",
                                                              "process.roles",
                                                              "host.name",
                                                              "port",
                                                              "controller.listener.names",
                                                              "listener.security.protocol.map"};
  static constexpr std::array<std::string_view, 6> kParts = {"location",  "keystore", "truststore",
                                                             "throttled", "password", "jaas"};
  if (std::ranges::find(kNames, setting) != kNames.end()) return true;
  return std::ranges::any_of(
      kParts, [&](std::string_view part) { return setting.find(part) != std::string_view::npos; });
}

}  // namespace

std::vector<SettingDrift> FindDrift(std::span<const BrokerSettings> brokers) {
  std::vector<SettingDrift> drifts;
  if (brokers.size() < kLeastBrokers) return drifts;
  std::map<std::string, std::map<BrokerId, std::string>> by_setting;
  for (const BrokerSettings& broker : brokers) {
    for (const auto& [name, value] : broker.values) {
      if (!IsOfOneBroker(name)) by_setting[name][broker.broker] = value;
    }
  }
  for (auto& [setting, values] : by_setting) {
    std::map<std::string, std::size_t> counts;
    for (const BrokerSettings& broker : brokers) {
      ++counts[values.emplace(broker.broker, kNone).first->second];
    }
    if (counts.size() == 1) continue;
    const auto usual = std::ranges::max_element(
        counts, [](const auto& a, const auto& b) { return a.second < b.second; });
    SettingDrift drift{.setting = setting, .usual = usual->first, .others = {}};
    for (const auto& [broker, value] : values) {
      if (value != usual->first) drift.others.emplace_back(broker, value);
    }
    drifts.push_back(std::move(drift));
  }
  return drifts;
}

}  // namespace levelwind::detectors
