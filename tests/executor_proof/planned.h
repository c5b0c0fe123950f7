#pragma once

#include <cstdint>

#include "base/result.h"
#include "model/proposal.h"
#include "tests/actions/fake_kafka.h"

namespace levelwind::testing {

/// What the real planner makes of the cluster as it is, with rates drawn by `seed`: a partition in
/// four is hot. The proposal may be empty.
Result<Proposal> PlanOf(FakeKafka& kafka, std::uint64_t seed);

}  // namespace levelwind::testing
