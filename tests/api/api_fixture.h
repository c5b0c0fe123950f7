#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

#include "api/api.h"
#include "api/request_target.h"
#include "tests/api/fake_backend.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {

inline std::string Body(const api::Response& response) {
  std::string out;
  for (const auto& part : response.body) out += *part;
  return out;
}

/// Requests handled by an Api over a FakeBackend, without a server.
class ApiFixture : public ::testing::Test {
 protected:
  ApiFixture() {
    FillBackend(backend_, clock_.Now());
    clock_.Advance(std::chrono::milliseconds(1500));
  }

  api::Response Send(const std::string& method, const std::string& target,
                     const std::string& body = "", const std::string& author = "cli:ada",
                     const std::string& content_type = "application/json") {
    api::Request request;
    request.method = method;
    EXPECT_TRUE(api::ParseTarget(target, request).ok()) << target;
    request.body = body;
    request.author = author;
    request.content_type = content_type;
    return api_.Handle(request);
  }
  using Json = nlohmann::json;
  Json GetJson(const std::string& target, int status = 200) {
    const api::Response response = Send("GET", target);
    EXPECT_EQ(response.status, status) << Body(response);
    EXPECT_EQ(response.content_type, "application/json");
    return Json::parse(Body(response));
  }
  /// "code: message" of an error answer, with its HTTP status in front.
  std::string ErrorOf(const api::Response& response) {
    const Json error = Json::parse(Body(response)).at("error");
    return std::to_string(response.status) + " " + error.at("code").get<std::string>() + ": " +
           error.at("message").get<std::string>();
  }

  ManualClock clock_;
  FakeBackend backend_;
  api::Api api_{backend_, clock_, {}};
};

}  // namespace levelwind::testing
