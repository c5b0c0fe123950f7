#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
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

/// Commits, rewinds and rebalances, a line each.
std::string ActivityLines(const Json& activity) {
  std::string commits = "commits: " + CountCell(Member(activity, "commits"));
  if (const Json& age = Member(activity, "commit_age_seconds"); !age.is_null()) {
    commits += fmt::format(" ({}), last {} ago, every {}",
                           TrendCell(Member(activity, "commits_per_second")), DurationCell(age),
                           DurationCell(Member(activity, "commit_interval_seconds")));
  }
  if (TextCell(Member(activity, "source")) != "records") commits += "; as far as looks can tell";
  std::string rewinds = "rewinds: " + CountCell(Member(activity, "rewinds"));
  if (const Json& last = Member(activity, "last_rewind"); !last.is_null()) {
    rewinds += fmt::format(", last {}-{} from {} to {} at {}", TextCell(Member(last, "topic")),
                           CountCell(Member(last, "partition")), CountCell(Member(last, "from")),
                           CountCell(Member(last, "to")), TextCell(Member(last, "at")));
  }
  std::string rebalances = "rebalances: " + CountCell(Member(activity, "rebalances"));
  if (const Json& last = Member(activity, "last_rebalance_at"); !last.is_null()) {
    rebalances += fmt::format(", last over at {}, took {}", TextCell(last),
                              DurationCell(Member(activity, "last_rebalance_seconds")));
  }
  return fmt::format("{}\n{}\n{}\n", EscapeControl(commits), EscapeControl(rewinds),
                     EscapeControl(rebalances));
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
    if (!why.empty()) out += EscapeControl(why) + "\n";
    const Json& activity = Member(group, "activity");
    if (!activity.is_null()) out += ActivityLines(activity);
    out += "\n";
  }
  Table table({{"TOPIC", kLeft},
               {"PARTITION", kRight},
               {"COMMITTED", kRight},
               {"END", kRight},
               {"LAG", kRight},
               {"TIME LAG", kRight},
               {"LAST COMMIT", kRight},
               {"EVERY", kRight},
               {"VERDICT", kLeft},
               {"OWNER", kLeft}});
  for (const Json& offset : Member(group, "offsets")) {
    const std::string owner = TextCell(Member(offset, "owner"));
    table.Add({TextCell(Member(offset, "topic")), CountCell(Member(offset, "partition")),
               CountCell(Member(offset, "committed")), CountCell(Member(offset, "log_end_offset")),
               CountCell(Member(offset, "lag")), AgeCell(offset),
               DurationCell(Member(offset, "commit_age_seconds")),
               DurationCell(Member(offset, "commit_interval_seconds")),
               TextCell(Member(offset, "verdict")), owner.empty() ? "-" : owner});
  }
  return out + table.Render(options.headers);
}

/// Values as bars of eight heights, the tallest being `most`; a space where nothing is known.
std::string Bars(const Json& values, double most) {
  constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  for (const Json& value : values) {
    if (!value.is_number()) {
      text += ' ';
      continue;
    }
    const double share = most > 0 ? value.get<double>() / most : 0;
    text += kBars[static_cast<std::size_t>(std::clamp(std::lround(share * 7), 0L, 7L))];
  }
  return text;
}

std::string GroupHistory(const Json& answer, const RenderOptions& options) {
  const Json& history = answer.at("history");
  const double from = history.at("from").get<double>();
  const double step = history.at("step_seconds").get<double>();
  const double to = from + step * static_cast<double>(history.at("lag").size());
  const auto at = [](double unix_s) {
    return FormatTime(WallTime{static_cast<std::int64_t>(unix_s * 1000)});
  };
  std::string out;
  if (options.headers) {
    out = fmt::format("{}: {} to {}, a column is {}\n\n",
                      EscapeControl(TextCell(Member(history, "group"))), at(from), at(to),
                      DurationCell(Json(step)));
  }
  Table table(
      {{"", kLeft}, {"HISTORY", kLeft}, {"LEAST", kRight}, {"MOST", kRight}, {"LAST", kRight}});
  const auto add = [&](const char* name, const char* key, auto cell) {
    const Json& values = history.at(key);
    Json least;
    Json most;
    Json last;
    for (const Json& value : values) {
      if (!value.is_number()) continue;
      if (least.is_null() || value < least) least = value;
      if (most.is_null() || value > most) most = value;
      last = value;
    }
    const double top = most.is_number() ? most.get<double>() : 0;
    table.Add({name, Bars(values, top), cell(least), cell(most), cell(last)});
  };
  const auto count = [](const Json& value) {
    return value.is_number() ? CountCell(Json(std::llround(value.get<double>())))
                             : CountCell(value);
  };
  add("lag", "lag", count);
  add("time lag", "lag_seconds", DurationCell);
  add("consumed/s", "consumed_per_second", count);
  return out + table.Render(options.headers);
}

}  // namespace

Result<std::string> RenderGroupHistory(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return GroupHistory(json, options); });
}
Result<std::string> RenderGroups(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Groups(json, options); });
}
Result<std::string> RenderGroup(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Group(json, options); });
}

}  // namespace levelwind::cli
