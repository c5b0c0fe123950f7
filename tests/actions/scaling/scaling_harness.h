#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "actions/scaling/action_log.h"
#include "store/journal.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scaling_builder.h"
#include "tests/support/temp_dir.h"

namespace levelwind::testing {

/// A journal on disk and a clock, as scalers want them.
class ScalingHarness : public ::testing::Test {
 protected:
  ScalingHarness() {
    auto journal = store::Journal::Open(directory_.path());
    EXPECT_TRUE(journal.ok()) << (journal.ok() ? "" : journal.error().message());
    journal_ = *std::move(journal);
    log_ = std::make_unique<actions::ActionLog>(*journal_, clock_);
  }
  ScalingDecision Decision(std::int64_t current, std::int64_t desired,
                           std::uint64_t number = 1841) const {
    ScalingDecision decision =
        SomeDecision("orders", current, desired, clock_.WallNow(), ScalingMode::kAct);
    decision.number = number;
    return decision;
  }
  /// Audit rows, oldest first: "operation | api | target | outcome".
  std::vector<std::string> Audit() const {
    const auto rows = journal_->LoadAudit(100, "");
    std::vector<std::string> out;
    if (!rows.ok()) return out;
    for (auto row = rows->rbegin(); row != rows->rend(); ++row) {
      out.push_back(row->operation + " | " + row->api + " | " + row->target + " | " + row->outcome);
    }
    return out;
  }

  TempDir directory_{TempDir::InMemory()};
  ManualClock clock_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<actions::ActionLog> log_;
};

}  // namespace levelwind::testing
