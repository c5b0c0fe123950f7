#include "base/json_writer.h"
#include "planner/explain/why_not.h"

namespace levelwind::planner {

std::string WhyNotJson(const WhyNotAnswer& answer) {
  JsonWriter json;
  json.BeginObject()
      .Field("topic", answer.partition.topic)
      .Field("partition", answer.partition.partition)
      .FieldCount("from", answer.from)
      .Field("to", answer.to)
      .Field("leadership", answer.leadership)
      .FieldCount("bytes", answer.bytes)
      .Field("conclusion", answer.conclusion)
      .Key("goals")
      .BeginArray();
  for (const GoalOpinion& goal : answer.goals) {
    json.BeginObject()
        .Field("goal", goal.goal)
        .Field("hard", goal.hard)
        .Field("says", OpinionName(goal.opinion))
        .Field("why", goal.sentence)
        .EndObject();
  }
  return json.EndArray().EndObject().Take();
}

}  // namespace levelwind::planner
