#include "store/records.h"

#include <array>
#include <utility>

namespace levelwind::store {
namespace {

template <class E, std::size_t N>
using NameTable = std::array<std::pair<E, std::string_view>, N>;

constexpr NameTable<Delivery, 3> kDeliveries = {{
    {Delivery::kNone, "none"},
    {Delivery::kIntended, "intended"},
    {Delivery::kAccepted, "accepted"},
}};

constexpr NameTable<CancelCause, 3> kCancelCauses = {{
    {CancelCause::kNone, "none"},
    {CancelCause::kOperator, "operator"},
    {CancelCause::kDeadTarget, "dead_target"},
}};

constexpr NameTable<PreimageState, 5> kPreimageStates = {{
    {PreimageState::kIntended, "intended"},
    {PreimageState::kApplied, "applied"},
    {PreimageState::kRestored, "restored"},
    {PreimageState::kForeign, "foreign"},
    {PreimageState::kGone, "gone"},
}};

template <class E, std::size_t N>
std::string_view NameIn(const NameTable<E, N>& table, E value) {
  for (const auto& [known, name] : table) {
    if (known == value) return name;
  }
  return "unknown";
}

template <class E, std::size_t N>
std::optional<E> ParseIn(const NameTable<E, N>& table, std::string_view text) {
  for (const auto& [known, name] : table) {
    if (name == text) return known;
  }
  return std::nullopt;
}

}  // namespace

std::string_view DeliveryName(Delivery delivery) { return NameIn(kDeliveries, delivery); }
std::optional<Delivery> ParseDelivery(std::string_view name) { return ParseIn(kDeliveries, name); }
std::string_view CancelCauseName(CancelCause cause) { return NameIn(kCancelCauses, cause); }
std::optional<CancelCause> ParseCancelCause(std::string_view name) {
  return ParseIn(kCancelCauses, name);
}
std::string_view PreimageStateName(PreimageState state) { return NameIn(kPreimageStates, state); }
std::optional<PreimageState> ParsePreimageState(std::string_view name) {
  return ParseIn(kPreimageStates, name);
}

}  // namespace levelwind::store
