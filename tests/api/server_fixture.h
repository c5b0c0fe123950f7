#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/http_server.h"
#include "base/clock.h"
#include "tests/api/fake_backend.h"

namespace levelwind::testing {

/// A real HttpServer on a free port in front of a FakeBackend, with its threads.
class ServerFixture : public ::testing::Test {
 protected:
  /// `options.port` is ignored.
  void Start(api::HttpServerOptions options = {}) {
    options.port = 0;
    api_ = std::make_unique<api::Api>(backend_, clock_, api::ApiOptions{});
    auto server = api::HttpServer::Listen(options, *api_);
    ASSERT_TRUE(server.ok()) << server.error();
    server_ = *std::move(server);
    threads_.emplace_back([this](std::stop_token stop) { server_->Run(stop); });
    for (const api::Lane lane : {api::Lane::kRead, api::Lane::kCommand}) {
      threads_.emplace_back([this, lane](std::stop_token stop) { server_->RunLane(lane, stop); });
    }
  }
  void Stop() { threads_.clear(); }
  void TearDown() override { Stop(); }

  SystemClock clock_;
  FakeBackend backend_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<api::HttpServer> server_;
  std::vector<std::jthread> threads_;
};

}  // namespace levelwind::testing
