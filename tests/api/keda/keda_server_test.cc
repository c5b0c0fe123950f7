// KEDA's side of the conversation, by a client of gRPC's own.
#include "api/keda/keda_server.h"

#include <externalscaler.grpc.pb.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/manual_clock.h"
#include "tests/support/scaling_builder.h"
#include "tests/support/temp_dir.h"
#include "tests/tls_support/test_ca.h"

namespace levelwind::api {
namespace {

namespace wire = externalscaler;
using ::testing::HasSubstr;
using testing::SomeDecision;
using testing::ViewOf;

class KedaServerTest : public ::testing::Test {
 protected:
  void Start(KedaOptions options = {}) {
    options.port = 0;
    auto server = KedaServer::Start(options, views_, clock_);
    ASSERT_TRUE(server.ok()) << server.error();
    server_ = *std::move(server);
    stub_ = wire::ExternalScaler::NewStub(grpc::CreateChannel(
        fmt::format("127.0.0.1:{}", server_->port()), grpc::InsecureChannelCredentials()));
  }
  void Show(std::vector<ScalingDecision> decisions) {
    views_.Publish(ViewOf(std::move(decisions), clock_.WallNow()));
  }
  ScalingDecision Decision(const std::string& group, std::int64_t desired,
                           ScalingMode mode = ScalingMode::kRecommend) const {
    return SomeDecision(group, 5, desired, clock_.WallNow(), mode);
  }
  static wire::ScaledObjectRef Ref(const std::string& group, const std::string& cluster = "") {
    wire::ScaledObjectRef ref;
    ref.set_name("orders");
    ref.set_namespace_("shop");
    (*ref.mutable_scalermetadata())["scalerAddress"] = "levelwind:8845";
    if (!group.empty()) (*ref.mutable_scalermetadata())["group"] = group;
    if (!cluster.empty()) (*ref.mutable_scalermetadata())["cluster"] = cluster;
    return ref;
  }
  struct Call {
    grpc::ClientContext context;
    Call() { context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20)); }
  };
  grpc::Status Metrics(const std::string& group, wire::GetMetricsResponse& answer,
                       const std::string& metric = "levelwind-desired-members") {
    Call call;
    wire::GetMetricsRequest request;
    *request.mutable_scaledobjectref() = Ref(group);
    request.set_metricname(metric);
    return stub_->GetMetrics(&call.context, request, &answer);
  }
  grpc::Status Active(const wire::ScaledObjectRef& ref, bool& active) {
    Call call;
    wire::IsActiveResponse answer;
    const grpc::Status status = stub_->IsActive(&call.context, ref, &answer);
    active = answer.result();
    return status;
  }

  testing::ManualClock clock_;
  Published<ScalingView> views_;
  std::unique_ptr<KedaServer> server_;
  std::unique_ptr<wire::ExternalScaler::Stub> stub_;
};

TEST_F(KedaServerTest, TellsTheWantedNumberAgainstATargetOfOne) {
  Show({Decision("orders", 7), Decision("idle", 0)});
  Start();
  Call call;
  wire::GetMetricSpecResponse spec;
  ASSERT_TRUE(stub_->GetMetricSpec(&call.context, Ref("orders", "prod"), &spec).ok());
  ASSERT_EQ(spec.metricspecs_size(), 1);
  EXPECT_EQ(spec.metricspecs(0).metricname(), "levelwind-desired-members");
  EXPECT_EQ(spec.metricspecs(0).targetsize(), 1);
  EXPECT_EQ(spec.metricspecs(0).targetsizefloat(), 1);
  wire::GetMetricsResponse answer;
  ASSERT_TRUE(Metrics("orders", answer).ok());
  ASSERT_EQ(answer.metricvalues_size(), 1);
  EXPECT_EQ(answer.metricvalues(0).metricname(), "levelwind-desired-members");
  EXPECT_EQ(answer.metricvalues(0).metricvalue(), 7);
  EXPECT_EQ(answer.metricvalues(0).metricvaluefloat(), 7);
  wire::GetMetricsResponse none;
  ASSERT_TRUE(Metrics("idle", none).ok());
  ASSERT_EQ(none.metricvalues_size(), 1) << "a zero that was decided is said";
  EXPECT_EQ(none.metricvalues(0).metricvalue(), 0);
  bool active = false;
  ASSERT_TRUE(Active(Ref("orders"), active).ok());
  EXPECT_TRUE(active);
  ASSERT_TRUE(Active(Ref("idle"), active).ok());
  EXPECT_FALSE(active);
}

TEST_F(KedaServerTest, WhatIsNotKnownIsAnError) {
  Start();
  wire::GetMetricsResponse answer;
  bool active = true;
  EXPECT_EQ(Metrics("orders", answer).error_code(), grpc::StatusCode::UNAVAILABLE) << "no view";
  Call early;
  wire::GetMetricSpecResponse spec;
  EXPECT_TRUE(stub_->GetMetricSpec(&early.context, Ref("orders"), &spec).ok())
      << "the HPA is made without waiting for the first decision";
  ScalingDecision held = Decision("held", 7);
  held.stale = true;
  Show({held, Decision("orders", 7), Decision("watched", 7, ScalingMode::kObserve)});
  EXPECT_EQ(Active(Ref("held"), active).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Metrics("other", answer).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Active(Ref("orders", "test"), active).error_code(), grpc::StatusCode::NOT_FOUND);
  const grpc::Status watched = Metrics("watched", answer);
  EXPECT_EQ(watched.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(watched.error_message(), HasSubstr("mode observe"));
  const grpc::Status nameless = Active(Ref(""), active);
  EXPECT_EQ(nameless.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(nameless.error_message(), HasSubstr("ScaledObject shop/orders names no group"));
  EXPECT_EQ(Metrics("orders", answer, "lag").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  clock_.Advance(std::chrono::seconds(61));
  EXPECT_EQ(Metrics("orders", answer).error_code(), grpc::StatusCode::UNAVAILABLE) << "expired";
  EXPECT_EQ(answer.metricvalues_size(), 0);
  Call call;
  EXPECT_EQ(stub_->GetMetricSpec(&call.context, Ref("watched"), &spec).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(KedaServerTest, AStreamTellsOfAGroupThatWakes) {
  Show({Decision("orders", 0)});
  Start();
  Call call;
  auto stream = stub_->StreamIsActive(&call.context, Ref("orders"));
  wire::IsActiveResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_FALSE(answer.result()) << "what is now comes at once";
  EXPECT_EQ(server_->open_streams(), 1U);
  ScalingDecision held = Decision("orders", 3);
  held.stale = true;
  Show({held});
  server_->Step();  // nothing is known: nothing is said
  Show({Decision("orders", 3)});
  server_->Step();
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(answer.result());
  Show({Decision("orders", 4)});
  server_->Step();  // still active: no news
  Show({Decision("orders", 0)});
  server_->Step();
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_FALSE(answer.result());
  Show({Decision("orders", 2, ScalingMode::kObserve)});
  server_->Step();
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(KedaServerTest, StreamsEndWithTheServerAndWithTheirClients) {
  Show({Decision("orders", 3)});
  Start({.max_streams = 2});
  Call first, second, third, other;
  wire::IsActiveResponse answer;
  auto a = stub_->StreamIsActive(&first.context, Ref("orders"));
  auto b = stub_->StreamIsActive(&second.context, Ref("orders"));
  ASSERT_TRUE(a->Read(&answer));
  ASSERT_TRUE(b->Read(&answer));
  auto refused = stub_->StreamIsActive(&third.context, Ref("orders"));
  EXPECT_FALSE(refused->Read(&answer));
  EXPECT_EQ(refused->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  auto unknown = stub_->StreamIsActive(&other.context, Ref(""));
  EXPECT_FALSE(unknown->Read(&answer));
  EXPECT_EQ(unknown->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  first.context.TryCancel();
  EXPECT_EQ(a->Finish().error_code(), grpc::StatusCode::CANCELLED);
  for (int i = 0; i < 2000 && server_->open_streams() > 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(server_->open_streams(), 1U);
  server_.reset();
  EXPECT_FALSE(b->Read(&answer));
  EXPECT_EQ(b->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

std::string ErrorOf(const Result<std::unique_ptr<KedaServer>>& server) {
  return server.ok() ? "it started" : server.error().message();
}

TEST_F(KedaServerTest, HalfSecuredItDoesNotStart) {
  const testing::TempDir directory;
  testing::TestCa ca(directory.path(), "ca", clock_.WallNow().unix_ms / 1000);
  const std::string own = ca.Issue("server", {.common_name = "levelwind"});
  const auto start = [&](KedaOptions options) {
    options.port = 0;
    return ErrorOf(KedaServer::Start(options, views_, clock_));
  };
  EXPECT_THAT(start({.address = "0.0.0.0"}), HasSubstr("without TLS"));
  EXPECT_EQ(start({.address = "0.0.0.0", .allow_plaintext = true}), "it started");
  EXPECT_THAT(start({.address = "levelwind"}), HasSubstr("not an IP address"));
  EXPECT_THAT(start({.cert_file = own + ".crt"}), HasSubstr("without a key"));
  EXPECT_THAT(start({.key_file = own + ".key"}), HasSubstr("without a certificate"));
  EXPECT_THAT(start({.client_ca_file = ca.ca_file()}), HasSubstr("no certificate of its own"));
  KedaOptions tls{.address = "0.0.0.0", .cert_file = own + ".crt", .key_file = own + ".key"};
  EXPECT_THAT(start(tls), HasSubstr("for any client"));
  tls.client_ca_file = own + ".key";
  EXPECT_THAT(start(tls), HasSubstr("no certificate in PEM form"));
  tls.client_ca_file = ca.ca_file();
  EXPECT_EQ(start(tls), "it started");
  const std::string other = ca.Issue("other", {.common_name = "other"});
  tls.key_file = other + ".key";
  EXPECT_THAT(start(tls), HasSubstr("key values mismatch"));
  ::chmod((own + ".key").c_str(), 0644);
  tls.key_file = own + ".key";
  EXPECT_THAT(start(tls), HasSubstr("chmod 600"));
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_F(KedaServerTest, OverTlsOnlyForClientsWithACertificate) {
  const testing::TempDir directory;
  // gRPC looks at the machine's clock.
  const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
  testing::TestCa ca(directory.path(), "ca", now_s);
  testing::TestCa stranger(directory.path(), "stranger", now_s);
  const std::string own =
      ca.Issue("server", {.common_name = "levelwind", .names = {"DNS:localhost"}});
  const std::string keda = ca.Issue("keda", {.common_name = "keda"});
  const std::string wrong = stranger.Issue("wrong", {.common_name = "keda"});
  Show({Decision("orders", 7)});
  Start({.cert_file = own + ".crt", .key_file = own + ".key", .client_ca_file = ca.ca_file()});
  const auto ask = [&](const std::string& who) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ca.ca_pem();
    if (!who.empty()) {
      options.pem_cert_chain = TextOf(who + ".crt");
      options.pem_private_key = TextOf(who + ".key");
    }
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    stub_ = wire::ExternalScaler::NewStub(grpc::CreateCustomChannel(
        fmt::format("127.0.0.1:{}", server_->port()), grpc::SslCredentials(options), arguments));
    wire::GetMetricsResponse answer;
    return Metrics("orders", answer).error_code();
  };
  EXPECT_EQ(ask(keda), grpc::StatusCode::OK);
  EXPECT_EQ(ask(""), grpc::StatusCode::UNAVAILABLE) << "nobody is let in without";
  EXPECT_EQ(ask(wrong), grpc::StatusCode::UNAVAILABLE) << "another authority's";
}

TEST_F(KedaServerTest, APortInUseIsSaid) {
  Start();
  KedaOptions options;
  options.port = server_->port();
  EXPECT_THAT(ErrorOf(KedaServer::Start(options, views_, clock_)), HasSubstr("cannot listen on"));
}

}  // namespace
}  // namespace levelwind::api
