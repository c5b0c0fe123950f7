#include "api/request_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace levelwind::api {
namespace {

using ::testing::ElementsAre;

TEST(ParseTarget, DecodesSegmentsAndQuery) {
  Request request;
  ASSERT_TRUE(ParseTarget("/api/v1/groups/a%2Fb%20c?topic=x%26y&z=1+2&e=", request).ok());
  EXPECT_THAT(request.segments, ElementsAre("api", "v1", "groups", "a/b c"));
  EXPECT_EQ(request.query.at("topic"), "x&y");
  EXPECT_EQ(request.query.at("z"), "1 2");
  EXPECT_EQ(request.query.at("e"), "");
  ASSERT_TRUE(ParseTarget("/", request).ok());
  EXPECT_TRUE(request.segments.empty());
}

TEST(ParseTarget, RefusesOddPaths) {
  for (const char* target : {"",          "*",         "http://127.0.0.1/",
                             "metrics",   "//",        "/a//b",
                             "/a/",       "/..",       "/a/../b",
                             "/%2e%2e/b", "/.",        "/%",
                             "/%4",       "/%zz",      "/a%00b",
                             "/a%0ab",    "/a\\b",     "/%5c",
                             "/a#b",      "/?a=1&a=2", "/?%"}) {
    Request request;
    EXPECT_FALSE(ParseTarget(target, request).ok()) << target;
  }
  Request request;
  EXPECT_TRUE(ParseTarget("/" + std::string(2047, 'a'), request).ok());
  EXPECT_FALSE(ParseTarget("/" + std::string(2048, 'a'), request).ok());
}

TEST(LoopbackAuthority, TakesOnlyNamesOfThisMachine) {
  for (const char* good :
       {"localhost", "LocalHost:8844", "127.0.0.1", "127.1.2.3:1", "[::1]", "[::1]:8844"}) {
    EXPECT_TRUE(IsLoopbackAuthority(good)) << good;
  }
  for (const char* bad : {"", "evil.com", "localhost.evil.com", "127.0.0.1.evil.com",
                          "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.256", "10.0.0.1",
                          "[::2]", "::1", "localhost:80:80", "user@localhost", "127.0.0"}) {
    EXPECT_FALSE(IsLoopbackAuthority(bad)) << bad;
  }
  EXPECT_TRUE(IsLoopbackOrigin("http://localhost:3000"));
  EXPECT_FALSE(IsLoopbackOrigin("http://evil.com"));
  EXPECT_FALSE(IsLoopbackOrigin("null"));
}

}  // namespace
}  // namespace levelwind::api
