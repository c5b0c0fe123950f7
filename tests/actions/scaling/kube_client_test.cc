// How the API server is reached: tokens that rotate, certificates that do not fit, what a pod has.
#include "actions/scaling/kube_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "actions/scaling/kube_review_client.h"
#include "tests/actions/scaling/fake_kube.h"
#include "tests/support/manual_clock.h"

namespace levelwind::actions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class KubeClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<KubeClient> Make(const KubeOptions& options) {
    auto client = KubeClient::Make(options, clock_);
    EXPECT_TRUE(client.ok()) << (client.ok() ? "" : client.error().message());
    return client.ok() ? *std::move(client) : nullptr;
  }
  static std::string ErrorOf(const Result<KubeAnswer>& answer) {
    return answer.ok() ? "status " + std::to_string(answer->status) : answer.error().ToString();
  }
  testing::FakeKube kube_;
  testing::ManualClock clock_;
};

TEST_F(KubeClientTest, ReadsARotatedTokenAgain) {
  kube_.Put("/a", {{"metadata", Json::object()}});
  const auto client = Make(kube_.Options());
  EXPECT_EQ(ErrorOf(client->Get("/a")), "status 200");
  kube_.token = "canary-second-token";
  kube_.WriteToken(kube_.token);
  const int before = kube_.requests();
  EXPECT_EQ(ErrorOf(client->Get("/a")), "status 200") << "a 401 is a reason to read it at once";
  EXPECT_EQ(kube_.requests(), before + 2);
  kube_.WriteToken("canary-third-token");
  EXPECT_EQ(ErrorOf(client->Get("/a")), "status 200") << "the one in memory is still good";
  clock_.Advance(std::chrono::seconds(60));
  EXPECT_EQ(ErrorOf(client->Get("/a")), "status 401") << "after a minute the file counts";
}

TEST_F(KubeClientTest, WithoutATokenNothingIsSent) {
  KubeOptions options = kube_.Options();
  options.token_file += "-missing";
  EXPECT_THAT(ErrorOf(Make(options)->Get("/a")), HasSubstr("Unauthenticated: the token for Kube"));
  EXPECT_EQ(kube_.requests(), 0);
}

TEST_F(KubeClientTest, AnotherAuthoritysServerIsNotSpokenTo) {
  const testing::FakeKube other;
  KubeOptions options = kube_.Options();
  options.ca_file = other.Options().ca_file;
  const auto client = Make(options);
  EXPECT_THAT(ErrorOf(client->Get("/a")),
              HasSubstr("FailedPrecondition: the API server of Kubernetes: 127.0.0.1: SSL "));
  options.ca_file = "";  // a pod's, which is not here: never "trust anybody"
  EXPECT_THAT(ErrorOf(Make(options)->Get("/a")), HasSubstr("the API server of Kubernetes"));
  EXPECT_EQ(kube_.requests(), 0);
}

TEST_F(KubeClientTest, WhatAPodHas) {
  const testing::TempDir mount;
  std::ofstream(mount.path() + "/namespace") << "kafka\n";
  KubeOptions options;
  options.service_account_dir = mount.path();
  const auto access = ResolveKubeAccess(
      options, {{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}});
  ASSERT_TRUE(access.ok()) << access.error();
  EXPECT_EQ(access->server, "https://[fd00::1]:443");
  EXPECT_EQ(access->ca_file, mount.path() + "/ca.crt");
  EXPECT_EQ(access->token_file, mount.path() + "/token");
  EXPECT_EQ(access->name_space, "kafka");
  EXPECT_THAT(ResolveKubeAccess(options, {}).error().message(), HasSubstr("this is no pod"));
  options.server = "http://127.0.0.1:8080";
  EXPECT_THAT(ResolveKubeAccess(options, {}).error().message(), HasSubstr("https://HOST:PORT"));
  options.server = "https://user@host";
  EXPECT_FALSE(ResolveKubeAccess(options, {}).ok());
  options.server = "https://api.example:6443/";
  EXPECT_EQ(ResolveKubeAccess(options, {})->server, "https://api.example:6443");
  options.name_space = "../x";
  EXPECT_FALSE(ResolveKubeAccess(options, {}).ok());
}

TEST_F(KubeClientTest, ReviewsOfTokensAndAccess) {
  const auto client = Make(kube_.Options());
  KubeReviewClient reviews(*client);
  kube_.Force({"POST", "tokenreviews", 201,
               R"({"status":{"authenticated":true,"user":{"username":"system:serviceaccount:a:b",)"
               R"("uid":"u1","groups":["g1","g2"],"extra":{"k":["v1","v2"]}}}})"});
  const auto who = reviews.ReviewToken("canary-other-token");
  ASSERT_TRUE(who.ok()) << who.error();
  EXPECT_EQ(who->user, "system:serviceaccount:a:b");
  EXPECT_THAT(who->groups, ElementsAre("g1", "g2"));
  EXPECT_EQ(who->extra.size(), 2U);
  EXPECT_EQ(Json::parse(kube_.writes().at(0).body).at("spec").at("token"), "canary-other-token");
  kube_.Force({"POST", "tokenreviews", 201, R"({"status":{"authenticated":false}})"});
  EXPECT_EQ(reviews.ReviewToken("canary-bad-token").error().code(), ErrorCode::kUnauthenticated);
  kube_.Force({"POST", "subjectaccessreviews", 201, R"({"status":{"allowed":true}})"});
  const KubeAccessRequest request{*who, "list", "shop", "levelwind_desired_members", ""};
  EXPECT_TRUE(reviews.ReviewAccess(request).value_or(false));
  const Json asked = Json::parse(kube_.writes().at(2).body).at("spec");
  EXPECT_EQ(asked.at("user"), "system:serviceaccount:a:b");
  EXPECT_EQ(asked.at("extra").at("k"), Json({"v1", "v2"}));
  EXPECT_EQ(asked.at("resourceAttributes"), Json({{"group", "external.metrics.k8s.io"},
                                                  {"version", "v1beta1"},
                                                  {"resource", "levelwind_desired_members"},
                                                  {"namespace", "shop"},
                                                  {"verb", "list"}}));
  kube_.Force({"POST", "subjectaccessreviews", 201, R"({"status":{}})"});
  EXPECT_FALSE(reviews.ReviewAccess(request).value_or(true)) << "not said is not allowed";
  kube_.Force({"POST", "subjectaccessreviews", 403, R"({"message":"no delegator"})"});
  EXPECT_FALSE(reviews.ReviewAccess(request).ok());
}

TEST_F(KubeClientTest, ReadsWhomToTrust) {
  const auto client = Make(kube_.Options());
  KubeReviewClient reviews(*client);
  const char* const path =
      "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
  Json map = {{"metadata", Json::object()},
              {"data",
               {{"client-ca-file", "CLIENT"},
                {"requestheader-client-ca-file", "PROXY"},
                {"requestheader-allowed-names", R"(["front-proxy-client"])"},
                {"requestheader-username-headers", R"(["X-Remote-User"])"},
                {"requestheader-group-headers", R"(["X-Remote-Group"])"},
                {"requestheader-extra-headers-prefix", R"(["X-Remote-Extra-"])"}}}};
  kube_.Put(path, map);
  const auto config = reviews.ReadAuthConfig();
  ASSERT_TRUE(config.ok()) << config.error();
  EXPECT_EQ(config->client_ca, "CLIENT");
  EXPECT_EQ(config->front_proxy_ca, "PROXY");
  EXPECT_THAT(config->allowed_names, ElementsAre("front-proxy-client"));
  EXPECT_THAT(config->extra_prefixes, ElementsAre("X-Remote-Extra-"));
  map["data"].erase("requestheader-client-ca-file");
  kube_.Put(path, map);
  EXPECT_THAT(reviews.ReadAuthConfig().error().message(), HasSubstr("without an aggregation"));
}

}  // namespace
}  // namespace levelwind::actions
