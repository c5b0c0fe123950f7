#include <fmt/format.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/render.h"
#include "cli/table.h"

namespace levelwind::cli {
namespace {

constexpr auto kLeft = Table::Align::kLeft;
constexpr auto kRight = Table::Align::kRight;

/// "2 min 5 s", or ">2 min 5 s" where that is all that is known.
std::string AgeCell(const Json& lag) {
  const std::string age = DurationCell(Member(lag, "lag_seconds"));
  return TextCell(Member(lag, "lag_method")) == "at_least" ? ">" + age : age;
}

std::string Groups(const Json& answer, const RenderOptions& options) {
  if (answer.at("groups").empty()) return AgeLine(answer) + "no consumer groups\n";
  Table table({{"GROUP", kLeft},
               {"VERDICT", kLeft},
               {"STATE", kLeft},
               {"MEMBERS", kRight},
               {"PARTITIONS", kRight},
               {"LAG", kRight},
               {"TIME LAG", kRight},
               {"TREND", kRight},
               {"WHY", kLeft}});
  for (const Json& group : answer.at("groups")) {
    table.Add({TextCell(Member(group, "group")), TextCell(Member(group, "verdict")),
               TextCell(Member(group, "state")), CountCell(Member(group, "members")),
               CountCell(Member(group, "partitions")), CountCell(Member(group, "lag")),
               AgeCell(group), TrendCell(Member(group, "lag_growth_per_second")),
               TextCell(Member(group, "reason"))});
  }
  return AgeLine(answer) + table.Render(options.headers);
}

std::string Group(const Json& answer, const RenderOptions& options) {
  const Json& group = answer.at("group");
  std::string out = AgeLine(answer);
  if (options.headers) {
    out += fmt::format("{}: {}, {}, {} members, lag {} ({}), {} behind\n",
                       EscapeControl(TextCell(Member(group, "group"))),
                       TextCell(Member(group, "verdict")), TextCell(Member(group, "state")),
                       CountCell(Member(group, "members")), CountCell(Member(group, "lag")),
                       TrendCell(Member(group, "lag_growth_per_second")), AgeCell(group));
    const std::string why = TextCell(Member(group, "reason"));
    out += why.empty() ? "\n" : EscapeControl(why) + "\n\n";
  }
  Table table({{"TOPIC", kLeft},
               {"PARTITION", kRight},
               {"COMMITTED", kRight},
               {"END", kRight},
               {"LAG", kRight},
               {"TIME LAG", kRight},
               {"VERDICT", kLeft},
               {"OWNER", kLeft}});
  for (const Json& offset : Member(group, "offsets")) {
    const std::string owner = TextCell(Member(offset, "owner"));
    table.Add({TextCell(Member(offset, "topic")), CountCell(Member(offset, "partition")),
               CountCell(Member(offset, "committed")), CountCell(Member(offset, "log_end_offset")),
               CountCell(Member(offset, "lag")), AgeCell(offset),
               TextCell(Member(offset, "verdict")), owner.empty() ? "-" : owner});
  }
  return out + table.Render(options.headers);
}

}  // namespace

Result<std::string> RenderGroups(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Groups(json, options); });
}
Result<std::string> RenderGroup(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Group(json, options); });
}

}  // namespace levelwind::cli
