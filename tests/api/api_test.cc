#include "api/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/api/api_fixture.h"

namespace levelwind::api {
namespace {

using testing::Body;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

using ApiTest = testing::ApiFixture;

TEST_F(ApiTest, BrokersGolden) {
  EXPECT_EQ(
      Body(Send("GET", "/api/v1/brokers")),
      R"({"cluster_id":"abc","snapshot":{"sequence":7,"taken_at":"2026-01-01T00:00:00.000Z",)"
      R"("age_seconds":1.5,"stale":false,"confidence":"sizes and counts; rates in 25 s",)"
      R"("sizes_known":true,"rates_known":false},)"
      R"("brokers":[{"id":1,"rack":"r1","host":"127.0.0.1","port":9001,"state":"alive",)"
      R"("controller":false,"leaders":2,"preferred_leaders":2,"replicas":3,)"
      R"("offline_replicas":0,"out_of_sync_replicas":0,"disk_bytes":null,)"
      R"("leader_bytes_in_per_second":3072,"leader_messages_in_per_second":null,)"
      R"("leader_share":null,"log_dirs":[{"path":"/data","offline":false,"total_bytes":null,)"
      R"("usable_bytes":null,"replica_bytes":0}],)"
      R"("capacity":{"cpu_percent":{"value":null,"source":"unknown"},)"
      R"("network_in_bytes_per_second":{"value":null,"source":"unknown"},)"
      R"("network_out_bytes_per_second":{"value":null,"source":"unknown"},)"
      R"("disk_bytes":{"value":null,"source":"unknown"}},"metrics":null},{"id":2,"rack":"r2","host":"127.0.0.1",)"
      R"("port":9002,"state":"alive","controller":true,"leaders":1,"preferred_leaders":1,)"
      R"("replicas":3,"offline_replicas":0,"out_of_sync_replicas":0,"disk_bytes":null,)"
      R"("leader_bytes_in_per_second":null,"leader_messages_in_per_second":null,)"
      R"("leader_share":null,"log_dirs":[{"path":"/data","offline":false,"total_bytes":null,)"
      R"("usable_bytes":null,"replica_bytes":0}],)"
      R"("capacity":{"cpu_percent":{"value":null,"source":"unknown"},)"
      R"("network_in_bytes_per_second":{"value":null,"source":"unknown"},)"
      R"("network_out_bytes_per_second":{"value":null,"source":"unknown"},)"
      R"("disk_bytes":{"value":null,"source":"unknown"}},"metrics":null},{"id":3,"rack":"","host":"127.0.0.1",)"
      R"("port":9003,"state":"new","controller":false,"leaders":0,"preferred_leaders":0,)"
      R"("replicas":0,"offline_replicas":0,"out_of_sync_replicas":0,"disk_bytes":0,)"
      R"("leader_bytes_in_per_second":0,"leader_messages_in_per_second":0,)"
      R"("leader_share":null,"log_dirs":[{"path":"/data","offline":false,"total_bytes":null,)"
      R"("usable_bytes":null,"replica_bytes":0}],)"
      R"("capacity":{"cpu_percent":{"value":null,"source":"unknown"},)"
      R"("network_in_bytes_per_second":{"value":null,"source":"unknown"},)"
      R"("network_out_bytes_per_second":{"value":null,"source":"unknown"},)"
      R"("disk_bytes":{"value":null,"source":"unknown"}},"metrics":null}]})"
      "\n");
}

TEST_F(ApiTest, GroupsGolden) {
  const Json groups = GetJson("/api/v1/groups").at("groups");
  EXPECT_EQ(groups[0].dump(),
            R"({"assignor":"","consumed_per_second":4,"coordinator":1,"drain_seconds":null,)"
            R"("epoch":null,"group":"billing","lag":10,"lag_error_seconds":null,)"
            R"("lag_growth_per_second":1.5,"lag_method":"unknown","lag_seconds":null,)"
            R"("max_lag":null,"members":2,"partitions":2,"protocol_type":"","reason":"",)"
            R"("records_lost":null,"state":"Stable","static_members":0,"type":"classic",)"
            R"("verdict":"unknown"})");
  EXPECT_EQ(groups[1].at("group"), "fresh");
  EXPECT_TRUE(groups[1].at("lag").is_null());
  const Json one = GetJson("/api/v1/groups/billing").at("group");
  EXPECT_EQ(
      one.at("offsets")[0].dump(),
      R"({"commit_age_seconds":null,"commit_interval_seconds":null,)"
      R"("committed":90,"compacted":false,"lag":10,"lag_error_seconds":null,"lag_method":"unknown",)"
      R"("lag_seconds":null,"last_stable_offset":null,"log_end_offset":null,)"
      R"("log_start_offset":null,"owner":"c1/10.0.0.1","partition":0,)"
      R"("produced_per_second":null,"retention_margin":null,"rewinds":0,)"
      R"("topic":"orders","verdict":"unknown"})");
  EXPECT_EQ(one.at("offsets")[1].at("commit_age_seconds"), 3);
  EXPECT_EQ(one.at("activity").dump(),
            R"({"commit_age_seconds":3,"commit_interval_seconds":2,"commits":7,)"
            R"("commits_per_second":0.5,"deleted_at":null,"forgotten_offsets":null,)"
            R"("last_commit_at":"2025-12-31T23:59:57.000Z",)"
            R"("last_rebalance_at":"2026-01-01T00:00:00.000Z","last_rebalance_seconds":1,)"
            R"("last_rewind":{"at":"2026-01-01T00:00:00.000Z","from":90,"partition":1,)"
            R"("to":5,"topic":"orders"},"rebalances":4,"rebalancing_seconds":null,"rewinds":1,)"
            R"("source":"records"})");
  const Json fresh = GetJson("/api/v1/groups/fresh").at("group");
  EXPECT_TRUE(fresh.at("activity").at("commits").is_null());
  EXPECT_TRUE(fresh.at("offsets")[0].at("rewinds").is_null());
  EXPECT_EQ(GetJson("/api/v1/groups?limit=1&from=1").at("groups").dump(),
            Json::array({groups[1]}).dump());
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/groups?limit=x")),
            "400 InvalidArgument: limit: 'x' is not a number of groups");
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/groups/nope")),
            "404 NotFound: there is no consumer group 'nope'; 'levelwind groups' lists all");
}

TEST_F(ApiTest, AGroupsHistoryIsDrawnFromWhatIsKnownAndUnknownIsNull) {
  LagPoint known;
  known.lag = 12;
  known.lag_seconds = 1.5F;
  backend_.lag_history = {"billing", 1'767'225'600'000, 60'000, {known, LagPoint{}}};
  const Json history = GetJson("/api/v1/groups/billing/history").at("history");
  EXPECT_EQ(history.dump(),
            R"({"consumed_per_second":[null,null],"from":1767225600,"group":"billing",)"
            R"("lag":[12,null],"lag_seconds":[1.5,null],"step_seconds":60})");
  EXPECT_EQ(backend_.history_asked, "1767222002000 1767225602000 120") << "the last hour";
  GetJson("/api/v1/groups/billing/history?from=100&to=200&points=7");
  EXPECT_EQ(backend_.history_asked, "100000 200000 7");
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/groups/billing/history?points=2001")),
            "400 InvalidArgument: points: '2001' is not a whole number from 0 to 2000");
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/groups/nope/history")),
            "404 NotFound: nothing is known of a group 'nope'");
}

TEST_F(ApiTest, TheCanaryIsNotThereUntilItIsOn) {
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/canary")),
            "404 NotFound: the canary is off, or has not begun; canary.enabled turns it on");
  auto view = std::make_shared<CanaryView>();
  view->topic = "levelwind-canary";
  view->uncovered = {3};
  CanaryPartition partition;
  partition.leader = 2;
  partition.sent = partition.received = partition.acked = 1;
  partition.round_trip.Add(0.012);
  view->partitions.push_back(partition);
  backend_.canary = view;
  const Json canary = GetJson("/api/v1/canary").at("canary");
  EXPECT_TRUE(canary.at("problem").is_null());
  EXPECT_EQ(canary.at("uncovered_brokers").dump(), "[3]");
  EXPECT_EQ(canary.at("partitions")[0].at("round_trip").dump(),
            R"({"count":1,"mean_seconds":0.012,"p50_seconds":0.02,"p99_seconds":0.02})");
  EXPECT_TRUE(canary.at("commit").at("p50_seconds").is_null());
}

TEST_F(ApiTest, TopicsAndPartitionsKeepUnknownApartFromZero_I17) {
  const Json topics = GetJson("/api/v1/topics").at("topics");
  EXPECT_EQ(topics[0].at("bytes"), 4'000'000);
  EXPECT_EQ(topics[0].at("replication_factor"), 2);
  EXPECT_TRUE(topics[1].at("bytes").is_null());
  EXPECT_EQ(GetJson("/api/v1/partitions").at("partitions").size(), 3U);
  const Json users = GetJson("/api/v1/partitions?topic=users").at("partitions");
  ASSERT_EQ(users.size(), 1U);
  EXPECT_TRUE(users[0].at("bytes").is_null());
  EXPECT_EQ(users[0].at("replicas")[1].at("broker"), 1);
  EXPECT_EQ(Send("GET", "/api/v1/partitions?topic=nope").status, 404);
}

TEST_F(ApiTest, StatusHasEverythingInOneLook) {
  const Json status = GetJson("/api/v1/status");
  EXPECT_EQ(status.at("mode"), "observe");
  EXPECT_EQ(status.at("ready"), true);
  EXPECT_EQ(status.at("cluster").at("brokers_serving"), 3);
  EXPECT_TRUE(status.at("cluster").at("lag").is_null()) << "one group's lag is unknown";
  EXPECT_EQ(status.at("collectors")[1].at("error"), "broker 3: timed out");
  EXPECT_TRUE(status.at("collectors")[1].at("age_seconds").is_null());
  EXPECT_EQ(status.at("executor").at("running")[0].at("id"), "op1");
  EXPECT_EQ(status.at("newest_proposal").at("id"), "p1");
  EXPECT_EQ(status.at("findings").at("anomalies")[0].at("subject"), "broker 1");
}

TEST_F(ApiTest, OldSnapshotsAreMarkedStale) {
  clock_.Advance(std::chrono::seconds(29));
  EXPECT_TRUE(GetJson("/api/v1/topics").at("snapshot").at("stale"));
}

TEST_F(ApiTest, BeforeTheFirstSnapshotReadsSayWhy) {
  backend_.snapshot = nullptr;
  backend_.detectors = nullptr;
  backend_.info.problem = "connecting to 127.0.0.1:9092: refused";
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/brokers")),
            "503 Unavailable: the cluster could not be looked at yet: connecting to "
            "127.0.0.1:9092: refused");
  const Response ready = Send("GET", "/-/ready");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(Body(ready), "not ready: connecting to 127.0.0.1:9092: refused\n");
  EXPECT_EQ(Send("GET", "/-/healthy").status, 200);
  EXPECT_TRUE(GetJson("/api/v1/status").at("cluster").is_null());
  EXPECT_TRUE(GetJson("/api/v1/proposals").at("snapshot").is_null());
}

TEST_F(ApiTest, ProposalsAndOperationsCanBeFound) {
  const Json proposal = GetJson("/api/v1/proposals/p1").at("proposal");
  EXPECT_EQ(proposal.at("moves")[0].dump(),
            R"({"after":[3,2],"before":[1,2],"bytes":3000000,"bytes_in_per_second":2048,)"
            R"("goal":"ReplicaDistributionGoal","kind":"replica","leader_before":1,"partition":0,)"
            R"("reason":"broker 3 holds 0 replicas, 2 is level","topic":"orders"})");
  EXPECT_TRUE(proposal.at("brokers")[1].at("leader_bytes_in_per_second_before").is_null());
  EXPECT_FALSE(GetJson("/api/v1/proposals").at("proposals")[0].contains("moves"));
  const Json reassign = GetJson("/api/v1/proposals/p1?format=reassign");
  EXPECT_EQ(reassign.at("partitions")[0].at("replicas"), Json::array({3, 2}));
  EXPECT_EQ(Send("GET", "/api/v1/proposals/p1?format=xml").status, 400);
  EXPECT_EQ(Send("GET", "/api/v1/proposals/p9").status, 404);
  EXPECT_EQ(GetJson("/api/v1/operations/op1").at("operation").at("steps").size(), 2U);
  EXPECT_EQ(GetJson("/api/v1/operations").at("operations")[0].at("eta_seconds"), 3);
  EXPECT_EQ(Send("GET", "/api/v1/operations/op9").status, 404);
}

TEST_F(ApiTest, GoalsCanBeAskedAboutAMove) {
  const Json answer = GetJson("/api/v1/why-not/orders-0/3").at("why_not");
  EXPECT_EQ(answer.at("to"), 3);
  EXPECT_EQ(answer.at("goals")[0].at("says"), "same");
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/why-not/nope-0/3")),
            "404 NotFound: there is no partition nope-0");
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/why-not/orders-0/x3")),
            "400 InvalidArgument: 'x3' is not the id of a broker");
  backend_.snapshot = nullptr;
  EXPECT_EQ(Send("GET", "/api/v1/why-not/orders-0/3").status, 503);
}

TEST_F(ApiTest, ANewTopicCanBePlaced) {
  const Json answer = GetJson(
                          "/api/v1/placement/clicks?partitions=12&replication_factor=2&"
                          "bytes_in_per_second=5e6&bytes=1000")
                          .at("placement");
  EXPECT_EQ(answer.at("topic"), "clicks");
  EXPECT_EQ(answer.at("wish"), "clicks x12 2 5000000 nan 1000") << "unknown is not zero";
  EXPECT_EQ(GetJson("/api/v1/placement/clicks").at("placement").at("wish"),
            "clicks x1 3 nan nan nan");
  EXPECT_EQ(Send("GET", "/api/v1/placement/orders").status, 409);
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/placement/clicks?partitions=x")),
            "400 InvalidArgument: partitions=x is not a whole number, zero or more");
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v1/placement/clicks?bytes=-1")),
            "400 InvalidArgument: bytes=-1 is not a number, zero or more");
  EXPECT_EQ(Send("GET", "/api/v1/placement/clicks?bytes=nan").status, 400);
  EXPECT_EQ(Send("GET", "/api/v1/placement/clicks?replicas=3").status, 400);
  backend_.snapshot = nullptr;
  EXPECT_EQ(Send("GET", "/api/v1/placement/clicks").status, 503);
}

TEST_F(ApiTest, CommandsReachTheBackendWithAuthorAndReason_I18) {
  const Response plan = Send("POST", "/api/v1/proposals",
                             R"({"goals":["A","B"],"seed":3,"max_bytes_to_move":9,"max_moves":4,)"
                             R"("max_duration_seconds":60,"bound":true,"reason":"why"})");
  EXPECT_EQ(plan.status, 201);
  EXPECT_EQ(Json::parse(Body(plan)).at("proposal").at("id"), "p1");
  const Response apply = Send("POST", "/api/v1/proposals/p1/apply", R"({"reason":"now"})");
  EXPECT_EQ(apply.status, 202);
  EXPECT_THAT(apply.headers, ElementsAre(std::pair<std::string, std::string>(
                                 "Location", "/api/v1/operations/op1")));
  EXPECT_EQ(Send("POST", "/api/v1/operations/op1/cancel").status, 202);
  EXPECT_THAT(backend_.commands,
              ElementsAre("plan cli:ada 'why' goal=A goal=B seed=3 max=9 moves=4 seconds=60 bound",
                          "apply p1 cli:ada 'now'", "cancel op1 cli:ada ''"));
}

TEST_F(ApiTest, OperationsCanBePausedResumedAndRolledBack) {
  EXPECT_EQ(Send("POST", "/api/v1/operations/op1/pause", R"({"reason":"lunch"})").status, 202);
  EXPECT_EQ(Send("POST", "/api/v1/operations/op1/resume").status, 202);
  const Response undo = Send("POST", "/api/v1/operations/op1/rollback");
  EXPECT_EQ(undo.status, 202);
  EXPECT_EQ(Json::parse(Body(undo)), (Json{{"operation", "op2"}, {"undoes", "op1"}}));
  EXPECT_THAT(undo.headers, ElementsAre(std::pair<std::string, std::string>(
                                "Location", "/api/v1/operations/op2")));
  backend_.undo = "";
  EXPECT_TRUE(
      Json::parse(Body(Send("POST", "/api/v1/operations/op1/rollback"))).at("operation").is_null());
  EXPECT_THAT(backend_.commands, ElementsAre("pause op1 cli:ada 'lunch'", "resume op1 cli:ada ''",
                                             "rollback op1 cli:ada ''", "rollback op1 cli:ada ''"));
  backend_.steer_error = Error(ErrorCode::kFailedPrecondition, "op1 is over");
  for (const char* verb : {"pause", "resume", "rollback"}) {
    const Response refused = Send("POST", std::string("/api/v1/operations/op1/") + verb);
    EXPECT_EQ(refused.status, 409) << verb;
    EXPECT_EQ(Json::parse(Body(refused)).at("error").at("message"), "op1 is over");
  }
}

TEST_F(ApiTest, AnOperationTellsItsPlaceInLineAndItsRollback) {
  OperationView view = testing::SmallOperation(OperationState::kPending);
  view.queue_position = 3;
  view.undoes = "op0";
  backend_.executor = std::make_shared<ExecutorView>(ExecutorView{"operate", "", {view}});
  const Json json = Json::parse(Body(Send("GET", "/api/v1/operations/op1"))).at("operation");
  EXPECT_EQ(json.at("queue_position"), 3);
  EXPECT_EQ(json.at("undoes"), "op0");
  EXPECT_TRUE(json.at("undone_by").is_null());
  EXPECT_TRUE(json.at("rollback_note").is_null());
}

TEST_F(ApiTest, APlanMayBeAskedForAnyWork) {
  EXPECT_EQ(
      Send(
          "POST", "/api/v1/proposals",
          R"({"hard_goals":["A"],"add_brokers":[4,5],"remove_brokers":[1],)"
          R"("demote_brokers":[2],"relieve_brokers":[6],"destination_brokers":[4],"exclude_destinations":[3],)"
          R"("include_topics":"a.*","exclude_topics":"b","replication_factors":["a=3"],)"
          R"("start_from":"p1",)"
          R"("leadership_only":true,"fix_offline":true})")
          .status,
      201);
  EXPECT_THAT(
      backend_.commands,
      ElementsAre(
          "plan cli:ada '' hard=A add4 add5 remove1 demote2 relieve6 to4 not-to3 topics=a.* "
          "not=b rf:a=3 from:p1 leadership offline"));
  EXPECT_EQ(Send("POST", "/api/v1/proposals",
                 R"({"log_dirs":true,"empty_log_dirs":["3:/data/b"],"brokers":[3,4]})")
                .status,
            201);
  EXPECT_EQ(backend_.commands.back(), "plan cli:ada '' log-dirs empty:3:/data/b on3 on4");
}

TEST_F(ApiTest, CommandsWithoutAuthorOrJsonTypeChangeNothing) {
  EXPECT_THAT(ErrorOf(Send("POST", "/api/v1/proposals/p1/apply", "{}", "")),
              HasSubstr("400 InvalidArgument: the header X-Levelwind-Author"));
  EXPECT_EQ(Send("POST", "/api/v1/proposals/p1/apply", "{}", "a\nb").status, 400);
  EXPECT_EQ(Send("POST", "/api/v1/proposals/p1/apply", "{}", std::string(129, 'a')).status, 400);
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", ""}) {
    EXPECT_EQ(Send("POST", "/api/v1/proposals/p1/apply", "{}", "a", type).status, 415) << type;
    EXPECT_EQ(Send("POST", "/api/v1/proposals", "{}", "a", type).status, 415) << type;
    EXPECT_EQ(Send("POST", "/api/v1/operations/op1/cancel", "{}", "a", type).status, 415) << type;
  }
  EXPECT_THAT(backend_.commands, IsEmpty());
}

TEST_F(ApiTest, BadBodiesAreRefusedWithTheirReason) {
  struct Case {
    std::string body;
    std::string reason;
  };
  for (const Case& bad : std::vector<Case>{
           {"x", "the body must be one JSON object"},
           {"[]", "the body must be one JSON object"},
           {"{\"reason\":1}", "reason must be a text"},
           {"{\"reason\":\"" + std::string(2000, 'a') + "\"}", "reason must be a text"},
           {"{\"seed\":-1}", "seed must be a whole number"},
           {"{\"seed\":1.5}", "seed must be a whole number"},
           {"{\"goals\":\"A\"}", "goals must be a list"},
           {"{\"goals\":[1]}", "goals must be a list"},
           {"{\"max_bytes_to_move\":\"1\"}", "max_bytes_to_move must be"},
           {"{\"max_moves\":-1}", "max_moves must be"},
           {"{\"max_duration_seconds\":-1}", "max_duration_seconds must be"},
           {"{\"bound\":1}", "bound must be"},
           {"{\"hard_goals\":[null]}", "hard_goals must be a list of goal names"},
           {"{\"add_brokers\":4}", "add_brokers must be a list of broker ids"},
           {"{\"remove_brokers\":[-1]}", "remove_brokers must be a list of broker ids"},
           {"{\"remove_brokers\":[2147483648]}", "remove_brokers must be a list of broker ids"},
           {"{\"demote_brokers\":[1.5]}", "demote_brokers must be a list of broker ids"},
           {"{\"include_topics\":[]}", "include_topics must be a text"},
           {"{\"replication_factors\":[3]}", "replication_factors must be a list of PATTERN=N"},
           {"{\"log_dirs\":1}", "log_dirs must be true or false"},
           {"{\"empty_log_dirs\":[3]}", "empty_log_dirs must be a list of BROKER:PATH"},
           {"{\"brokers\":[\"3\"]}", "brokers must be a list of broker ids"},
           {"{\"fix_offline\":\"yes\"}", "fix_offline must be true or false"},
           {"{\"max_bytes_to_move\":18446744073709551615}", "max_bytes_to_move must be"},
           {"{\"sed\":1}",
            "the body has an unknown key 'sed'; known are: reason, goals, hard_goals"},
           {std::string(100'000, '['), "the body must be one JSON object"},
           {"{\"goals\":" + std::string(100, '[') + std::string(100, ']') + "}",
            "the body must be one JSON object"}}) {
    EXPECT_THAT(ErrorOf(Send("POST", "/api/v1/proposals", bad.body)),
                HasSubstr("400 InvalidArgument: " + bad.reason))
        << bad.body.substr(0, 60);
  }
  EXPECT_THAT(backend_.commands, IsEmpty());
}

TEST_F(ApiTest, ErrorsOfTheBackendKeepTheirCode) {
  struct Case {
    Error error;
    std::string answer;
  };
  const std::vector<Case> cases = {
      {Error(ErrorCode::kAborted, "the cluster changed"), "409 Aborted: the cluster changed"},
      {Error(ErrorCode::kPermissionDenied, "observe mode"), "403 PermissionDenied: observe mode"},
      {Error(ErrorCode::kResourceExhausted, "full"), "429 ResourceExhausted: full"},
      {Error(ErrorCode::kDeadlineExceeded, "slow"), "504 DeadlineExceeded: slow"},
      {Error(ErrorCode::kInternal, "oops"), "500 Internal: oops"}};
  for (const Case& one : cases) {
    backend_.apply_error = one.error;
    EXPECT_EQ(ErrorOf(Send("POST", "/api/v1/proposals/p1/apply")), one.answer);
  }
}

TEST_F(ApiTest, UnknownPathsAndMethods) {
  EXPECT_EQ(ErrorOf(Send("GET", "/api/v2/status")),
            "404 NotFound: there is nothing at '/api/v2/status'; GET / lists what there is");
  const Response wrong = Send("DELETE", "/api/v1/proposals");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong.headers,
              ElementsAre(std::pair<std::string, std::string>("Allow", "GET, HEAD, POST")));
  EXPECT_EQ(Send("GET", "/api/v1/proposals/p1/apply").status, 405);
  EXPECT_EQ(Send("HEAD", "/-/healthy").status, 200);
  EXPECT_THAT(Body(Send("GET", "/")), HasSubstr("POST /api/v1/proposals/{id}/apply"));
}

TEST_F(ApiTest, HostileNamesGiveValidJson) {
  auto snapshot = testing::SmallSnapshot(clock_.Now());
  snapshot->groups[0].name = "g\"<img>\xff\n";
  snapshot->topics[0].name = std::string("t\0\x1b[31m", 7);
  backend_.snapshot = snapshot;
  EXPECT_EQ(GetJson("/api/v1/groups").at("groups")[0].at("group"), "g\"<img>\xef\xbf\xbd\n");
  EXPECT_EQ(GetJson("/api/v1/topics").at("topics")[0].at("topic").get<std::string>().size(), 7U);
}

TEST_F(ApiTest, ProbesNeverWaitBehindOtherRequests) {
  const auto lane = [&](const std::string& method, const std::string& target) {
    Request request;
    request.method = method;
    EXPECT_TRUE(ParseTarget(target, request).ok());
    return api_.LaneOf(request);
  };
  EXPECT_EQ(lane("GET", "/-/healthy"), Lane::kProbe);
  EXPECT_EQ(lane("GET", "/-/ready"), Lane::kProbe);
  EXPECT_EQ(lane("GET", "/metrics"), Lane::kRead);
  EXPECT_EQ(lane("POST", "/api/v1/proposals"), Lane::kCommand);
  EXPECT_EQ(lane("GET", "/nothing"), Lane::kProbe);
}

}  // namespace
}  // namespace levelwind::api
