#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/operation.h"

namespace levelwind::actions {

// Which state may follow which. Everything that changes a state goes through OperationRun, which
// checks these tables; a transition that is not in them is a bug and aborts before it reaches the
// journal.

inline constexpr std::size_t kStepStateCount = 9;
inline constexpr std::size_t kOperationStateCount = 10;

namespace internal {

template <class E>
constexpr std::uint32_t Set() {
  return 0;
}
template <class E, class... Rest>
constexpr std::uint32_t Set(E first, Rest... rest) {
  return (1u << static_cast<unsigned>(first)) | Set<E>(rest...);
}

/// Indexed by the state that is left.
inline constexpr std::array<std::uint32_t, kStepStateCount> kStepTransitions = {
    // kPending
    Set<StepState>(StepState::kSubmitted, StepState::kElecting, StepState::kYielded,
                   StepState::kVoided, StepState::kCancelled, StepState::kFailed),
    // kSubmitted: back to kPending only when Kafka has surely not taken the request
    Set<StepState>(StepState::kPending, StepState::kInProgress, StepState::kElecting,
                   StepState::kDone, StepState::kYielded, StepState::kVoided, StepState::kCancelled,
                   StepState::kFailed),
    // kInProgress: never back to kSubmitted, what was seen running is not sent again (I12)
    Set<StepState>(StepState::kElecting, StepState::kDone, StepState::kYielded, StepState::kVoided,
                   StepState::kCancelled, StepState::kFailed),
    // kElecting
    Set<StepState>(StepState::kDone, StepState::kYielded, StepState::kVoided, StepState::kCancelled,
                   StepState::kFailed),
    0,  // kDone
    0,  // kYielded
    0,  // kVoided
    0,  // kCancelled
    0,  // kFailed
};

inline constexpr std::array<std::uint32_t, kOperationStateCount> kOperationTransitions = {
    // kPending
    Set<OperationState>(OperationState::kRunning, OperationState::kCancelled),
    // kRunning
    Set<OperationState>(OperationState::kHolding, OperationState::kPaused,
                        OperationState::kCancelling, OperationState::kFinishing),
    // kHolding
    Set<OperationState>(OperationState::kRunning, OperationState::kPaused,
                        OperationState::kCancelling, OperationState::kFinishing),
    // kPaused
    Set<OperationState>(OperationState::kRunning, OperationState::kCancelling,
                        OperationState::kFinishing),
    // kCancelling
    Set<OperationState>(OperationState::kFinishing),
    // kFinishing
    Set<OperationState>(OperationState::kCompleted, OperationState::kPartial,
                        OperationState::kCancelled, OperationState::kFailed),
    0,  // kCompleted
    0,  // kPartial
    0,  // kCancelled
    0,  // kFailed
};

}  // namespace internal

constexpr bool MayFollow(StepState from, StepState to) {
  return (internal::kStepTransitions[static_cast<std::size_t>(from)] &
          internal::Set<StepState>(to)) != 0;
}
constexpr bool MayFollow(OperationState from, OperationState to) {
  return (internal::kOperationTransitions[static_cast<std::size_t>(from)] &
          internal::Set<OperationState>(to)) != 0;
}

}  // namespace levelwind::actions
