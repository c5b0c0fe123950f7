#include "store/records.h"

#include "base/name_table.h"

namespace levelwind::store {
namespace {

constexpr NameTable<Delivery, 3> kDeliveries = {{
    {Delivery::kNone, "none"},
    {Delivery::kIntended, "intended"},
    {Delivery::kAccepted, "accepted"},
}};

constexpr NameTable<PauseCause, 3> kPauseCauses = {{
    {PauseCause::kNone, "none"},
    {PauseCause::kPerson, "person"},
    {PauseCause::kGuard, "guard"},
}};

constexpr NameTable<CancelCause, 3> kCancelCauses = {{
    {CancelCause::kNone, "none"},
    {CancelCause::kOperator, "operator"},
    {CancelCause::kDeadTarget, "dead_target"},
}};

constexpr NameTable<BaselineKind, 2> kBaselineKinds = {{
    {BaselineKind::kDeadBroker, "dead_broker"},
    {BaselineKind::kOutOfSync, "out_of_sync"},
}};

constexpr NameTable<PreimageState, 5> kPreimageStates = {{
    {PreimageState::kIntended, "intended"},
    {PreimageState::kApplied, "applied"},
    {PreimageState::kRestored, "restored"},
    {PreimageState::kForeign, "foreign"},
    {PreimageState::kGone, "gone"},
}};

}  // namespace

std::string_view DeliveryName(Delivery delivery) { return NameIn(kDeliveries, delivery); }
std::optional<Delivery> ParseDelivery(std::string_view name) { return ParseIn(kDeliveries, name); }
std::string_view PauseCauseName(PauseCause cause) { return NameIn(kPauseCauses, cause); }
std::optional<PauseCause> ParsePauseCause(std::string_view name) {
  return ParseIn(kPauseCauses, name);
}

std::string_view CancelCauseName(CancelCause cause) { return NameIn(kCancelCauses, cause); }
std::optional<CancelCause> ParseCancelCause(std::string_view name) {
  return ParseIn(kCancelCauses, name);
}
std::string_view BaselineKindName(BaselineKind kind) { return NameIn(kBaselineKinds, kind); }
std::optional<BaselineKind> ParseBaselineKind(std::string_view name) {
  return ParseIn(kBaselineKinds, name);
}
std::string_view PreimageStateName(PreimageState state) { return NameIn(kPreimageStates, state); }
std::optional<PreimageState> ParsePreimageState(std::string_view name) {
  return ParseIn(kPreimageStates, name);
}

}  // namespace levelwind::store
