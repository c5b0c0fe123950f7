// The judge finds what is put into a history that is clean. Each case spoils the record of a real
// run in one way.
#include "tests/executor_proof/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "tests/executor_proof/judge_state.h"
#include "tests/executor_proof/rig.h"

namespace levelwind::testing {
namespace {

using Spoil = std::function<void(History&)>;

// Whether any copy took so long that the journal has it under way.
bool SawCopies(const History& history) {
  return std::any_of(history.events.begin(), history.events.end(), [](const Event& event) {
    const auto& steps = event.batch.steps;
    return std::any_of(steps.begin(), steps.end(), [](const auto& change) {
      return change.step.state == StepState::kInProgress;
    });
  });
}

// Copies between brokers, between log dirs, an election and throttles.
History CleanRun() {
  for (std::uint64_t seed = 1;; ++seed) {
    Rig rig(seed);
    std::set<MoveKind> kinds;
    for (const Move& move : rig.plan.moves) kinds.insert(move.kind);
    if (kinds.size() < 3 || rig.h.options.throttle_bytes_per_s == 0) continue;
    if (rig.plan.moves.front().before.size() < 2) continue;
    rig.Start();
    EXPECT_TRUE(rig.Submit().ok());
    EXPECT_TRUE(rig.RunToEnd());
    EXPECT_EQ(rig.Verdict(), "");
    if (SawCopies(rig.history)) return rig.history;
  }
}

// The first request that copies a replica to a new broker.
Event& Copy(History& history) {
  return *std::find_if(history.events.begin(), history.events.end(), [](const Event& event) {
    const auto& requests = event.request.reassignments;
    return std::any_of(requests.begin(), requests.end(), [&](const auto& request) {
      const PartitionState& now = event.state->partitions.at(request.partition);
      return !Without(*request.replicas, now.replicas).empty();
    });
  });
}

Event& First(History& history, const std::function<bool(const Event&)>& fits) {
  return *std::find_if(history.events.begin(), history.events.end(), fits);
}

Event& Appending(History& history) {
  return First(history, [](const Event& event) {
    return !event.request.configs.empty() &&
           event.request.configs.front().op == kafka::ConfigOp::kAppend;
  });
}

ClusterState& Change(Event& event) {
  auto copy = std::make_shared<ClusterState>(*event.state);
  ClusterState& changed = *copy;
  event.state = std::move(copy);
  return changed;
}

PartitionState& CopiedPartition(Event& event) {
  const TopicPartition partition = event.request.reassignments.front().partition;
  return Change(event).partitions.at(partition);
}

// Two copies to the broker that the first one goes to; its limits.
Limits& Crowd(History& history) {
  Event& event = Copy(history);
  const auto& request = event.request.reassignments.front();
  ClusterState& state = Change(event);
  const auto added = Without(*request.replicas, state.partitions.at(request.partition).replicas);
  PartitionState& other = state.partitions[{"crowd", 0}];
  other.replicas = {77, added.front()};
  other.adding = {added.front()};
  other.leader = 77;
  other.size = 100;
  other.moving = true;
  return history.limits;
}

void EachRow(History& history, const std::function<void(store::StepRecord&)>& spoil) {
  for (Event& event : history.events) {
    for (auto& change : event.batch.steps) spoil(change.step);
  }
}

struct Case {
  const char* rule;
  const char* what;
  Spoil spoil;
};

const Case kCases[] = {
    {"I1", "NothingWasAnnounced",
     [](History& h) {
       EachRow(h, [](store::StepRecord& row) { row.delivery = store::Delivery::kNone; });
     }},
    {"I1", "NoPreImage",
     [](History& h) {
       for (Event& event : h.events) event.batch.preimages.clear();
     }},
    {"I1", "DoneBeforeItWas",
     [](History& h) {
       EachRow(h, [](store::StepRecord& row) {
         if (row.state == StepState::kInProgress) row.state = StepState::kDone;
       });
     }},
    {"I2", "SentAgainWhenItWasDone",
     [](History& h) {
       Event& event = Copy(h);
       CopiedPartition(event).replicas = *event.request.reassignments.front().replicas;
     }},
    {"I2", "NeverEnds",
     [](History& h) {
       for (Event& event : h.events) {
         for (auto& row : event.batch.operations) {
           row.state = OperationState::kRunning;
           row.hold_reason.clear();
         }
       }
     }},
    {"I3", "AnotherTarget",
     [](History& h) { Copy(h).request.reassignments.front().replicas->push_back(77); }},
    {"I3", "KafkaIsNotAskedToGuard",
     [](History& h) {
       bool& allow = Copy(h).request.allow_factor_change;
       allow = !allow;
     }},
    {"I4", "TakenBackWithNewReplicasInSyncOnly",
     [](History& h) {
       EachRow(h, [](store::StepRecord& row) {
         if (row.state == StepState::kSubmitted) row.cancel = store::CancelCause::kOperator;
       });
       Event& event = Copy(h);
       const auto target = *event.request.reassignments.front().replicas;
       PartitionState& now = CopiedPartition(event);
       now.adding = Without(target, now.replicas);
       now.removing = Without(now.replicas, target);
       now.isr = now.adding;
       now.moving = true;
       event.request.reassignments.front().replicas.reset();
     }},
    {"I5", "OthersAreUnderTheirMinIsr",
     [](History& h) {
       ClusterState& state = Change(Copy(h));
       TopicPartition quiet{"quiet", 0};
       state.partitions[quiet].replicas = {1, 2};
       state.partitions[quiet].isr = {1};
       state.min_isr["quiet"] = 2;
     }},
    {"I6", "TooManyMoves", [](History& h) { h.limits.moves_cluster = 0; }},
    {"I6", "TooManyOnABroker", [](History& h) { h.limits.moves_per_broker = 0; }},
    {"I6", "TooManyBetweenLogDirs", [](History& h) { h.limits.moves_per_dir = 0; }},
    {"I6", "TooManyBytesOnABroker", [](History& h) { Crowd(h).bytes_per_broker = 1; }},
    {"I6", "StartedTooFast", [](History& h) { h.limits.started_bytes_per_s = 1; }},
    {"I6", "TooManyInADay", [](History& h) { h.limits.moves_per_day = 1; }},
    {"I6", "TooMuchInADay", [](History& h) { h.limits.bytes_per_day = 1; }},
    {"I7", "CopiedWithoutAThrottle", [](History& h) { Change(Copy(h)).throttles.clear(); }},
    {"I7", "AListIsOverwritten",
     [](History& h) { Appending(h).request.configs.front().op = kafka::ConfigOp::kSet; }},
    {"I7", "ARateOfOthersIsOverwritten",
     [](History& h) {
       Event& event = First(h, [](const Event& e) {
         return !e.request.configs.empty() &&
                e.request.configs.front().resource.type == kafka::ConfigResourceType::kBroker;
       });
       const auto& change = event.request.configs.front();
       Change(event).throttles[{false, change.resource.name, change.key}] = "4711";
     }},
    {"I7", "SomethingIsLeft",
     [](History& h) {
       Change(h.events.back()).throttles[{true, "t0", "follower.replication.throttled.replicas"}] =
           "0:1";
     }},
    {"I8", "OnFewerRacks",
     [](History& h) {
       ClusterState& state = Change(h.events.back());
       for (const auto& [partition, now] : state.partitions) {
         if (now.replicas.size() < 2) continue;
         for (BrokerId broker : now.replicas) state.racks[broker] = "the only one";
         return;
       }
     }},
    {"I8", "FewerRacksInSync",
     [](History& h) {
       ClusterState& state = Change(Copy(h));
       const TopicPartition partition = Copy(h).request.reassignments.front().partition;
       // Two are asked for and in sync, and what stays shares a rack.
       state.min_isr[partition.topic] = 2;
       const auto& target = *Copy(h).request.reassignments.front().replicas;
       for (BrokerId broker : target) state.racks[broker] = "the only one";
     }},
    {"I9", "NoRoom",
     [](History& h) {
       Event& event = First(h, [](const Event& e) { return !e.request.dir_moves.empty(); });
       const auto& move = event.request.dir_moves.front();
       Change(event).usable[{move.broker, move.path}] = 1;
     }},
    {"I10", "TheTargetIsDead", [](History& h) { Change(Copy(h)).live.clear(); }},
    {"I11", "AnOldProcessActs",
     [](History& h) {
       Event& event = Appending(h);
       event.generation += 1;
     }},
    {"I12", "InAnotherToolsHands",
     [](History& h) {
       PartitionState& now = CopiedPartition(Copy(h));
       now.moving = true;
       now.adding = {88};
     }},
    {"I13", "ItsTopicIsAnother",
     [](History& h) { CopiedPartition(Copy(h)).topic_id.bytes[5] = 0xff; }},
    {"I14", "StartedAfterTheCancel",
     [](History& h) {
       for (Event& event : h.events) {
         for (auto& row : event.batch.operations) row.cancel_requested = true;
       }
     }},
    {"I15", "NobodyAsked",
     [](History& h) {
       for (Event& event : h.events) event.batch = {};
     }},
    {"I16", "OtherReplicasAreInSyncNow",
     [](History& h) {
       for (auto& [partition, now] : Change(h.events.back()).partitions) now.isr = {99};
     }},
    {"I17", "NothingCouldBeRead",
     [](History& h) {
       for (Event& event : h.events) {
         if (event.kind == EventKind::kLook) event.kind = EventKind::kBlind;
       }
     }},
    {"I17", "ToLogDirsThatNobodyKnows",
     [](History& h) {
       Event& event = First(h, [](const Event& e) { return !e.request.dir_moves.empty(); });
       Change(event).silent_dirs.insert(event.request.dir_moves.front().broker);
     }},
    {"I17", "ToABrokerThatDoesNotTell",
     [](History& h) {
       ClusterState& state = Change(Copy(h));
       for (BrokerId broker : state.live) state.silent_dirs.insert(broker);
     }},
    {"I18", "WithoutAnAuditRow",
     [](History& h) {
       for (Event& event : h.events) event.batch.audit.clear();
     }},
    {"I18", "AnAuditRowWithoutARequest",
     [](History& h) { h.events.erase(h.events.begin() + (&Copy(h) - h.events.data())); }},
    {"I19", "TooMuchInOneRequest", [](History& h) { Appending(h).request.configs.resize(1001); }},
    {"I19", "AnEndlessAuditRow",
     [](History& h) {
       for (Event& event : h.events) {
         for (auto& row : event.batch.audit) row.target.assign(10'000, 'x');
       }
     }},
    {"I19", "AnEndlessQueue",
     [](History& h) {
       Event& event = First(h, [](const Event& e) { return !e.batch.operations.empty(); });
       for (int i = 0; i < 20; ++i) {
         event.batch.operations.push_back(event.batch.operations.front());
         event.batch.operations.back().id += std::to_string(i);
       }
     }},
};

class JudgeFinds : public ::testing::TestWithParam<Case> {};

TEST_P(JudgeFinds, WhatIsPutIn) {
  static const History clean = CleanRun();
  History spoiled = clean;
  GetParam().spoil(spoiled);
  const auto found = JudgeHistory(spoiled);
  EXPECT_TRUE(std::any_of(found.begin(), found.end(),
                          [](const Violation& v) { return v.rule == GetParam().rule; }))
      << "found only: " << ToText(found);
}

INSTANTIATE_TEST_SUITE_P(Judge, JudgeFinds, ::testing::ValuesIn(kCases), [](const auto& item) {
  return std::string(item.param.rule) + "_" + item.param.what;
});

}  // namespace
}  // namespace levelwind::testing
