#include "model/healing.h"

#include "base/name_table.h"

namespace levelwind {
namespace {

constexpr NameTable<HealMode, 3> kModes = {
    {{HealMode::kOff, "off"}, {HealMode::kDryRun, "dry_run"}, {HealMode::kOn, "on"}}};

constexpr NameTable<HealState, 13> kStates = {{
    {HealState::kWatched, "watched"},
    {HealState::kWaiting, "waiting"},
    {HealState::kHeld, "held"},
    {HealState::kPlanning, "planning"},
    {HealState::kPlanned, "planned"},
    {HealState::kApproval, "approval"},
    {HealState::kApplying, "applying"},
    {HealState::kActing, "acting"},
    {HealState::kSettling, "settling"},
    {HealState::kStuck, "stuck"},
    {HealState::kLeaving, "leaving"},
    {HealState::kGone, "gone"},
    {HealState::kHealed, "healed"},
}};

}  // namespace

std::string_view HealModeName(HealMode mode) { return NameIn(kModes, mode); }
std::optional<HealMode> ParseHealMode(std::string_view name) { return ParseIn(kModes, name); }
std::string_view HealStateName(HealState state) { return NameIn(kStates, state); }
std::optional<HealState> ParseHealState(std::string_view name) { return ParseIn(kStates, name); }

const HealingCase* HealingView::Find(std::string_view id) const {
  for (const HealingCase& one : cases) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

}  // namespace levelwind
