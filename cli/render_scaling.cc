#include <fmt/format.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/render.h"
#include "cli/table.h"

namespace levelwind::cli {
namespace {

constexpr auto kRight = Table::Align::kRight;

std::string OrNone(const Json& value) { return value.is_null() ? "-" : CountCell(value); }

std::string ScalingTable(const Json& answer, const RenderOptions& options) {
  Table table({{"GROUP"},
               {"MODE"},
               {"MEMBERS", kRight},
               {"TIME LAG", kRight},
               {"OBJECTIVE", kRight},
               {"CEILING", kRight},
               {"REASON"},
               {"WHY"}});
  for (const Json& group : Member(answer, "groups")) {
    // The lower of the two: more members than this are of no use.
    const Json& partitions = Member(group, "partition_ceiling");
    const Json& skew = Member(group, "skew_ceiling");
    const bool skewed =
        skew.is_number() && partitions.is_number() && skew.get<double>() < partitions.get<double>();
    table.Add({TextCell(Member(group, "group")), TextCell(Member(group, "mode")),
               ChangeCell(CountCell(Member(group, "current")), CountCell(Member(group, "desired"))),
               DurationCell(Member(group, "time_lag_seconds")),
               DurationCell(Member(group, "objective_seconds")),
               OrNone(skewed ? skew : partitions) + (skewed ? " (skew)" : ""),
               TextCell(Member(group, "reason")), TextCell(Member(group, "why"))});
  }
  if (table.empty()) return "no group is looked after; list some under autoscale.groups\n";
  return table.Render(options.headers);
}

void Line(std::string& out, const char* what, const std::string& text) {
  out += fmt::format("  {:<12}{}\n", what, EscapeControl(text));
}

std::string Sum(const Json& group) {
  const Json& needed = Member(group, "needed");
  std::string out;
  Line(out, "needed",
       fmt::format("{} to grow, {} to aim for, {} to shrink", CountCell(Member(needed, "up")),
                   CountCell(Member(needed, "target")), CountCell(Member(needed, "down"))));
  Line(
      out, "ceilings",
      fmt::format("{} by partitions, {} by skew; {} to {} allowed",
                  OrNone(Member(group, "partition_ceiling")), OrNone(Member(group, "skew_ceiling")),
                  CountCell(Member(group, "min")), OrNone(Member(group, "max"))));
  Line(out, "arrival", CountCell(Member(group, "arrival_per_s")) + "/s");
  const Json& learned = Member(group, "capacity_learned");
  Line(out, "capacity",
       fmt::format("{}/s a member ({})", CountCell(Member(group, "capacity_per_s")),
                   learned.is_boolean() && learned.get<bool>() ? "learned" : "not learned yet"));
  Line(out, "lag",
       fmt::format("{} records, {}; objective {}", CountCell(Member(group, "lag")),
                   DurationCell(Member(group, "time_lag_seconds")),
                   DurationCell(Member(group, "objective_seconds"))));
  Line(out, "pause",
       fmt::format("{} record-seconds, {} partitions moved", CountCell(Member(group, "pause_cost")),
                   CountCell(Member(group, "moved_partitions"))));
  return out;
}

std::string OneGroup(const Json& answer, const std::string& name) {
  const Json& groups = Member(answer, "groups");
  if (!groups.is_array() || groups.empty()) {
    return fmt::format(
        "the autoscaler does not look after '{}'; levelwind autoscale lists those "
        "that it does\n",
        EscapeControl(name));
  }
  const Json& group = groups.front();
  std::string out =
      fmt::format("{}: {} members, {} wanted ({}, decision {})\n",
                  EscapeControl(TextCell(Member(group, "group"))),
                  CountCell(Member(group, "current")), CountCell(Member(group, "desired")),
                  TextCell(Member(group, "mode")), CountCell(Member(group, "decision")));
  Line(out, "why",
       fmt::format("{} ({})", TextCell(Member(group, "why")), TextCell(Member(group, "reason"))));
  out += Sum(group);
  const Json& outcome = Member(group, "outcome");
  if (outcome.is_object()) {
    Line(out, "last action",
         fmt::format("{} to {} members: {} {}", CountCell(Member(outcome, "from")),
                     CountCell(Member(outcome, "to")), TextCell(Member(outcome, "state")),
                     Member(outcome, "detail").is_string() ? TextCell(Member(outcome, "detail"))
                                                           : std::string()));
  }
  for (const Json& advice : Member(group, "advice")) {
    Line(out, "advice", TextCell(Member(advice, "text")));
  }
  return out;
}

}  // namespace

Result<std::string> RenderScaling(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& answer) { return ScalingTable(answer, options); });
}

Result<std::string> RenderScalingGroup(const std::string& body, const std::string& group) {
  return Rendered(body, [&](const Json& answer) { return OneGroup(answer, group); });
}

}  // namespace levelwind::cli
