#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kafka/client.h"

namespace levelwind::kafka::testing {

/// A client with the thread that it needs.
class RunningClient {
 public:
  explicit RunningClient(ClientOptions options) {
    auto created = KafkaClient::Create(std::move(options));
    EXPECT_TRUE(created.ok()) << created.error();
    client_ = *std::move(created);
    thread_ = std::jthread([this](std::stop_token stop) { client_->Run(std::move(stop)); });
  }
  KafkaClient* operator->() { return client_.get(); }
  KafkaClient& operator*() { return *client_; }
  void Stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::unique_ptr<KafkaClient> client_;
  std::jthread thread_;  // ends before the client does
};

}  // namespace levelwind::kafka::testing
