#include "tests/detector_scenarios/scenarios.h"

#include <iterator>

namespace levelwind::scenarios {

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  for (auto part : {BrokerScenarios(), GroupScenarios(), CalmScenarios(), HeldOutScenarios(),
                    UnseenScenarios()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace levelwind::scenarios
