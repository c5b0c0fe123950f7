#pragma once

#include <string_view>

namespace levelwind {

/// ConsumerGroup::state when the coordinator does not answer.
inline constexpr const char* kUnknownGroupState = "Unknown";

/// ConsumerGroup::state: its partitions are between two assignments. Of classic groups (the first
/// two) and of KIP-848's.
inline bool IsRebalancing(std::string_view state) {
  return state == "PreparingRebalance" || state == "CompletingRebalance" || state == "Assigning" ||
         state == "Reconciling";
}

}  // namespace levelwind
