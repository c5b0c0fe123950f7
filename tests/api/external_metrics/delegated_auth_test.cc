// Who asks, and whether they may.
#include "api/external_metrics/delegated_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/api/external_metrics/fake_reviews.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/tls_support/test_ca.h"

namespace levelwind::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Headers = std::vector<std::pair<std::string, std::string>>;

class DelegatedAuthTest : public ::testing::Test {
 protected:
  DelegatedAuthTest() {
    reviews_.config.client_ca = clients_.ca_pem();
    reviews_.config.front_proxy_ca = proxies_.ca_pem();
    reviews_.config.allowed_names = {"front-proxy-client"};
    reviews_.config.user_headers = {"X-Remote-User"};
    reviews_.config.group_headers = {"X-Remote-Group"};
    reviews_.config.uid_headers = {"X-Remote-Uid"};
    reviews_.config.extra_prefixes = {"X-Remote-Extra-"};
    EXPECT_TRUE(auth_.Refresh().ok());
  }
  /// The DER of a certificate of `ca`.
  std::shared_ptr<const PeerCertificates> Peer(testing::TestCa& ca,
                                               const testing::TestCa::Subject& subject) {
    static int number = 0;
    const std::string file = ca.Issue("peer" + std::to_string(++number), subject) + ".crt";
    std::ifstream in(file);
    const std::string pem{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    auto peer = std::make_shared<PeerCertificates>();
    peer->der = {DerOf(pem)};
    return peer;
  }
  static std::string DerOf(const std::string& pem) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t begin = pem.find('\n') + 1, end = pem.find("-----END");
    std::string der;
    unsigned bits = 0;
    int have = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t value = kAlphabet.find(pem[i]);
      if (value == std::string_view::npos) continue;
      bits = bits << 6 | static_cast<unsigned>(value);
      have += 6;
      if (have >= 8) der += static_cast<char>(bits >> (have -= 8) & 0xffU);
    }
    return der;
  }
  static Request With(std::shared_ptr<const PeerCertificates> peer, Headers headers = {}) {
    Request request;
    request.peer = std::move(peer);
    request.headers = std::move(headers);
    return request;
  }
  std::string UserOf(const Request& request) {
    const auto who = auth_.Authenticate(request);
    return who.ok() ? who->user : who.error().ToString();
  }

  testing::ManualClock clock_;
  testing::TempDir directory_;
  testing::TestCa clients_{directory_.path(), "client-ca", clock_.WallNow().unix_ms / 1000};
  testing::TestCa proxies_{directory_.path(), "proxy-ca", clock_.WallNow().unix_ms / 1000};
  testing::FakeReviews reviews_;
  DelegatedAuth auth_{reviews_, clock_};
  const Headers remote_{{"x-remote-user", "system:serviceaccount:kube-system:hpa"},
                        {"x-remote-group", "system:serviceaccounts"},
                        {"x-remote-group", "other"},
                        {"x-remote-uid", "u1"},
                        {"x-remote-extra-authentication.kubernetes.io%2fcredential-id", "c1"}};
};

TEST_F(DelegatedAuthTest, AFrontProxySaysForWhomItAsks) {
  const auto who =
      auth_.Authenticate(With(Peer(proxies_, {.common_name = "front-proxy-client"}), remote_));
  ASSERT_TRUE(who.ok()) << who.error();
  EXPECT_EQ(who->user, "system:serviceaccount:kube-system:hpa");
  EXPECT_EQ(who->uid, "u1");
  EXPECT_THAT(who->groups, ElementsAre("system:serviceaccounts", "other", "system:authenticated"));
  ASSERT_EQ(who->extra.size(), 1U);
  EXPECT_EQ(who->extra[0].first, "authentication.kubernetes.io/credential-id");
}

TEST_F(DelegatedAuthTest, OnlyAFrontProxyIsBelievedItsHeaders) {
  EXPECT_THAT(UserOf(With(nullptr, remote_)), HasSubstr("Unauthenticated"));
  EXPECT_THAT(UserOf(With(Peer(proxies_, {.common_name = "somebody"}), remote_)),
              HasSubstr("'somebody' is not one of the front proxies"));
  EXPECT_EQ(UserOf(With(Peer(clients_, {.common_name = "ann"}), remote_)), "ann")
      << "a client is who its certificate says";
  testing::TestCa stranger(directory_.path(), "stranger", clock_.WallNow().unix_ms / 1000);
  EXPECT_THAT(UserOf(With(Peer(stranger, {.common_name = "front-proxy-client"}), remote_)),
              HasSubstr("Unauthenticated: client certificate: "));
  EXPECT_THAT(UserOf(With(Peer(proxies_, {.common_name = "front-proxy-client"}))),
              HasSubstr("does not say for whom"));
  EXPECT_THAT(
      UserOf(With(Peer(proxies_, {.common_name = "front-proxy-client", .shift_s = -2'000'000}),
                  remote_)),
      HasSubstr("expired"));
  EXPECT_THAT(
      UserOf(With(Peer(proxies_, {.common_name = "front-proxy-client", .client = false}), remote_)),
      HasSubstr("Unauthenticated"))
      << "a server's certificate is no client's";
  reviews_.config.allowed_names.clear();
  ASSERT_TRUE(auth_.Refresh().ok());
  EXPECT_EQ(UserOf(With(Peer(proxies_, {.common_name = "somebody"}), remote_)),
            "system:serviceaccount:kube-system:hpa")
      << "no list of names: any";
}

TEST_F(DelegatedAuthTest, ClientsByCertificateAndToken) {
  const auto who = auth_.Authenticate(
      With(Peer(clients_, {.common_name = "admin", .organisations = {"system:masters", "ops"}})));
  ASSERT_TRUE(who.ok());
  EXPECT_EQ(who->user, "admin");
  EXPECT_THAT(who->groups, ElementsAre("system:masters", "ops", "system:authenticated"));
  reviews_.tokens["canary-good-token"] = {"ann", "", {"dev"}, {}};
  EXPECT_EQ(UserOf(With(nullptr, {{"authorization", "Bearer canary-good-token"}})), "ann");
  EXPECT_EQ(UserOf(With(nullptr, {{"authorization", "bearer canary-good-token"}})), "ann");
  EXPECT_THAT(UserOf(With(nullptr, {{"authorization", "Bearer canary-bad-token"}})),
              HasSubstr("Unauthenticated"));
  EXPECT_THAT(UserOf(With(nullptr, {{"authorization", "Basic YTpi"}})),
              HasSubstr("no bearer token"));
  EXPECT_THAT(UserOf(With(nullptr, {{"authorization", "Bearer canary-good-token"},
                                    {"authorization", "Bearer canary-bad-token"}})),
              HasSubstr("Unauthenticated"));
}

TEST_F(DelegatedAuthTest, BeforeAnythingIsReadNobodyIsLetIn) {
  DelegatedAuth fresh(reviews_, clock_);
  EXPECT_EQ(fresh.Authenticate(With(Peer(clients_, {.common_name = "ann"}))).error().code(),
            ErrorCode::kUnavailable);
  reviews_.config_error = Unavailable("no API server");
  EXPECT_FALSE(auth_.Refresh().ok());
  EXPECT_EQ(UserOf(With(Peer(clients_, {.common_name = "ann"}))), "ann") << "the last ones count";
}

TEST_F(DelegatedAuthTest, AuthoritiesThatRotateAreTakenUp) {
  testing::TestCa next(directory_.path(), "next", clock_.WallNow().unix_ms / 1000);
  const auto peer = Peer(next, {.common_name = "ann"});
  EXPECT_THAT(UserOf(With(peer)), HasSubstr("Unauthenticated"));
  reviews_.config.client_ca += next.ca_pem();
  ASSERT_TRUE(auth_.Refresh().ok());
  EXPECT_EQ(UserOf(With(peer)), "ann") << "several in one file, while they change";
  EXPECT_EQ(UserOf(With(Peer(clients_, {.common_name = "bob"}))), "bob");
}

TEST_F(DelegatedAuthTest, AsksWhetherTheyMayAndRemembersForTenSeconds) {
  const DelegatedAuth::Identity ann{"ann", "", {"dev"}, {}}, bob{"bob", "", {"dev"}, {}};
  reviews_.allowed = {"ann list shop/m"};
  EXPECT_TRUE(auth_.Authorize(ann, "list", "shop", "m").ok());
  EXPECT_EQ(auth_.Authorize(bob, "list", "shop", "m").error().message(),
            "user 'bob' may not list m.external.metrics.k8s.io in namespace 'shop'");
  EXPECT_TRUE(auth_.Authorize(ann, "list", "shop", "m").ok());
  EXPECT_FALSE(auth_.Authorize(bob, "list", "shop", "m").ok());
  EXPECT_EQ(reviews_.asked.size(), 2U) << "yes and no are remembered";
  EXPECT_FALSE(auth_.Authorize(ann, "list", "other", "m").ok()) << "another namespace";
  DelegatedAuth::Identity grown = ann;
  grown.groups = {"dev", "x"};
  EXPECT_TRUE(auth_.Authorize(grown, "list", "shop", "m").ok());
  EXPECT_EQ(reviews_.asked.size(), 4U) << "other groups are another question";
  reviews_.allowed.clear();
  clock_.Advance(std::chrono::seconds(10));
  EXPECT_FALSE(auth_.Authorize(ann, "list", "shop", "m").ok());
  reviews_.access_error = Unavailable("no API server");
  clock_.Advance(std::chrono::seconds(10));
  EXPECT_EQ(auth_.Authorize(ann, "list", "shop", "m").error().code(), ErrorCode::kUnavailable)
      << "not known is not allowed";
  EXPECT_TRUE(auth_.Authorize({"root", "", {"system:masters"}, {}}, "list", "shop", "m").ok());
}

}  // namespace
}  // namespace levelwind::api
