#include "actions/rack_gate.h"

#include <fmt/format.h>

#include <set>

#include "base/sabotage.h"

namespace levelwind::actions {
namespace {

std::string RackIn(const Racks& racks, BrokerId broker) {
  const auto found = racks.find(broker);
  return found == racks.end() ? std::string() : found->second;
}

}  // namespace

std::size_t RackCount(const std::vector<BrokerId>& replicas, const Racks& racks) {
  std::set<std::string> used;
  for (const BrokerId broker : replicas) {
    const std::string rack = RackIn(racks, broker);
    used.insert(rack.empty() ? "b" + std::to_string(broker) : "r" + rack);
  }
  return used.size();
}

std::optional<std::string> WhyOtherRacks(const Move& move, const Racks& then, const Racks& now) {
  Racks merged = then;
  for (const auto& [broker, rack] : now) merged[broker] = rack;
  const std::size_t planned = RackCount(move.after, then);
  const std::size_t left = RackCount(move.after, merged);
  if (left >= planned || Sabotaged("I8.racks-when-sent")) return std::nullopt;
  for (BrokerId broker : move.after) {
    if (RackIn(merged, broker) == RackIn(then, broker)) continue;
    return fmt::format(
        "broker {} is on rack {} now and was not when the plan was accepted: {} would be on {} "
        "racks instead of {}; make a new plan with 'levelwind plan'",
        broker, RackIn(merged, broker), move.partition.ToString(), left, planned);
  }
  return std::nullopt;
}

}  // namespace levelwind::actions
