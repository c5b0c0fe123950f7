#include <fmt/format.h>

#include <string>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/offline.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "planner/rebalance/place_topic.h"

namespace levelwind::cli {
namespace {

/// {"placement": ...} as the API answers it.
Result<std::string> PlaceOffline(const PlaceTopicArgs& args) {
  LW_ASSIGN_OR_RETURN(const planner::PlannerOptions options, PlannerOptionsOf(args.plan));
  LW_ASSIGN_OR_RETURN(const ClusterSnapshot snapshot, ReadSnapshot(args.plan));
  LW_ASSIGN_OR_RETURN(const planner::TopicPlacement placement,
                      planner::PlaceTopic(snapshot, options, args.wish));
  return "{\"placement\":" + planner::PlacementJson(placement) + "}\n";
}

std::string Path(const TopicWish& wish) {
  std::string path = fmt::format("/api/v1/placement/{}?partitions={}&replication_factor={}",
                                 UrlSegment(wish.name), wish.partitions, wish.replication_factor);
  const auto add = [&](const char* key, double value) {
    if (IsKnown(value)) path += fmt::format("&{}={:.0f}", key, value);
  };
  add("bytes_in_per_second", wish.bytes_in_per_s);
  add("bytes_out_per_second", wish.bytes_out_per_s);
  add("bytes", wish.bytes);
  return path;
}

std::string Placement(const Json& answer, const RenderOptions& options) {
  const Json& placement = answer.at("placement");
  Table table(
      {{"PARTITION", Table::Align::kRight}, {"REPLICAS, LEADER FIRST", Table::Align::kLeft}});
  std::size_t number = 0;
  for (const Json& replicas : placement.at("replicas")) {
    std::string ids;
    for (const Json& id : replicas) ids += (ids.empty() ? "" : ",") + CountCell(id);
    table.Add({std::to_string(number++), ids});
  }
  std::string out = table.Render(options.headers);
  for (const Json& goal : placement.at("goals")) {
    if (Member(goal, "violations") == 0 || Member(goal, "judged") == false) continue;
    out += fmt::format(
        "\n{} stays violated {} times with it: {}", EscapeControl(TextCell(Member(goal, "goal"))),
        CountCell(Member(goal, "violations")), EscapeControl(TextCell(Member(goal, "note"))));
  }
  return out + fmt::format(
                   "\nNext: kafka-topics.sh --bootstrap-server ... --create --topic {} "
                   "--replica-assignment {}\n",
                   EscapeControl(TextCell(Member(placement, "topic"))),
                   EscapeControl(TextCell(Member(placement, "assignment"))));
}

}  // namespace

Result<std::string> RenderPlacement(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Placement(json, options); });
}

int RunPlaceTopic(const PlaceTopicArgs& args, Terminal& terminal) {
  const ClientArgs& client = args.plan.client;
  const auto render = [&](const std::string& body) {
    return RenderPlacement(body, {.headers = client.headers});
  };
  if (args.plan.snapshot.empty()) return GetAndPrint(client, Path(args.wish), render, terminal);
  const Result<std::string> body = PlaceOffline(args);
  if (!body.ok()) return Fail(body.error(), terminal);
  return PrintText(client.format == Format::kJson ? body : render(*body), terminal);
}

}  // namespace levelwind::cli
