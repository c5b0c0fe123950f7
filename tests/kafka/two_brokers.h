#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "kafka/client_options.h"
#include "kafka/protocol/messages_cluster.h"
#include "tests/kafka/fake_broker.h"
#include "tests/kafka/running_client.h"

namespace levelwind::kafka::testing {

/// Short limits, for tests of what happens when they pass.
inline ClientOptions Quick(const FakeBroker& broker) {
  ClientOptions options;
  options.bootstrap = {broker.address()};
  options.connect_timeout = std::chrono::milliseconds(500);
  options.request_timeout = std::chrono::milliseconds(700);
  return options;
}

/// Two brokers, 1 and 2, of one cluster; 1 is the controller unless a test says otherwise.
class TwoBrokers : public ::testing::Test {
 protected:
  TwoBrokers() {
    for (FakeBroker* broker : {&one_, &two_}) {
      broker->On<MetadataRequest>([this](const auto& request, auto) { return Metadata(request); });
    }
  }

  MetadataResponse Metadata(const MetadataRequest& request) {
    MetadataResponse response = one_.Metadata(1);
    response.brokers.push_back({2, "127.0.0.1", two_.port(), "rack2"});
    response.controller_id = controller_;
    EXPECT_FALSE(request.allow_auto_topic_creation);
    const bool wanted = !request.topics || !request.topics->empty();
    if (!wanted) return response;
    MetadataResponse::Topic& topic = response.topics.emplace_back();
    topic.name = "t";
    for (std::int32_t number = 0; number < 2; ++number) {
      MetadataResponse::Partition& partition = topic.partitions.emplace_back();
      partition.partition_index = number;
      partition.leader_id = leaders_[static_cast<std::size_t>(number)];
      partition.replica_nodes = {1, 2};
    }
    return response;
  }

  RunningClient& client() {
    if (!client_) client_ = std::make_unique<RunningClient>(Quick(one_));
    return *client_;
  }

  std::atomic<std::int32_t> controller_ = 1;
  std::array<std::atomic<std::int32_t>, 2> leaders_ = {1, 2};
  FakeBroker one_;
  FakeBroker two_;
  std::unique_ptr<RunningClient> client_;
};

}  // namespace levelwind::kafka::testing
