// Writing /scale: who else writes, what races, what is not allowed.
#include "actions/scaling/kube_scaler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actions/scaling/fake_kube.h"
#include "tests/actions/scaling/scaling_harness.h"

namespace levelwind::actions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

constexpr const char* kOrders = "/apis/apps/v1/namespaces/shop/deployments/orders";
constexpr const char* kHpas = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers";
constexpr const char* kScaledObjects = "/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects";

class KubeScalerTest : public testing::ScalingHarness {
 protected:
  KubeScalerTest() {
    kube_.AddDeployment("orders", 5);
    SetWriters(kHpas, Json::array());
    auto client = KubeClient::Make(kube_.Options(), clock_);
    EXPECT_TRUE(client.ok()) << (client.ok() ? "" : client.error().message());
    client_ = *std::move(client);
    Make({});
  }
  void Make(KubeScalerOptions options) {
    scaler_ =
        std::make_unique<KubeScaler>(options, *client_, *log_, clock_, [this] { return may_act_; });
  }
  void SetWriters(const char* path, const Json& items) {
    kube_.Put(path, {{"kind", "List"}, {"items", items}});
  }
  static Json Writer(const std::string& name, const Json& target) {
    return {{"metadata", {{"name", name}}}, {"spec", {{"scaleTargetRef", target}}}};
  }
  int Replicas() const { return kube_.Get(kOrders)["spec"]["replicas"]; }
  std::string ErrorOf(const Result<ScalingOutcome>& outcome) {
    return outcome.ok() ? "outcome " + outcome->state : outcome.error().ToString();
  }

  testing::FakeKube kube_;
  std::unique_ptr<KubeClient> client_;
  std::unique_ptr<KubeScaler> scaler_;
  Status may_act_;
};

TEST_F(KubeScalerTest, PatchesTheScaleThatItReadAndJournalsIt) {
  const std::string version = kube_.Get(kOrders)["metadata"]["resourceVersion"];
  const auto outcome = scaler_->Apply(Decision(5, 7));
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome->state, "applied");
  EXPECT_EQ(outcome->from, 5);
  EXPECT_EQ(outcome->to, 7);
  EXPECT_EQ(outcome->number, 1841U);
  EXPECT_EQ(Replicas(), 7);
  const auto writes = kube_.writes();
  ASSERT_EQ(writes.size(), 1U);
  EXPECT_EQ(writes[0].method, "PATCH");
  EXPECT_EQ(writes[0].path, std::string(kOrders) + "/scale");
  EXPECT_EQ(writes[0].query, "fieldManager=levelwind&");
  EXPECT_EQ(Json::parse(writes[0].body),
            Json({{"metadata", {{"resourceVersion", version}}}, {"spec", {{"replicas", 7}}}}));
  EXPECT_THAT(Audit(), ElementsAre("autoscale/orders/1841 | kubernetes PATCH scale | Deployment "
                                   "shop/orders: 5 -> 7 | ok"));
}

TEST_F(KubeScalerTest, WhatIsThereAlreadyIsNotSentAgain) {
  const auto outcome = scaler_->Apply(Decision(5, 5));
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->state, "applied");
  EXPECT_THAT(kube_.writes(), IsEmpty());
  EXPECT_THAT(Audit(), IsEmpty());
}

TEST_F(KubeScalerTest, FromAndToZero) {
  ASSERT_EQ(ErrorOf(scaler_->Apply([&] {
              auto decision = Decision(5, 0, 1);
              decision.min_members = 0;
              return decision;
            }())),
            "outcome applied");
  EXPECT_EQ(Replicas(), 0);
  const auto seen = scaler_->Observe(Decision(0, 0).target);
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(seen->replicas, 0);
  const auto woken = scaler_->Apply(Decision(0, 3, 2));
  ASSERT_TRUE(woken.ok()) << woken.error();
  EXPECT_EQ(woken->from, 0) << "a scale without the field has none";
  EXPECT_EQ(Replicas(), 3);
}

TEST_F(KubeScalerTest, ADryRunChangesNothing) {
  Make({.dry_run = true});
  const auto outcome = scaler_->Apply(Decision(5, 7));
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->state, "dry_run");
  EXPECT_EQ(Replicas(), 5);
  EXPECT_EQ(kube_.writes().at(0).query, "dryRun=All&fieldManager=levelwind&");
  EXPECT_THAT(Audit().at(0), HasSubstr("5 -> 7 (dry run) | ok"));
}

TEST_F(KubeScalerTest, RefusesWhereAnotherWritesAndNamesIt) {
  const Json target = {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", "orders"}};
  Json other = target;
  other["name"] = "users";
  Json same_name = {{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"name", "orders"}};
  SetWriters(kHpas, {Writer("users-hpa", other), Writer("set-hpa", same_name)});
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(5, 6, 1))), "outcome applied");
  SetWriters(kHpas, {Writer("users-hpa", other), Writer("orders-hpa", target)});
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(6, 7, 2))),
            "FailedPrecondition: HorizontalPodAutoscaler shop/orders-hpa also scales Deployment "
            "shop/orders, and two writers would fight; delete it, or set the group's mode to "
            "recommend and let it ask us");
  SetWriters(kHpas, Json::array());
  SetWriters(kScaledObjects, Json::array({Writer("orders-so", {{"name", "orders"}})}));
  EXPECT_THAT(ErrorOf(scaler_->Apply(Decision(6, 7, 3))),
              HasSubstr("ScaledObject shop/orders-so also scales"));
  EXPECT_EQ(Replicas(), 6);
}

TEST_F(KubeScalerTest, WhereWritersCannotBeToldNothingIsChanged) {
  kube_.Force({"GET", "horizontalpodautoscalers", 403, R"({"message":"no rights"})"});
  const std::string error = ErrorOf(scaler_->Apply(Decision(5, 7)));
  EXPECT_THAT(error, HasSubstr("PermissionDenied: looking for a HorizontalPodAutoscaler that also "
                               "scales Deployment shop/orders: 403 no rights; grant it"));
  EXPECT_EQ(Replicas(), 5);
}

TEST_F(KubeScalerTest, FollowsPagesOfWriters) {
  kube_.Force(
      {"GET", "horizontalpodautoscalers", 200, R"({"items":[],"metadata":{"continue":"a/b"}})"});
  SetWriters(kHpas,
             Json::array({Writer("orders-hpa", {{"kind", "Deployment"}, {"name", "orders"}})}));
  EXPECT_THAT(ErrorOf(scaler_->Apply(Decision(5, 7))), HasSubstr("orders-hpa also scales"));
}

TEST_F(KubeScalerTest, ARaceOnOtherFieldsIsReadAgain) {
  kube_.Before("PATCH", [&] {
    Json object = kube_.Get(kOrders);
    object["status"]["readyReplicas"] = 4;
    kube_.Put(kOrders, object);
  });
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(5, 7))), "outcome applied");
  EXPECT_EQ(Replicas(), 7);
  EXPECT_EQ(kube_.writes().size(), 2U);
  EXPECT_THAT(Audit(), ElementsAre(HasSubstr("| Aborted: "), HasSubstr("| ok")));
}

TEST_F(KubeScalerTest, ARaceOnTheReplicasIsDecidedAnew) {
  kube_.Before("PATCH", [&] {
    Json object = kube_.Get(kOrders);
    object["spec"]["replicas"] = 9;
    kube_.Put(kOrders, object);
  });
  const auto outcome = scaler_->Apply(Decision(5, 7));
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->state, "superseded");
  EXPECT_THAT(outcome->detail, HasSubstr("set to 9 replicas by somebody else"));
  EXPECT_EQ(Replicas(), 9) << "not overwritten";
}

TEST_F(KubeScalerTest, ConflictsHaveAnEnd) {
  for (int i = 0; i < 3; ++i) kube_.Force({"PATCH", "scale", 409, R"({"message":"modified"})"});
  EXPECT_THAT(ErrorOf(scaler_->Apply(Decision(5, 7))), HasSubstr("Aborted: scaling Deployment"));
  EXPECT_EQ(kube_.writes().size(), 3U);
}

TEST_F(KubeScalerTest, WhatTheServerRefusesIsToldWithTheNextStep) {
  kube_.Force({"PATCH", "scale", 403, R"({"message":"deployments.apps is forbidden"})"});
  EXPECT_THAT(ErrorOf(scaler_->Apply(Decision(5, 7, 1))),
              HasSubstr("PermissionDenied: scaling Deployment shop/orders from 5 to 7: 403 "
                        "deployments.apps is forbidden; grant it to our service account"));
  kube_.Force({"PATCH", "scale", 422, R"({"message":"must be at most 6"})"});
  const auto refused = scaler_->Apply(Decision(5, 7, 2));
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->state, "refused");
  EXPECT_THAT(refused->detail, HasSubstr("422 must be at most 6"));
  kube_.Force({"GET", "orders/scale", 404, R"({"message":"no such thing"})"});
  EXPECT_THAT(ErrorOf(scaler_->Apply(Decision(5, 7, 3))),
              HasSubstr("NotFound: reading the scale of Deployment shop/orders: 404"));
}

TEST_F(KubeScalerTest, WhenAskedToWaitItWaits) {
  kube_.Force({"PATCH", "scale", 429, R"({"message":"too many"})", "7"});
  const auto busy = scaler_->Apply(Decision(5, 7));
  ASSERT_FALSE(busy.ok());
  EXPECT_TRUE(busy.error().retriable());
  const int before = kube_.requests();
  EXPECT_THAT(ErrorOf(scaler_->Apply(Decision(5, 7))), HasSubstr("left alone for another 7 s"));
  EXPECT_EQ(kube_.requests(), before) << "nothing is sent meanwhile";
  clock_.Advance(std::chrono::seconds(7));
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(5, 7))), "outcome applied");
}

TEST_F(KubeScalerTest, ARolloutIsWaitedFor) {
  Json object = kube_.Get(kOrders);
  object["status"]["updatedReplicas"] = 3;
  kube_.Put(kOrders, object);
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(5, 7, 1))),
            "FailedPrecondition: Deployment shop/orders is being rolled out (3 of 5 replicas are "
            "of the new version); held until that is over");
  object["metadata"]["generation"] = 5;
  object["status"]["updatedReplicas"] = 5;
  kube_.Put(kOrders, object);
  EXPECT_THAT(ErrorOf(scaler_->Apply(Decision(5, 7, 1))), HasSubstr("not seen generation 5 yet"));
  EXPECT_THAT(kube_.writes(), IsEmpty());
}

TEST_F(KubeScalerTest, OnlyDecisionsThatMayBeActedOn) {
  const auto error = [&](auto change) {
    ScalingDecision decision = Decision(5, 7);
    change(decision);
    return ErrorOf(scaler_->Apply(decision));
  };
  EXPECT_THAT(error([](auto& d) { d.mode = ScalingMode::kRecommend; }),
              HasSubstr("in mode recommend, and only act"));
  EXPECT_THAT(error([](auto& d) { d.stale = true; }), HasSubstr("held for want of data"));
  EXPECT_THAT(error([](auto& d) { d.desired = kUnknownCount; }), HasSubstr("held for want"));
  EXPECT_THAT(error([](auto& d) { d.desired = 25; }), HasSubstr("not from 1 to 24"));
  EXPECT_THAT(error([](auto& d) { d.desired = 0; }), HasSubstr("not from 1 to 24"));
  EXPECT_THAT(error([](auto& d) { d.expires_at = d.at, d.expires_at.unix_ms -= 1; }),
              HasSubstr("was good until"));
  EXPECT_THAT(error([](auto& d) { d.target.kind = "cronjob"; }), HasSubstr("'cronjob' is no kind"));
  EXPECT_THAT(error([](auto& d) { d.target.name = "../../secrets"; }), HasSubstr("is not a name"));
  may_act_ = Error(ErrorCode::kPermissionDenied, "we do not hold the lease");
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(5, 7))), "PermissionDenied: we do not hold the lease");
  EXPECT_EQ(kube_.requests(), 0);
}

TEST_F(KubeScalerTest, ALostLeaseStopsRightBeforeTheWrite) {
  kube_.Before("GET", [&] { may_act_ = Error(ErrorCode::kPermissionDenied, "lost it"); });
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(5, 7))), "PermissionDenied: lost it");
  EXPECT_THAT(kube_.writes(), IsEmpty());
}

TEST_F(KubeScalerTest, AnOlderDecisionIsFencedOff) {
  ASSERT_EQ(ErrorOf(scaler_->Apply(Decision(5, 7, 10))), "outcome applied");
  EXPECT_EQ(ErrorOf(scaler_->Apply(Decision(5, 6, 9))), "outcome superseded");
  ScalingDecision newer = Decision(5, 6, 1);
  newer.epoch = 4;
  EXPECT_EQ(ErrorOf(scaler_->Apply(newer)), "outcome applied") << "a later leader counts anew";
  EXPECT_EQ(Replicas(), 6);
}

TEST_F(KubeScalerTest, OtherKinds) {
  kube_.Put(
      "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/orders",
      {{"metadata", {{"name", "orders"}, {"generation", 3}}},
       {"spec", {{"replicas", 2}}},
       {"status", {{"observedGeneration", "3"}, {"stableRS", "a"}, {"currentPodHash", "b"}}}});
  ScalingDecision decision = Decision(2, 4);
  decision.target = {"rollout", "", "", "", "shop", "orders"};
  EXPECT_THAT(ErrorOf(scaler_->Apply(decision)), HasSubstr("version b is taking over from a"));
  kube_.Put("/apis/kafka.strimzi.io/v1beta2/namespaces/shop/kafkaconnectors/sink",
            {{"metadata", {{"name", "sink"}, {"generation", 3}}},
             {"spec", {{"tasksMax", 2}, {"replicas", 2}}},
             {"status", {{"observedGeneration", 3}}}});
  decision.target = {"kafkaconnector", "", "", "", "shop", "sink"};
  EXPECT_EQ(ErrorOf(scaler_->Apply(decision)), "outcome applied");
  kube_.Put("/apis/acme.example/v1/namespaces/shop/workers/w",
            {{"metadata", {{"name", "w"}}}, {"spec", {{"replicas", 2}}}});
  decision.target = {"custom", "acme.example", "v1", "workers", "shop", "w"};
  EXPECT_EQ(ErrorOf(scaler_->Apply(decision)), "outcome applied");
  SetWriters(
      kHpas,
      Json::array({Writer(
          "w-hpa", {{"apiVersion", "acme.example/v1"}, {"kind", "Worker"}, {"name", "w"}})}));
  decision.number = 1842;
  EXPECT_THAT(ErrorOf(scaler_->Apply(decision)), HasSubstr("w-hpa also scales workers.acme"));
}

TEST_F(KubeScalerTest, AStatefulSetRollsOutWhileItsRevisionsDiffer) {
  const char* const path = "/apis/apps/v1/namespaces/shop/statefulsets/orders";
  Json object = {{"metadata", {{"name", "orders"}, {"generation", 3}}},
                 {"spec", {{"replicas", 4}}},
                 {"status",
                  {{"observedGeneration", 3},
                   {"replicas", 4},
                   {"currentRevision", "a"},
                   {"updateRevision", "a"}}}};
  kube_.Put(path, object);
  ScalingTarget target{"statefulset", "", "", "", "shop", "orders"};
  ASSERT_TRUE(scaler_->Observe(target).ok());
  EXPECT_FALSE(scaler_->Observe(target)->rollout) << "updatedReplicas is left out then";
  EXPECT_EQ(scaler_->Observe(target)->ready, 0);
  EXPECT_EQ(scaler_->Observe(target)->pods, 4);
  EXPECT_EQ(scaler_->Observe(target)->revision, "a");
  object["status"]["updateRevision"] = "b";
  kube_.Put(path, object);
  EXPECT_TRUE(scaler_->Observe(target)->rollout);
  EXPECT_EQ(scaler_->Observe(target)->revision, "") << "both run";
}

TEST_F(KubeScalerTest, WithoutTheJournalNothingIsSent) {
  class Broken final : public store::OperationJournal {
    Status Commit(const store::JournalBatch&) override { return Unavailable("disk full"); }
    Result<std::vector<store::StoredOperation>> LoadOperations(std::size_t) override {
      return {{}};
    }
    Result<store::StoredOperation> LoadOperation(const std::string&) override {
      return NotFound("");
    }
    Result<std::vector<store::SentMove>> LoadSentMoves(WallTime) override { return {{}}; }
    Result<std::vector<store::PreimageRecord>> LoadOpenPreimages() override { return {{}}; }
    Result<std::uint64_t> NextOperationNumber() override { return std::uint64_t{1}; }
    std::uint64_t generation() const override { return 1; }
  } broken;
  ActionLog log(broken, clock_);
  KubeScaler scaler({}, *client_, log, clock_, nullptr);
  EXPECT_THAT(ErrorOf(scaler.Apply(Decision(5, 7))), HasSubstr("could not be journalled"));
  EXPECT_THAT(kube_.writes(), IsEmpty());
}

}  // namespace
}  // namespace levelwind::actions
