#include <fmt/format.h>

#include <string>

#include "cli/offline.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/verbs.h"
#include "planner/explain/why_not.h"

namespace levelwind::cli {
namespace {

/// {"why_not": ...} as the API answers it.
Result<std::string> WhyNotOffline(const WhyNotArgs& args) {
  LW_ASSIGN_OR_RETURN(const TopicPartition partition, planner::ParseTopicPartition(args.partition));
  LW_ASSIGN_OR_RETURN(const planner::PlannerOptions options, PlannerOptionsOf(args.plan));
  LW_ASSIGN_OR_RETURN(const ClusterSnapshot snapshot, ReadSnapshot(args.plan));
  LW_ASSIGN_OR_RETURN(const planner::WhyNotAnswer answer,
                      planner::ExplainWhyNot(snapshot, options, partition, args.broker));
  return "{\"why_not\":" + planner::WhyNotJson(answer) + "}\n";
}

}  // namespace

int RunWhyNot(const WhyNotArgs& args, Terminal& terminal) {
  const ClientArgs& client = args.plan.client;
  const auto render = [&](const std::string& body) {
    return RenderWhyNot(body, {.headers = client.headers});
  };
  if (args.plan.snapshot.empty()) {
    const std::string path =
        fmt::format("/api/v1/why-not/{}/{}", UrlSegment(args.partition), args.broker);
    return GetAndPrint(client, path, render, terminal);
  }
  const Result<std::string> body = WhyNotOffline(args);
  if (!body.ok()) return Fail(body.error(), terminal);
  return PrintText(client.format == Format::kJson ? body : render(*body), terminal);
}

int RunExplainMetrics(const ClientArgs& args, const std::string& what, Terminal& terminal) {
  return GetAndPrint(
      args, "/api/v1/explain/metrics/" + UrlSegment(what),
      [&](const std::string& body) { return RenderMetrics(body, {.headers = args.headers}); },
      terminal);
}

int RunExplainAnomaly(const ClientArgs& args, const std::string& id, Terminal& terminal) {
  return GetAndPrint(
      args, "/api/v1/anomalies/" + UrlSegment(id),
      [](const std::string& body) { return RenderAnomaly(body); }, terminal);
}

int RunExplainPlan(const ClientArgs& args, const std::string& id, Terminal& terminal) {
  return GetAndPrint(
      args, "/api/v1/proposals/" + UrlSegment(id),
      [](const std::string& body) { return RenderExplanation(body); }, terminal);
}

}  // namespace levelwind::cli
