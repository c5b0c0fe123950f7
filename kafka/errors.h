#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace levelwind::kafka {

/// What a reader may do after a broker's error code.
enum class Retry : std::uint8_t {
  kFinal,    ///< The same call gives the same answer.
  kRetry,    ///< The same broker may answer later.
  kRefresh,  ///< Ask anew who leads, coordinates or controls, then retry.
};

struct KafkaErrorInfo {
  std::int16_t code;
  std::string_view name;
  ErrorCode canonical;
  Retry retry;
};

/// Null for 0 (no error) and for codes that this build does not know.
const KafkaErrorInfo* FindKafkaError(std::int16_t code);
/// kFinal for 0 and for unknown codes.
Retry RetryOf(std::int16_t code);

// The codes that Levelwind itself looks at.
inline constexpr std::int16_t kUnknownServerError = -1;  ///< Where no code says more.
inline constexpr std::int16_t kUnknownTopicOrPartition = 3;
inline constexpr std::int16_t kLeaderNotAvailable = 5;
inline constexpr std::int16_t kNetworkException = 13;
inline constexpr std::int16_t kCoordinatorLoading = 14;
inline constexpr std::int16_t kCoordinatorNotAvailable = 15;
inline constexpr std::int16_t kNotCoordinator = 16;
inline constexpr std::int16_t kUnsupportedVersion = 35;
inline constexpr std::int16_t kNotController = 41;
inline constexpr std::int16_t kGroupIdNotFound = 69;
inline constexpr std::int16_t kElectionNotNeeded = 84;

}  // namespace levelwind::kafka
