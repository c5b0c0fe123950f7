#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "model/scaling.h"

namespace levelwind::api {

using ScalingViewPtr = std::shared_ptr<const ScalingView>;

/// One group's decision, fit to be scaled by; keeps the view alive that it is of.
struct ServedScaling {
  ScalingViewPtr view;
  const ScalingGroup* group = nullptr;
  const ScalingDecision& decision() const { return group->decision; }
};

/// What a foreign autoscaler is told about a group, the same in every dialect: a decision that may
/// be acted on, or why there is none. Never a number that stands for "not known": an answer of 0 or
/// 1 for want of data would take consumers away.
///
/// kUnavailable: no view yet, a decision that is stale or past its time, or nothing wanted is
/// known; kNotFound: another cluster or a group that is not scaled; kFailedPrecondition: the group
/// is in mode observe. Pure; any thread. An empty `cluster` stands for whichever this one is.
Result<ServedScaling> AnswerScaling(ScalingViewPtr view, std::string_view cluster,
                                    std::string_view group, WallTime now);

/// Whether somebody who can only tell "on" from "off" should have the group on: something arrives
/// or is left, or members are wanted.
bool IsActive(const ScalingDecision& decision);

/// {"desired":7,"current":5,...}: what metrics-api reads of one group.
std::string ScalingAnswerJson(const ServedScaling& served);
/// Everything about a group, for people, whatever its mode; `now` tells what is stale.
void WriteScalingGroup(JsonWriter& json, const ScalingGroup& group, WallTime now);

}  // namespace levelwind::api
