#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

#include "kafka/client.h"
#include "tests/sim_cluster/sim_cluster.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {

inline constexpr Duration kCallTimeout = std::chrono::seconds(10);

/// A simulated cluster in manual time with a real client beside it.
class SimTest : public ::testing::Test {
 protected:
  void StartSim(SimOptions options = {}) {
    options.clock = &clock_;
    auto started = SimCluster::Start(options);
    ASSERT_TRUE(started.ok()) << started.error();
    sim_ = std::move(started).value();
    kafka::ClientOptions client;
    client.bootstrap = sim_->bootstrap_list();
    auto made = kafka::KafkaClient::Create(client);
    ASSERT_TRUE(made.ok()) << made.error();
    client_ = std::move(made).value();
    io_ = std::jthread([this](std::stop_token stop) { client_->Run(stop); });
  }

  void TearDown() override {
    io_.request_stop();
    if (io_.joinable()) io_.join();
  }

  ManualClock clock_;
  std::unique_ptr<SimCluster> sim_;
  std::unique_ptr<kafka::KafkaClient> client_;
  std::jthread io_;
};

}  // namespace levelwind::testing
