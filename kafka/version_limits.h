#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace levelwind::kafka {

/// API keys are small numbers; ours and all of Kafka's are below this.
inline constexpr std::size_t kApiKeys = 128;

/// The highest version that a broker speaks of each API, by key; -1: it does not know the API.
using SpokenVersions = std::array<std::int16_t, kApiKeys>;

/// What Levelwind cannot know or do because a broker is older, one sentence each for a person: what
/// is missing, its consequence, and the Kafka release that has it. Empty for Kafka 4.1 and later.
/// `common` is what all brokers of the cluster speak. Pure.
std::vector<std::string> VersionLimits(const SpokenVersions& common);

}  // namespace levelwind::kafka
