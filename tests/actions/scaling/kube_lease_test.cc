// Who of several daemons acts.
#include "actions/scaling/kube_lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actions/scaling/fake_kube.h"
#include "tests/support/manual_clock.h"

namespace levelwind::actions {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kPath = "/apis/coordination.k8s.io/v1/namespaces/kafka/leases/levelwind";

class KubeLeaseTest : public ::testing::Test {
 protected:
  struct Daemon {
    std::unique_ptr<KubeClient> client;
    std::unique_ptr<KubeLease> lease;
  };
  Daemon Make(const std::string& identity) {
    Daemon daemon;
    daemon.client = *KubeClient::Make(kube_.Options(), clock_);
    LeaseOptions options;
    options.identity = identity;
    EXPECT_TRUE(KubeLease::CheckOptions(options).ok());
    daemon.lease = std::make_unique<KubeLease>(options, *daemon.client, clock_);
    return daemon;
  }
  /// One daemon looks, two seconds later.
  void Tick(Daemon& daemon) {
    clock_.Advance(2s);
    daemon.lease->Step(clock_.Now());
  }
  bool Leads(const Daemon& daemon) const { return daemon.lease->Leads(clock_.Now()); }

  testing::FakeKube kube_;
  testing::ManualClock clock_;
};

TEST_F(KubeLeaseTest, TheFirstTakesItAndTheSecondFollows) {
  Daemon one = Make("one"), two = Make("two");
  EXPECT_FALSE(Leads(one));
  EXPECT_THAT(one.lease->MayAct().error().message(), HasSubstr("nobody has it yet"));
  one.lease->Step(clock_.Now());
  EXPECT_TRUE(Leads(one));
  EXPECT_TRUE(one.lease->MayAct().ok());
  const auto spec = kube_.Get(kPath)["spec"];
  EXPECT_EQ(spec["holderIdentity"], "one");
  EXPECT_EQ(spec["leaseDurationSeconds"], 15);
  EXPECT_EQ(spec["leaseTransitions"], 0);
  EXPECT_EQ(spec["acquireTime"], "2026-01-01T00:00:00.000000Z") << "six digits, as MicroTime has";
  for (int i = 0; i < 20; ++i) {
    Tick(one);
    two.lease->Step(clock_.Now());
    EXPECT_TRUE(Leads(one));
    EXPECT_FALSE(Leads(two));
  }
  EXPECT_EQ(two.lease->MayAct().error().message(),
            "we do not hold the lease levelwind (one has it), so that another daemon acts");
  EXPECT_EQ(kube_.Get(kPath)["spec"]["acquireTime"], "2026-01-01T00:00:00.000000Z") << "kept";
}

TEST_F(KubeLeaseTest, ASilentHolderIsFollowedOnlyAfterTheWholeLease) {
  Daemon one = Make("one"), two = Make("two");
  one.lease->Step(clock_.Now());
  two.lease->Step(clock_.Now());
  const SteadyTime seen = clock_.Now();
  while (!Leads(two) && clock_.Now() - seen < 60s) Tick(two);
  EXPECT_GE(clock_.Now() - seen, 15s);
  EXPECT_LE(clock_.Now() - seen, 18s);
  EXPECT_FALSE(Leads(one)) << "it stopped by itself long before";
  EXPECT_EQ(two.lease->epoch(), 1U) << "it changed hands once";
  one.lease->Step(clock_.Now());
  EXPECT_FALSE(Leads(one));
  EXPECT_EQ(one.lease->holder(), "two");
}

TEST_F(KubeLeaseTest, AForeignClockIsNotBelieved) {
  Daemon two = Make("two");
  kube_.Put(kPath, {{"metadata", {{"name", "levelwind"}}},
                    {"spec",
                     {{"holderIdentity", "one"},
                      {"leaseDurationSeconds", 15},
                      {"renewTime", "2001-01-01T00:00:00.000000Z"},
                      {"leaseTransitions", 7}}}});
  for (int i = 0; i < 6; ++i) {
    two.lease->Step(clock_.Now());
    EXPECT_FALSE(Leads(two)) << "renewed 25 years ago by a clock that is not ours";
    clock_.Advance(2s);
  }
  for (int i = 0; i < 3; ++i) Tick(two);
  EXPECT_TRUE(Leads(two)) << "but in our own 15 s it did not change";
  EXPECT_EQ(two.lease->epoch(), 8U);
}

TEST_F(KubeLeaseTest, WhoCannotRenewStopsAtTheDeadlineHoweverLongACallHangs) {
  Daemon one = Make("one");
  one.lease->Step(clock_.Now());
  clock_.Advance(9s);
  EXPECT_TRUE(Leads(one));
  clock_.Advance(1s);
  EXPECT_FALSE(Leads(one)) << "without any Step in between";
  for (int i = 0; i < 3; ++i) kube_.Force({"GET", "leases", 500, R"({"message":"etcd"})"});
  Tick(one);
  EXPECT_FALSE(Leads(one));
  EXPECT_THAT(one.lease->MayAct().error().message(), HasSubstr("500 etcd"));
  EXPECT_THAT(one.lease->problem(), HasSubstr("reading the lease levelwind: 500 etcd"));
  Tick(one);
  Tick(one);
  Tick(one);
  EXPECT_TRUE(Leads(one)) << "still ours by its name";
  EXPECT_EQ(one.lease->epoch(), 0U);
}

TEST_F(KubeLeaseTest, ALostRaceIsNoLead) {
  Daemon one = Make("one");
  kube_.Force({"POST", "leases", 409, "{}"});
  one.lease->Step(clock_.Now());
  EXPECT_FALSE(Leads(one));
  Tick(one);
  EXPECT_TRUE(Leads(one));
  kube_.Force({"PUT", "leases", 409, "{}"});
  Tick(one);
  EXPECT_TRUE(Leads(one)) << "the renewal before is good for ten seconds";
  EXPECT_EQ(one.lease->Step(clock_.Now()), clock_.Now() + 2s) << "not sooner than due";
}

TEST_F(KubeLeaseTest, WhoeverTakesItFromUsIsBelievedAtOnce) {
  Daemon one = Make("one");
  one.lease->Step(clock_.Now());
  auto lease = kube_.Get(kPath);
  lease["spec"]["holderIdentity"] = "two";
  kube_.Put(kPath, lease);
  Tick(one);
  EXPECT_FALSE(Leads(one)) << "though our last renewal is two seconds old";
}

TEST_F(KubeLeaseTest, GivenUpItIsFreeAtOnce) {
  Daemon one = Make("one"), two = Make("two");
  one.lease->Step(clock_.Now());
  two.lease->Step(clock_.Now());
  two.lease->Release();
  EXPECT_EQ(kube_.Get(kPath)["spec"]["holderIdentity"], "one") << "not ours to give";
  one.lease->Release();
  EXPECT_FALSE(Leads(one));
  EXPECT_EQ(kube_.Get(kPath)["spec"]["holderIdentity"], "");
  EXPECT_EQ(kube_.Get(kPath)["spec"]["leaseDurationSeconds"], 1);
  Tick(two);
  EXPECT_TRUE(Leads(two));
  EXPECT_EQ(two.lease->epoch(), 1U);
}

TEST_F(KubeLeaseTest, TimesHaveToFitEachOther) {
  LeaseOptions options;
  EXPECT_THAT(KubeLease::CheckOptions(options).error().message(), HasSubstr("identity"));
  options.identity = "one";
  options.renew_deadline = 15s;
  EXPECT_THAT(KubeLease::CheckOptions(options).error().message(), HasSubstr("longer than the"));
  options.renew_deadline = 2s;
  EXPECT_FALSE(KubeLease::CheckOptions(options).ok());
  options = LeaseOptions{};
  options.identity = "one";
  options.name = "Level/Wind";
  EXPECT_THAT(KubeLease::CheckOptions(options).error().message(), HasSubstr("no name of a lease"));
}

}  // namespace
}  // namespace levelwind::actions
