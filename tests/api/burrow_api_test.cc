#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "api/api.h"
#include "api/request_target.h"
#include "tests/api/compat_fixture.h"
#include "tests/support/manual_clock.h"

namespace levelwind::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Json = nlohmann::json;

/// Burrow's API of the cluster "prod" whose group billing has all (two) commits of orders-0 and one
/// of orders-1; fresh has a partition and no commit.
class BurrowApiTest : public ::testing::Test {
 protected:
  BurrowApiTest() {
    backend_.info.bootstrap = {"kafka-1:9092"};
    auto snapshot = testing::FullSnapshot();
    snapshot->taken_at = clock_.WallNow();
    testing::AddBurrow(*snapshot);
    backend_.snapshot = snapshot;
    options_.metrics.cluster_name = "prod";
    BurrowFacts& facts = options_.burrow;
    facts.on = true;
    facts.host = "here";
    facts.client_id = "levelwind";
    facts.listen = "127.0.0.1:8844";
    facts.log_level = "info";
    facts.topic_refresh_s = 5;
    facts.offset_refresh_s = 10;
  }

  Response Send(const std::string& method, const std::string& target,
                const std::string& author = "") {
    Api api(backend_, clock_, options_);
    Request request;
    request.method = method;
    EXPECT_TRUE(ParseTarget(target, request).ok()) << target;
    request.author = author;
    return api.Handle(request);
  }
  static std::string Body(const Response& response) {
    std::string body;
    for (const auto& part : response.body) body += *part;
    return body;
  }
  Json Get(const std::string& target, int status = 200) {
    const Response response = Send("GET", target);
    EXPECT_EQ(response.status, status) << Body(response);
    EXPECT_EQ(response.content_type, "application/json");
    return Json::parse(Body(response));
  }
  /// The answer but for `request`, which is checked here.
  Json Answer(const std::string& target, int status = 200) {
    Json answer = Get(target, status);
    EXPECT_EQ(answer.at("request"), (Json{{"url", target}, {"host", "here"}}));
    answer.erase("request");
    return answer;
  }
  Json Commit(std::int64_t offset, std::int64_t ago, const Json& lag) {
    const std::int64_t now = clock_.WallNow().unix_ms;
    return {{"offset", offset},
            {"timestamp", now - ago},
            {"observedAt", now - ago + 100},
            {"lag", lag}};
  }
  Json First() {
    return {{"topic", "orders"},          {"partition", 0},    {"owner", "/10.0.0.1"},
            {"client_id", "c1"},          {"status", "WARN"},  {"start", Commit(80, 9000, 5)},
            {"end", Commit(90, 4000, 7)}, {"current_lag", 10}, {"complete", 1}};
  }
  Json Second() {
    return {{"topic", "orders"},
            {"partition", 1},
            {"owner", ""},
            {"client_id", ""},
            {"status", "STOP"},
            {"start", Commit(95, 4000, nullptr)},
            {"end", Commit(95, 4000, nullptr)},
            {"current_lag", 5},
            {"complete", 0.5}};
  }

  testing::ManualClock clock_;
  testing::FakeBackend backend_;
  ApiOptions options_;
};

TEST_F(BurrowApiTest, AdminAnswersInText) {
  const Response alive = Send("GET", "/burrow/admin");
  EXPECT_EQ(alive.status, 200);
  EXPECT_EQ(Body(alive), "GOOD");
  EXPECT_EQ(Body(Send("GET", "/burrow/admin/ready")), "READY");
  backend_.snapshot = nullptr;
  const Response starting = Send("GET", "/burrow/admin/ready");
  EXPECT_EQ(starting.status, 503);
  EXPECT_EQ(Body(starting), "STARTING");
}

TEST_F(BurrowApiTest, ClustersAndTheirModule) {
  EXPECT_EQ(Answer("/v3/kafka"),
            (Json{{"error", false}, {"message", "cluster list returned"}, {"clusters", {"prod"}}}));
  const Json module = {{"class-name", "kafka"},
                       {"servers", {"kafka-1:9092"}},
                       {"client-profile",
                        {{"name", ""},
                         {"client-id", "levelwind"},
                         {"kafka-version", ""},
                         {"tls", nullptr},
                         {"sasl", nullptr}}},
                       {"topic-refresh", 5},
                       {"offset-refresh", 10}};
  const Json found = {
      {"error", false}, {"message", "cluster module detail returned"}, {"module", module}};
  EXPECT_EQ(Answer("/v3/kafka/prod"), found);
  EXPECT_EQ(Answer("/v3/config/cluster/prod"), found);
  EXPECT_EQ(Answer("/v3/kafka/test", 404),
            (Json{{"error", true}, {"message", "cluster module not found"}}));
}

TEST_F(BurrowApiTest, TlsAndLoginAreToldWithoutSecrets) {
  options_.burrow.tls = options_.burrow.sasl = true;
  options_.burrow.ca_file = "ca.pem";
  const Json profile = Get("/v3/kafka/prod").at("module").at("client-profile");
  EXPECT_EQ(profile.at("tls"), (Json{{"name", ""},
                                     {"noverify", false},
                                     {"certfile", ""},
                                     {"keyfile", ""},
                                     {"cafile", "ca.pem"}}));
  EXPECT_EQ(profile.at("sasl"), (Json{{"name", ""}, {"handshake-first", true}, {"username", ""}}));
}

TEST_F(BurrowApiTest, Topics) {
  EXPECT_EQ(Answer("/v3/kafka/prod/topic"), (Json{{"error", false},
                                                  {"message", "topic list returned"},
                                                  {"topics", {"orders", "users"}}}));
  EXPECT_EQ(
      Answer("/v3/kafka/prod/topic/orders"),
      (Json{{"error", false}, {"message", "topic offsets returned"}, {"offsets", {100, 100}}}));
  EXPECT_EQ(Answer("/v3/kafka/prod/topic/nope", 404),
            (Json{{"error", true}, {"message", "cluster or topic not found"}}));
  EXPECT_EQ(Answer("/v3/kafka/test/topic/orders", 404).at("message"), "cluster or topic not found");
  EXPECT_EQ(Answer("/v3/kafka/test/topic", 404).at("message"), "cluster not found");
}

TEST_F(BurrowApiTest, APartitionWithoutAKnownOffsetIsPassedOver) {
  auto snapshot = std::make_shared<ClusterSnapshot>(*backend_.snapshot);
  snapshot->partitions[0].log_end_offset = kUnknownCount;
  snapshot->partitions[1].log_end_offset = 7;
  backend_.snapshot = snapshot;
  EXPECT_THAT(Get("/v3/kafka/prod/topic/orders").at("offsets"), ElementsAre(7));
}

TEST_F(BurrowApiTest, ConsumersOfATopicThatIsNotThereAreNone) {
  EXPECT_EQ(Answer("/v3/kafka/prod/topic/orders/consumers"),
            (Json{{"error", false},
                  {"message", "consumers of topic returned"},
                  {"consumers", {"billing"}}}));
  EXPECT_THAT(Get("/v3/kafka/prod/topic/users/consumers").at("consumers"), IsEmpty());
  EXPECT_THAT(Get("/v3/kafka/prod/topic/nope/consumers").at("consumers"), IsEmpty());
  EXPECT_TRUE(Get("/v3/kafka/prod/topic/nope/consumers").at("consumers").is_array());
  EXPECT_EQ(Answer("/v3/kafka/test/topic/orders/consumers", 404).at("message"),
            "cluster not found");
}

TEST_F(BurrowApiTest, AConsumersCommitsFillTheLastSlots) {
  EXPECT_EQ(
      Answer("/v3/kafka/prod/consumer"),
      (Json{{"error", false}, {"message", "consumer list returned"}, {"consumers", {"billing"}}}));
  const Json first = {{"offsets", {Commit(80, 9000, 5), Commit(90, 4000, 7)}},
                      {"owner", "/10.0.0.1"},
                      {"client_id", "c1"},
                      {"current-lag", 10}};
  const Json second = {{"offsets", {nullptr, Commit(95, 4000, nullptr)}},
                       {"owner", ""},
                       {"client_id", ""},
                       {"current-lag", 5}};
  EXPECT_EQ(Answer("/v3/kafka/prod/consumer/billing"),
            (Json{{"error", false},
                  {"message", "consumer detail returned"},
                  {"topics", {{"orders", {first, second}}}}}));
  EXPECT_EQ(Answer("/v3/kafka/prod/consumer/nobody", 404),
            (Json{{"error", true}, {"message", "cluster or consumer not found"}}));
}

TEST_F(BurrowApiTest, APartitionThatWasNeverCommittedToHasNoSlots) {
  auto snapshot = std::make_shared<ClusterSnapshot>(*backend_.snapshot);
  auto history = std::make_shared<BurrowHistory>(*snapshot->burrow);
  auto group = std::make_shared<BurrowGroup>("billing");
  const std::int64_t now = clock_.WallNow().unix_ms;
  group->Append(1, std::vector<BurrowCommit>{{100, now, now, 1, 0}}, 100);
  history->groups = {group};
  snapshot->burrow = history;
  backend_.snapshot = snapshot;
  const Json topic = Get("/v3/kafka/prod/consumer/billing").at("topics").at("orders");
  ASSERT_EQ(topic.size(), 2u) << "the index is the partition";
  EXPECT_THAT(topic[0].at("offsets"), IsEmpty());
  EXPECT_TRUE(topic[0].at("offsets").is_array());
  const Json status = Get("/v3/kafka/prod/consumer/billing/lag").at("status");
  EXPECT_EQ(status.at("partition_count"), 2);
  EXPECT_EQ(status.at("status"), "OK");
  EXPECT_EQ(status.at("partitions")[0].at("start"), nullptr);
  EXPECT_EQ(status.at("partitions")[0].at("complete"), 0);
  EXPECT_EQ(status.at("maxlag").at("current_lag"), 0) << "set even if there is no lag";
}

TEST_F(BurrowApiTest, LagHasAllPartitionsAndStatusTheBadOnes) {
  const Json status = {{"cluster", "prod"},
                       {"group", "billing"},
                       {"status", "ERR"},
                       {"complete", 0.5},
                       {"partitions", {First(), Second()}},
                       {"partition_count", 2},
                       {"maxlag", First()},
                       {"totallag", 15}};
  const Json expected = {
      {"error", false}, {"message", "consumer status returned"}, {"status", status}};
  EXPECT_EQ(Answer("/v3/kafka/prod/consumer/billing/lag"), expected);
  EXPECT_EQ(Answer("/v3/kafka/prod/consumer/billing/status"), expected) << "both are bad";
  options_.burrow.on = true;
  auto snapshot = std::make_shared<ClusterSnapshot>(*backend_.snapshot);
  auto history = std::make_shared<BurrowHistory>(*snapshot->burrow);
  history->rules.allowed_lag = 5;
  snapshot->burrow = history;
  backend_.snapshot = snapshot;
  const Json allowed = Get("/v3/kafka/prod/consumer/billing/lag").at("status");
  EXPECT_EQ(allowed.at("partitions").size(), 2u);
  EXPECT_THAT(Get("/v3/kafka/prod/consumer/billing/status").at("status").at("partitions"),
              IsEmpty())
      << "orders-0 had a commit with what is allowed";
}

TEST_F(BurrowApiTest, AGroupThatIsNotThereIsNoErrorAlthoughItIs404) {
  for (const char* what : {"status", "lag"}) {
    const Json answer = Answer(fmt::format("/v3/kafka/prod/consumer/nobody/{}", what), 404);
    EXPECT_EQ(answer, (Json{{"error", false},
                            {"message", "consumer status returned"},
                            {"status",
                             {{"cluster", "prod"},
                              {"group", "nobody"},
                              {"status", "NOTFOUND"},
                              {"complete", 1},
                              {"partitions", Json::array()},
                              {"partition_count", 0},
                              {"maxlag", nullptr},
                              {"totallag", 0}}}}));
  }
  EXPECT_EQ(Answer("/v3/kafka/test/consumer/billing/lag", 404).at("status").at("cluster"), "test");
  clock_.Advance(std::chrono::hours(24 * 8));
  EXPECT_EQ(Answer("/v3/kafka/prod/consumer/billing/lag", 404).at("status").at("status"),
            "NOTFOUND")
      << "nothing was committed for a week";
}

TEST_F(BurrowApiTest, DeletingForgetsAndNeedsSomebodyWhoAsks) {
  const Response refused = Send("DELETE", "/v3/kafka/prod/consumer/billing");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Json::parse(Body(refused)).at("error"), true);
  EXPECT_THAT(backend_.commands, IsEmpty());
  const Response done = Send("DELETE", "/v3/kafka/prod/consumer/billing", "cli:ada");
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(Json::parse(Body(done)),
            (Json{{"error", false},
                  {"message", "consumer group removed"},
                  {"request", {{"url", "/v3/kafka/prod/consumer/billing"}, {"host", "here"}}}}));
  EXPECT_EQ(Send("DELETE", "/v3/kafka/prod/consumer/billing/topic/orders", "cli:ada").status, 200);
  EXPECT_EQ(Send("DELETE", "/v3/kafka/test/consumer/billing", "cli:ada").status, 200)
      << "also for what is not there";
  EXPECT_THAT(backend_.commands,
              ElementsAre("forget billing/ cli:ada", "forget billing/orders cli:ada"));
}

TEST_F(BurrowApiTest, ConfigurationSaysWhatIsSo) {
  const Json main = Answer("/v3/config");
  EXPECT_EQ(main.at("message"), "main config returned");
  EXPECT_EQ(main.at("httpserver").at("levelwind").at("address"), "127.0.0.1:8844");
  EXPECT_EQ(main.at("logging").at("level"), "info");
  EXPECT_EQ(main.at("general").size(), 3u);
  EXPECT_THAT(main.at("zookeeper").at("servers"), IsEmpty());
  const auto modules = [&](const char* kind) {
    const Json answer = Answer(fmt::format("/v3/config/{}", kind));
    EXPECT_EQ(answer.at("coordinator"), kind);
    EXPECT_EQ(answer.at("message"), "module list returned");
    return answer.at("modules");
  };
  EXPECT_THAT(modules("cluster"), ElementsAre("prod"));
  EXPECT_THAT(modules("storage"), ElementsAre("levelwind"));
  EXPECT_THAT(modules("evaluator"), ElementsAre("levelwind"));
  EXPECT_THAT(modules("consumer"), IsEmpty());
  EXPECT_THAT(modules("notifier"), IsEmpty());
  EXPECT_EQ(Answer("/v3/config/storage/levelwind").at("module"), (Json{{"class-name", "inmemory"},
                                                                       {"intervals", 2},
                                                                       {"min-distance", 0},
                                                                       {"group-allowlist", ""},
                                                                       {"expire-group", 604800}}));
  EXPECT_EQ(Answer("/v3/config/evaluator/levelwind").at("message"),
            "evaluator module detail returned");
  EXPECT_EQ(Answer("/v3/config/notifier/mail", 404),
            (Json{{"error", true}, {"message", "notifier module not found"}}));
  EXPECT_EQ(Answer("/v3/admin/loglevel"),
            (Json{{"error", false}, {"message", "log level returned"}, {"level", "info"}}));
}

TEST_F(BurrowApiTest, WhatIsNotThereIsTextWithJsonInIt) {
  for (const char* path :
       {"/v3/nothing", "/v3/kafka/prod/nothing", "/burrow", "/v3/config/nothing"}) {
    const Response response = Send("GET", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.content_type, "text/plain");
    EXPECT_EQ(Body(response),
              "{\"error\":true,\"message\":\"invalid request type\",\"result\":{}}\n");
  }
  const Response method = Send("POST", "/v3/kafka");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(Body(method), "Method Not Allowed\n");
  EXPECT_THAT(method.headers, ElementsAre(std::pair<std::string, std::string>("Allow", "GET")));
}

TEST_F(BurrowApiTest, IsOffUnlessSwitchedOn) {
  options_.burrow.on = false;
  const Json answer = Get("/v3/kafka", 404);
  EXPECT_EQ(answer.at("error"), true);
  EXPECT_THAT(answer.at("message").get<std::string>(), ::testing::HasSubstr("compat.burrow"));
}

TEST_F(BurrowApiTest, BeforeTheFirstLookThereIsNothingToTell) {
  backend_.snapshot = nullptr;
  EXPECT_EQ(Get("/v3/kafka/prod/consumer", 503).at("error"), true);
  EXPECT_THAT(Get("/v3/kafka").at("clusters"), ElementsAre("prod"));
}

TEST_F(BurrowApiTest, HostileGroupNamesStayJson) {
  auto snapshot = std::make_shared<ClusterSnapshot>(*backend_.snapshot);
  auto history = std::make_shared<BurrowHistory>(*snapshot->burrow);
  const std::string name = "\"\\\n<b>\xff";
  auto group = std::make_shared<BurrowGroup>(name);
  const std::int64_t now = clock_.WallNow().unix_ms;
  group->Append(0, std::vector<BurrowCommit>{{100, now, now, 1, 0}}, 100);
  history->groups = {group};
  snapshot->burrow = history;
  backend_.snapshot = snapshot;
  EXPECT_THAT(Get("/v3/kafka/prod/consumer").at("consumers"), ElementsAre("\"\\\n<b>\xef\xbf\xbd"));
  const Json answer = Get("/v3/kafka/prod/consumer/%22%3Cb%3E/status", 404);
  EXPECT_EQ(answer.at("status").at("status"), "NOTFOUND");
}

}  // namespace
}  // namespace levelwind::api
