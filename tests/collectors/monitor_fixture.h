#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <utility>

#include "collectors/monitor.h"
#include "tests/collectors/fake_admin.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {

/// A monitor over a fake cluster: brokers 1 to 4 on racks r1 r2 r3 r1 (4 is empty), topics orders
/// (three partitions, led by 1, 2, 3) and logs (one, led by 3).
class MonitorFixture : public ::testing::Test {
 protected:
  MonitorFixture() { ResetMonitor(); }

  void ResetMonitor() {
    admin_.brokers.clear();
    admin_.failing.clear();
    for (const auto& [id, rack] : {std::pair{1, "r1"}, {2, "r2"}, {3, "r3"}, {4, "r1"}}) {
      admin_.AddBroker(id, rack);
    }
    admin_.AddTopic("orders", {{1, 2, 3}, {2, 3, 1}, {3, 1, 2}});
    admin_.AddTopic("logs", {{3, 1}});
    monitor_ = std::make_unique<collectors::Monitor>(admin_, clock_, options_);
  }

  SnapshotPtr Step() {
    monitor_->Step(clock_.Now());
    return monitor_->snapshots().Get();
  }
  SnapshotPtr After(Duration time) {
    clock_.Advance(time);
    return Step();
  }

  static const SourceStatus& SourceOf(const ClusterSnapshot& snapshot, std::string_view name) {
    for (const SourceStatus& source : snapshot.sources) {
      if (source.name == name) return source;
    }
    ADD_FAILURE() << "no source " << name;
    static const SourceStatus kNone;
    return kNone;
  }

  ManualClock clock_;
  FakeAdmin admin_{clock_};
  collectors::CollectorOptions options_;
  std::unique_ptr<collectors::Monitor> monitor_;
};

}  // namespace levelwind::testing
