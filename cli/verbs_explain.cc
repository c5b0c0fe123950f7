#include <fmt/format.h>

#include <string>

#include "base/json_writer.h"
#include "base/text.h"
#include "cli/cells.h"
#include "cli/offline.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "planner/explain/why_not.h"

namespace levelwind::cli {
namespace {

using planner::GoalOpinion;
using planner::WhyNotAnswer;

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
        .Field("says", planner::OpinionName(goal.opinion))
        .Field("why", goal.sentence)
        .EndObject();
  }
  return json.EndArray().EndObject().Take() + "\n";
}

std::string WhyNotTable(const WhyNotAnswer& answer, bool headers) {
  std::string out = fmt::format("{} on broker {}: {}\n", EscapeControl(answer.partition.ToString()),
                                answer.to, EscapeControl(answer.conclusion));
  if (answer.goals.empty()) return out;
  out += answer.leadership
             ? fmt::format("it has a replica; the lead would come from broker {}\n", answer.from)
             : fmt::format("asked for the replica on broker {}, {} to copy\n", answer.from,
                           HumanBytes(static_cast<double>(answer.bytes)));
  Table table(
      {{"GOAL", Table::Align::kLeft}, {"SAYS", Table::Align::kLeft}, {"WHY", Table::Align::kLeft}});
  for (const GoalOpinion& goal : answer.goals) {
    table.Add({goal.goal + (goal.hard ? " (hard)" : ""),
               std::string(planner::OpinionName(goal.opinion)), goal.sentence});
  }
  return out + "\n" + table.Render(headers);
}

Result<std::string> WhyNot(const WhyNotArgs& args) {
  LW_ASSIGN_OR_RETURN(const TopicPartition partition, planner::ParseTopicPartition(args.partition));
  LW_ASSIGN_OR_RETURN(const planner::PlannerOptions options, PlannerOptionsOf(args.plan));
  LW_ASSIGN_OR_RETURN(const ClusterSnapshot snapshot, ReadSnapshot(args.plan));
  LW_ASSIGN_OR_RETURN(const WhyNotAnswer answer,
                      planner::ExplainWhyNot(snapshot, options, partition, args.broker));
  return args.plan.client.format == Format::kJson ? WhyNotJson(answer)
                                                  : WhyNotTable(answer, args.plan.client.headers);
}

}  // namespace

int RunWhyNot(const WhyNotArgs& args, Terminal& terminal) {
  return PrintText(WhyNot(args), terminal);
}

int RunExplainPlan(const ClientArgs& args, const std::string& id, Terminal& terminal) {
  return GetAndPrint(
      args, "/api/v1/proposals/" + UrlSegment(id),
      [](const std::string& body) { return RenderExplanation(body); }, terminal);
}

}  // namespace levelwind::cli
