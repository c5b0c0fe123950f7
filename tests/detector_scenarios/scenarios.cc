#include "tests/detector_scenarios/scenarios.h"

#include <iterator>
#include <utility>

namespace levelwind::scenarios {

Scenario& AddHeldOut(std::vector<Scenario>& out, std::uint64_t seeds_from, std::string name,
                     std::vector<Wanted> wanted, std::vector<std::string> also, int minutes,
                     std::function<void(SimHistory&, int minute)> live) {
  Scenario& scenario = out.emplace_back();
  scenario.name = std::move(name);
  scenario.wanted = std::move(wanted);
  scenario.also = std::move(also);
  scenario.minutes = minutes;
  scenario.live = std::move(live);
  scenario.held_out = true;
  scenario.seeds_from = seeds_from;
  return scenario;
}

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  for (auto part : {BrokerScenarios(), GroupScenarios(), CalmScenarios(), HeldOutScenarios(),
                    UnseenScenarios()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace levelwind::scenarios
