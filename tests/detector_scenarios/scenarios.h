#pragma once

// Labelled hours in the life of a cluster: what is wrong in them, or that nothing is.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/detector_scenarios/sim_history.h"

namespace levelwind::scenarios {

/// What a person wants to be told.
struct Wanted {
  std::string type;
  std::string subject;  ///< Or a part of it.
};

struct Scenario {
  std::string name;
  std::vector<Wanted> wanted;     ///< Empty: nothing is wrong.
  std::vector<std::string> also;  ///< Types that are true as well, as consequences.
  int minutes = 180;
  int begins = 90;  ///< The minute in which it begins to go wrong.
  std::function<void(SimHistory&)> setup = nullptr;
  std::function<void(SimHistory&, int minute)> live = nullptr;  ///< Before each minute.
  bool plans = false;            ///< The planner looks every ten minutes.
  bool held_out = false;         ///< No threshold was chosen by it.
  std::uint64_t seeds_from = 0;  ///< Added to the seeds that it is lived through with.
};

/// Adds one by which no threshold was chosen.
Scenario& AddHeldOut(std::vector<Scenario>& out, std::uint64_t seeds_from, std::string name,
                     std::vector<Wanted> wanted, std::vector<std::string> also, int minutes,
                     std::function<void(SimHistory&, int minute)> live);

/// All, with an anomaly first.
std::vector<Scenario> AllScenarios();
std::vector<Scenario> BrokerScenarios();
std::vector<Scenario> GroupScenarios();
std::vector<Scenario> CalmScenarios();
std::vector<Scenario> HeldOutScenarios();
std::vector<Scenario> UnseenScenarios();  ///< Held out, too.

}  // namespace levelwind::scenarios
