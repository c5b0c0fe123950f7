// The pure judgement: every state against every finding, and the tables of what may follow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "actions/step_judge.h"
#include "actions/step_transitions.h"
#include "store/records.h"

namespace levelwind::actions {
namespace {

using store::CancelCause;
using store::Delivery;

static_assert(MayFollow(StepState::kPending, StepState::kSubmitted));
static_assert(!MayFollow(StepState::kInProgress, StepState::kSubmitted), "I12");

std::vector<StepState> StepStates() {
  std::vector<StepState> states;
  for (std::size_t i = 0; i < kStepStateCount; ++i) states.push_back(static_cast<StepState>(i));
  return states;
}

TEST(Transitions, WhatIsOverStaysOver) {
  for (StepState from : StepStates()) {
    int exits = 0;
    for (StepState to : StepStates()) exits += MayFollow(from, to) ? 1 : 0;
    EXPECT_EQ(exits == 0, IsTerminal(from)) << StepStateName(from);
    EXPECT_FALSE(MayFollow(from, from));
  }
  for (std::size_t from = 0; from < kOperationStateCount; ++from) {
    int exits = 0;
    for (std::size_t to = 0; to < kOperationStateCount; ++to) {
      exits +=
          MayFollow(static_cast<OperationState>(from), static_cast<OperationState>(to)) ? 1 : 0;
    }
    EXPECT_EQ(exits == 0, IsTerminal(static_cast<OperationState>(from)));
  }
}

TEST(Transitions, AnOperationEndsOnlyThroughRestoringItsThrottles) {
  for (std::size_t from = 0; from < kOperationStateCount; ++from) {
    for (std::size_t to = 0; to < kOperationStateCount; ++to) {
      const auto f = static_cast<OperationState>(from);
      const auto t = static_cast<OperationState>(to);
      if (!IsTerminal(t) || !MayFollow(f, t)) continue;
      const bool never_started = f == OperationState::kPending && t == OperationState::kCancelled;
      EXPECT_TRUE(f == OperationState::kFinishing || never_started)
          << OperationStateName(f) << " -> " << OperationStateName(t);
    }
  }
}

store::StepRecord Step(StepState state) {
  store::StepRecord step;
  step.state = state;
  step.move.partition = {"t", 0};
  step.move.before = {1, 2};
  step.move.after = {3, 2};
  return step;
}

// Calls `visit` for every combination of what Judge looks at.
template <class Visit>
void ForAll(Visit visit) {
  for (StepState state : StepStates()) {
    for (std::size_t f = 0; f < kFindingCount; ++f) {
      for (int bits = 0; bits < 64; ++bits) {
        store::StepRecord step = Step(state);
        step.seen = (bits & 1) != 0;
        step.delivery = (bits & 2) != 0 ? Delivery::kAccepted : Delivery::kIntended;
        step.cancel = (bits & 4) != 0 ? CancelCause::kOperator : CancelCause::kNone;
        if ((bits & 8) != 0) step.move.after = step.move.before;
        const BrokerId leader = (bits & 16) != 0 ? step.move.after.front() : 2;
        for (bool settled : {false, true}) {
          const bool stopping = (bits & 32) != 0;
          const Sighting sighting{static_cast<Finding>(f), leader, "detail"};
          visit(step, sighting, settled, stopping,
                Judge(step, sighting, settled, stopping, /*max_attempts=*/5));
        }
      }
    }
  }
}

TEST(Judge, OnlyEverDemandsWhatMayFollow) {
  int verdicts = 0;
  ForAll([&](const auto& step, const Sighting& sighting, bool, bool, const auto& verdict) {
    if (!verdict) return;
    ++verdicts;
    EXPECT_TRUE(MayFollow(step.state, verdict->state))
        << StepStateName(step.state) << " -> " << StepStateName(verdict->state) << " by "
        << static_cast<int>(sighting.finding);
  });
  EXPECT_GT(verdicts, 500);
}

TEST(Judge, NothingIsConcludedFromAnUnreadableTopic) {
  ForAll([&](const auto&, const Sighting& sighting, bool, bool, const auto& verdict) {
    if (sighting.finding == Finding::kUnreadable) {
      EXPECT_FALSE(verdict.has_value());
    }
  });
}

TEST(Judge, OnlyAPartitionAtItsTargetIsDone) {
  ForAll([&](const auto& step, const Sighting& sighting, bool, bool stopping, const auto& verdict) {
    if (!verdict || verdict->state != StepState::kDone) return;
    EXPECT_EQ(sighting.finding, Finding::kAtTarget);
    if (!stopping) {
      EXPECT_EQ(sighting.leader, step.move.after.front());
    }
  });
}

TEST(Judge, I12_WhatWasSeenOrAcceptedIsNeverSentAgain) {
  ForAll([&](const auto& step, const Sighting&, bool, bool, const auto& verdict) {
    if (!verdict || verdict->state != StepState::kPending) return;
    EXPECT_EQ(step.state, StepState::kSubmitted);
    EXPECT_FALSE(step.seen);
    EXPECT_EQ(step.delivery, Delivery::kIntended);
  });
}

TEST(Judge, I12_ForeignMovesAreYieldedToInEveryOpenState) {
  ForAll([&](const auto& step, const Sighting& sighting, bool, bool, const auto& verdict) {
    if (IsTerminal(step.state) || sighting.finding != Finding::kForeign) return;
    ASSERT_TRUE(verdict.has_value());
    EXPECT_EQ(verdict->state, StepState::kYielded);
  });
}

TEST(Judge, I13_AnotherTopicIdVoidsEveryOpenState) {
  ForAll([&](const auto& step, const Sighting& sighting, bool, bool, const auto& verdict) {
    if (IsTerminal(step.state) || sighting.finding != Finding::kTopicReplaced) return;
    ASSERT_TRUE(verdict.has_value());
    EXPECT_EQ(verdict->state, StepState::kVoided);
  });
}

TEST(Judge, StaleMetadataHasToLast) {
  ForAll([&](const auto& step, const Sighting& sighting, bool settled, bool, const auto& verdict) {
    if (!settled && NeedsToSettle(step.state, sighting.finding)) {
      EXPECT_FALSE(verdict.has_value());
    }
  });
}

// ---- Look
// -------------------------------------------------------------------------------------------

Observation World(std::vector<BrokerId> replicas, std::vector<kafka::ReassignmentInfo> moving = {},
                  std::int16_t topic_error = 0) {
  kafka::ClusterMetadata metadata;
  metadata.brokers = {{1, "", 0, "", false}, {2, "", 0, "", true}};
  kafka::TopicInfo topic;
  topic.name = "t";
  topic.error = topic_error;
  kafka::PartitionInfo partition;
  partition.replicas = partition.isr = std::move(replicas);
  partition.leader = 1;
  topic.partitions.push_back(std::move(partition));
  metadata.topics.push_back(std::move(topic));
  return {std::move(metadata), std::move(moving)};
}

TEST(Look, TellsTheFindingsApart) {
  const Move move = Step(StepState::kPending).move;
  const auto look = [&](Observation seen) { return Look(move, seen).finding; };
  EXPECT_EQ(look(World({1, 2})), Finding::kAtSource);
  EXPECT_EQ(look(World({3, 2})), Finding::kAtTarget);
  EXPECT_EQ(look(World({2, 1})), Finding::kReordered);
  EXPECT_EQ(look(World({2, 3})), Finding::kElsewhere) << "the order is part of the plan";
  EXPECT_EQ(look(World({3, 2, 1})), Finding::kElsewhere) << "a union without a reassignment";
  EXPECT_EQ(look(World({1, 2}, {}, 3)), Finding::kTopicGone);
  EXPECT_EQ(look(World({1, 2}, {}, 5)), Finding::kUnreadable);
  EXPECT_EQ(look(World({3, 2, 1}, {{{"t", 0}, {3, 2, 1}, {3}, {1}}})), Finding::kOurs);
  EXPECT_EQ(look(World({3, 2, 1}, {{{"t", 0}, {3, 2, 1}, {3}, {2}}})), Finding::kForeign);
  EXPECT_EQ(look(World({4, 2, 1}, {{{"t", 0}, {4, 2, 1}, {4}, {1}}})), Finding::kForeign);
}

TEST(Look, SeesThatTheTopicIsAnother) {
  Move move = Step(StepState::kPending).move;
  move.topic_id.bytes[0] = 1;
  kafka::ClusterMetadata metadata;
  kafka::TopicInfo topic;
  topic.name = "t";
  topic.id.bytes[0] = 2;
  topic.partitions.resize(1);
  metadata.topics.push_back(topic);
  EXPECT_EQ(Look(move, Observation(std::move(metadata), {})).finding, Finding::kTopicReplaced);
}

TEST(Observation, AFencedBrokerIsNotLive) {
  const Observation seen = World({1, 2});
  EXPECT_TRUE(seen.IsLive(1));
  EXPECT_FALSE(seen.IsLive(2));
  EXPECT_FALSE(seen.IsLive(3));
}

}  // namespace
}  // namespace levelwind::actions
