#include "daemon/capacity_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>

#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace levelwind::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string Capacities(int disk_mib, const std::string& broker = "1") {
  return "{\"brokerCapacities\":[{\"brokerId\":\"" + broker + "\",\"capacity\":{\"DISK\":\"" +
         std::to_string(disk_mib) + "\",\"CPU\":\"100\",\"NW_IN\":\"1000\",\"NW_OUT\":\"2000\"}}]}";
}

class CapacityKeeperTest : public ::testing::Test {
 protected:
  void Write(const std::string& text) { std::ofstream(file_) << text; }
  /// The disk of broker 1 as a snapshot has it, in MiB.
  double Disk() {
    ClusterSnapshot snapshot;
    snapshot.brokers.resize(1);
    snapshot.brokers[0].id = 1;
    keeper_.Apply(snapshot);
    from_ = snapshot.brokers[0].capacity.disk_from;
    return snapshot.brokers[0].capacity.disk_bytes / (1024.0 * 1024);
  }

  levelwind::testing::ManualClock clock_;
  levelwind::testing::ScratchDir directory_;
  const std::string file_ = directory_.path() + "/capacity.json";
  CapacityKeeper keeper_{file_, clock_};
  CapacitySource from_ = CapacitySource::kNone;
};

TEST_F(CapacityKeeperTest, AStartWithoutAGoodFileSaysWhichAndWhy) {
  Status loaded = keeper_.Load();
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(loaded.error().ToString(), HasSubstr(file_));
  Write("{\"brokerCapacities\":");
  loaded = keeper_.Load();
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().ToString(), HasSubstr("capacity.file"));
}

TEST_F(CapacityKeeperTest, WhatTheFileSaysIsInEverySnapshotWithItsSource) {
  Write(Capacities(500));
  ASSERT_TRUE(keeper_.Load().ok());
  EXPECT_EQ(Disk(), 500);
  EXPECT_EQ(from_, CapacitySource::kConfigured);
}

TEST_F(CapacityKeeperTest, AChangedFileCountsWithoutARestart) {
  Write(Capacities(500));
  ASSERT_TRUE(keeper_.Load().ok());
  Write(Capacities(700));
  EXPECT_EQ(Disk(), 500) << "it is looked at every few seconds";
  clock_.Advance(6s);
  EXPECT_EQ(Disk(), 700);
}

TEST_F(CapacityKeeperTest, ABrokenFileChangesNothing) {
  Write(Capacities(500));
  ASSERT_TRUE(keeper_.Load().ok());
  for (const std::string& bad : {std::string("{"), std::string(), Capacities(-5)}) {
    Write(bad);
    clock_.Advance(6s);
    EXPECT_EQ(Disk(), 500) << bad;
  }
  Write(Capacities(900));
  clock_.Advance(6s);
  EXPECT_EQ(Disk(), 900) << "and a good one counts again";
}

}  // namespace
}  // namespace levelwind::daemon
