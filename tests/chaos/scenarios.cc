#include "tests/chaos/scenarios.h"

namespace levelwind::testing {

using nlohmann::json;

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  const auto add = [&](const std::string& name, std::vector<std::vector<BrokerId>> replicas,
                       json ask) -> Scenario& {
    Scenario scenario;
    scenario.name = name;
    scenario.topic = "chaos-" + name;
    scenario.replicas = std::move(replicas);
    scenario.ask = std::move(ask);
    scenario.ask["include_topics"] = scenario.topic;
    all.push_back(std::move(scenario));
    return all.back();
  };
  // Takes along what the other topics have on that broker: the largest of them.
  add("drain", {{1, 2}, {2, 1}, {3, 1}, {1, 3}}, {{"remove_brokers", {1}}});
  add("leaders", {{1, 2}, {1, 3}, {1, 2}, {1, 3}, {2, 4}, {3, 4}}, {{"demote_brokers", {1}}});
  add("log-dirs", {{1, 2}, {2, 3}, {3, 4}, {4, 2}, {1, 3}, {2, 4}}, {{"log_dirs", true}}).one_dir =
      true;
  Scenario& factor = add("factor", {{1, 2}, {2, 3}, {3, 4}, {4, 2}}, json::object());
  factor.ask["replication_factors"] = {factor.topic + "=3"};
  factor.factor = true;
  const json relieve = {{"add_brokers", {4}}, {"max_moves", 3}};
  add("cancel", {{1, 2}, {2, 1}, {3, 1}, {1, 3}}, relieve).turn = Scenario::Turn::kCancel;
  add("rollback", {{1, 2}, {3, 1}, {1, 3}}, relieve).turn = Scenario::Turn::kRollBack;
  return all;
}

}  // namespace levelwind::testing
