#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detectors/detector_options.h"
#include "tests/detector_scenarios/scenarios.h"

namespace levelwind::scenarios {

/// A finding that stood for as long as its detector wants before anybody is told.
struct Alert {
  std::string type, subject, message;
  int minute = 0;
};

struct Outcome {
  std::vector<Alert> right;  ///< The first for each thing that was wanted.
  std::vector<Wanted> missed;
  std::vector<Alert> wrong;  ///< Neither wanted nor a consequence.
  std::vector<int> delays;   ///< Minutes from the beginning to the alert, as `right`.
};

/// Lives through the scenario, the detectors looking on as in the daemon. Deterministic.
Outcome Run(const Scenario& scenario, std::uint64_t seed,
            const detectors::DetectorOptions& options);

}  // namespace levelwind::scenarios
