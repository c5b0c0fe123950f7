// The listener as the aggregation layer and others see it, over TLS.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/external_metrics/external_metrics_server.h"
#include "tests/api/external_metrics/fake_reviews.h"
#include "tests/support/scaling_builder.h"
#include "tests/support/temp_dir.h"
#include "tests/tls_support/test_ca.h"

namespace levelwind::api {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using testing::SomeDecision;
using testing::ViewOf;

constexpr const char* kHpa = "system:serviceaccount:kube-system:horizontal-pod-autoscaler";
constexpr const char* kVersion = "/apis/external.metrics.k8s.io/v1beta1";

class ExternalMetricsTest : public ::testing::Test {
 protected:
  ExternalMetricsTest() {
    own_ = cluster_.Issue("server", {.common_name = "levelwind",
                                     .names = {"DNS:levelwind.kafka.svc", "IP:127.0.0.1"}});
    proxy_ = proxies_.Issue("proxy", {.common_name = "front-proxy-client"});
    reviews_.config.client_ca = cluster_.ca_pem();
    reviews_.config.front_proxy_ca = proxies_.ca_pem();
    reviews_.config.allowed_names = {"front-proxy-client"};
    reviews_.config.user_headers = {"X-Remote-User"};
    reviews_.config.group_headers = {"X-Remote-Group"};
    reviews_.allowed = {std::string(kHpa) + " list shop/levelwind_desired_members",
                        std::string(kHpa) + " list shop/other"};
    options_.port = 0;
    options_.cert_file = own_ + ".crt";
    options_.key_file = own_ + ".key";
  }
  ~ExternalMetricsTest() override { threads_.clear(); }

  void Start() {
    auto server = ExternalMetricsServer::Start(options_, views_, reviews_, clock_);
    ASSERT_TRUE(server.ok()) << server.error();
    server_ = *std::move(server);
    threads_.emplace_back([this](std::stop_token stop) { server_->Run(stop); });
    threads_.emplace_back([this](std::stop_token stop) { server_->RunLane(stop); });
    threads_.emplace_back([this](std::stop_token stop) { server_->RunLane(stop); });
  }
  void Show(std::vector<ScalingDecision> decisions) {
    views_.Publish(ViewOf(std::move(decisions), clock_.WallNow()));
  }
  std::unique_ptr<httplib::SSLClient> Client(const std::string& certificate) {
    auto client =
        certificate.empty()
            ? std::make_unique<httplib::SSLClient>("127.0.0.1", server_->port())
            : std::make_unique<httplib::SSLClient>("127.0.0.1", server_->port(),
                                                   certificate + ".crt", certificate + ".key");
    client->set_ca_cert_path(cluster_.ca_file());
    client->set_keep_alive(true);
    return client;
  }
  /// Status and body, asked by the front proxy for the HPA.
  std::pair<int, Json> Ask(const std::string& path, const std::string& user = kHpa) {
    const auto answer = Client(proxy_)->Get(path, {{"X-Remote-User", user}});
    if (!answer) return {0, Json(httplib::to_string(answer.error()))};
    return {answer->status, Json::parse(answer->body, nullptr, false)};
  }
  static std::string ValuesPath(const std::string& selector,
                                const std::string& metric = "levelwind_desired_members") {
    return fmt::format("{}/namespaces/shop/{}?labelSelector={}", kVersion, metric, selector);
  }

  // Certificates are looked at by the machine's clock on the client's side.
  SystemClock clock_;
  testing::TempDir directory_;
  testing::TestCa cluster_{directory_.path(), "cluster-ca", clock_.WallNow().unix_ms / 1000};
  testing::TestCa proxies_{directory_.path(), "proxy-ca", clock_.WallNow().unix_ms / 1000};
  std::string own_, proxy_;
  testing::FakeReviews reviews_;
  Published<ScalingView> views_;
  ExternalMetricsOptions options_;
  std::unique_ptr<ExternalMetricsServer> server_;
  std::vector<std::jthread> threads_;
};

TEST_F(ExternalMetricsTest, TheHpaReadsOneValue) {
  Show({SomeDecision("orders", 5, 7, clock_.WallNow()),
        SomeDecision("idle", 1, 0, clock_.WallNow())});
  Start();
  const auto [status, list] = Ask(ValuesPath("cluster%3Dprod%2Cgroup%3Dorders"));
  ASSERT_EQ(status, 200) << list;
  EXPECT_EQ(list.at("kind"), "ExternalMetricValueList");
  EXPECT_EQ(list.at("apiVersion"), "external.metrics.k8s.io/v1beta1");
  ASSERT_EQ(list.at("items").size(), 1U);
  const Json& item = list.at("items")[0];
  EXPECT_EQ(item.at("metricName"), "levelwind_desired_members");
  EXPECT_EQ(item.at("metricLabels"), Json({{"cluster", "prod"}, {"group", "orders"}}));
  EXPECT_EQ(item.at("value"), "7");
  EXPECT_EQ(item.at("timestamp").get<std::string>().size(), 20U) << "no fraction of a second";
  const auto idle = Ask(ValuesPath("group%3D%3Didle"));
  ASSERT_EQ(idle.first, 200);
  EXPECT_EQ(idle.second.at("items")[0].at("value"), "0") << "one item, since none is an error";
}

TEST_F(ExternalMetricsTest, WhatIsNotKnownIsAStatus) {
  Start();
  const auto early = Ask(ValuesPath("group%3Dorders"));
  EXPECT_EQ(early.first, 503);
  EXPECT_EQ(early.second.at("kind"), "Status");
  EXPECT_EQ(early.second.at("status"), "Failure");
  EXPECT_EQ(early.second.at("reason"), "ServiceUnavailable");
  EXPECT_EQ(early.second.at("code"), 503);
  ScalingDecision held = SomeDecision("held", 5, 7, clock_.WallNow());
  held.stale = true;
  Show({held, SomeDecision("watched", 5, 7, clock_.WallNow(), ScalingMode::kObserve)});
  EXPECT_EQ(Ask(ValuesPath("group%3Dheld")).first, 503);
  EXPECT_EQ(Ask(ValuesPath("group%3Dother")).first, 404);
  const auto watched = Ask(ValuesPath("group%3Dwatched"));
  EXPECT_EQ(watched.first, 409);
  EXPECT_THAT(watched.second.at("message").get<std::string>(), HasSubstr("mode observe"));
  EXPECT_EQ(Ask(ValuesPath("group%3Dheld", "other")).first, 404) << "another metric";
  for (const char* const odd : {"", "topic%3Dt", "group+in+%28a%29", "group%21%3Da", "group"}) {
    EXPECT_EQ(Ask(ValuesPath(odd)).first, 400) << odd;
  }
}

TEST_F(ExternalMetricsTest, DiscoveryForAnybodyWhoIsSomebody) {
  Start();
  const auto groups = Ask("/apis", "system:kube-aggregator");
  ASSERT_EQ(groups.first, 200);
  EXPECT_EQ(groups.second.at("kind"), "APIGroupList");
  EXPECT_EQ(groups.second.at("groups")[0].at("name"), "external.metrics.k8s.io");
  const auto group = Ask("/apis/external.metrics.k8s.io", "system:kube-aggregator");
  EXPECT_EQ(group.second.at("kind"), "APIGroup");
  EXPECT_EQ(group.second.at("preferredVersion").at("version"), "v1beta1");
  const auto version = Ask(kVersion, "system:kube-aggregator");
  EXPECT_EQ(version.second.at("kind"), "APIResourceList");
  EXPECT_EQ(version.second.at("resources")[0].at("name"), "levelwind_desired_members");
  EXPECT_EQ(version.second.at("resources")[0].at("namespaced"), true);
  EXPECT_EQ(Ask("/openapi/v2").first, 404);
  EXPECT_TRUE(reviews_.asked.empty());
}

TEST_F(ExternalMetricsTest, WhoIsNobodyGetsNothingButHealth) {
  Show({SomeDecision("orders", 5, 7, clock_.WallNow())});
  Start();
  const auto nobody = Client("");
  for (const char* const path : {"/healthz", "/livez", "/readyz"}) {
    const auto answer = nobody->Get(path);
    ASSERT_TRUE(answer) << httplib::to_string(answer.error());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "ok");
  }
  for (const std::string& path : {std::string("/apis"), std::string(kVersion),
                                  ValuesPath("group%3Dorders"), std::string("/x")}) {
    const auto answer =
        nobody->Get(path, {{"X-Remote-User", kHpa}, {"X-Remote-Group", "system:masters"}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 401) << path;
  }
  const std::string stranger = cluster_.Issue("ann", {.common_name = "ann"});
  const auto ann =
      Client(stranger)->Get(ValuesPath("group%3Dorders"), {{"X-Remote-Group", "system:masters"}});
  ASSERT_TRUE(ann);
  EXPECT_EQ(ann->status, 403) << "a client by its own name, whatever its headers";
  EXPECT_EQ(Ask(ValuesPath("group%3Dorders"), "eve").first, 403);
  const auto post = Client(proxy_)->Post(kVersion, httplib::Headers{{"X-Remote-User", kHpa}}, "{}",
                                         "application/json");
  ASSERT_TRUE(post);
  EXPECT_EQ(post->status, 405);
}

TEST_F(ExternalMetricsTest, ATokenIsReviewed) {
  Show({SomeDecision("orders", 5, 7, clock_.WallNow())});
  Start();
  reviews_.tokens["canary-hpa-token"] = {kHpa, "", {}, {}};
  const auto answer =
      Client("")->Get(ValuesPath("group%3Dorders"), {{"Authorization", "Bearer canary-hpa-token"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST_F(ExternalMetricsTest, OneConnectionForManyRequests) {
  Show({SomeDecision("orders", 5, 7, clock_.WallNow())});
  Start();
  const auto client = Client(proxy_);
  for (int i = 0; i < 20; ++i) {
    const auto answer = client->Get(ValuesPath("group%3Dorders"), {{"X-Remote-User", kHpa}});
    ASSERT_TRUE(answer) << i << httplib::to_string(answer.error());
    EXPECT_EQ(answer->status, 200);
  }
  EXPECT_EQ(reviews_.asked.size(), 1U);
}

TEST_F(ExternalMetricsTest, HalfSecuredItDoesNotStart) {
  const auto error = [&](auto change) {
    ExternalMetricsOptions options = options_;
    change(options);
    const auto made = ExternalMetricsServer::Start(options, views_, reviews_, clock_);
    return made.ok() ? "it started" : made.error().message();
  };
  EXPECT_EQ(error([](auto&) {}), "it started");
  EXPECT_EQ(error([](auto& o) { o.address = "0.0.0.0"; }), "it started");
  EXPECT_THAT(error([](auto& o) { o.cert_file = ""; }), HasSubstr("needs a certificate"));
  EXPECT_THAT(error([](auto& o) { o.key_file = "/none"; }), HasSubstr("key file /none"));
  EXPECT_THAT(error([&](auto& o) { o.key_file = proxy_ + ".key"; }), HasSubstr("mismatch"));
  reviews_.config_error = Unavailable("no API server");
  EXPECT_THAT(error([](auto&) {}), HasSubstr("nobody could be told: no API server"));
}

TEST_F(ExternalMetricsTest, PlainTextIsNotAnswered) {
  Start();
  httplib::Client plain("127.0.0.1", server_->port());
  EXPECT_FALSE(plain.Get("/healthz"));
}

}  // namespace
}  // namespace levelwind::api
