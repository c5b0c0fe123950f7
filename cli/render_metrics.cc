#include <fmt/format.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/render.h"
#include "cli/table.h"

namespace levelwind::cli {
namespace {

constexpr auto kRight = Table::Align::kRight;

std::string AgeCell(const Json& figure) {
  const Json& age = Member(figure, "age_seconds");
  return age.is_number() ? HumanDuration(age.get<double>()) : std::string("-");
}

std::string ValueCell(const std::string& name, const Json& value) {
  if (!value.is_number()) return "unknown";
  if (name == "size") return HumanBytes(value.get<double>());
  if (name.starts_with("bytes")) return HumanRate(value.get<double>());
  if (name.starts_with("cpu")) return fmt::format("{:.2f} %", value.get<double>());
  return fmt::format("{:.1f}/s", value.get<double>());
}

std::string Windows(const Json& partition, bool headers) {
  const Json& windows = Member(partition, "windows");
  if (!windows.is_array() || windows.empty()) return {};
  Table table(
      {{"WINDOW ENDED", kRight}, {"IN", kRight}, {"OUT", kRight}, {"SAMPLES", kRight}, {"WORTH"}});
  for (const Json& window : windows) {
    const Json& ended = Member(window, "ended_seconds_ago");
    table.Add({(ended.is_number() ? HumanDuration(ended.get<double>()) : "?") + std::string(" ago"),
               ValueCell("bytes", Member(window, "bytes_in_per_second")),
               ValueCell("bytes", Member(window, "bytes_out_per_second")),
               CountCell(Member(window, "samples")) + "/" + CountCell(Member(window, "of")),
               TextCell(Member(window, "verdict"))});
  }
  return "\n" + table.Render(headers);
}

std::string Metrics(const Json& answer, const RenderOptions& options) {
  const Json& metrics = answer.at("metrics");
  std::string out = AgeLine(answer);
  for (const Json& source : Member(metrics, "sources")) {
    if (!Member(source, "problem").is_string()) continue;
    out += fmt::format("{}: {}\n", TextCell(Member(source, "source")),
                       EscapeControl(TextCell(Member(source, "problem"))));
  }
  Table table({{"PARTITION", kRight},
               {"LEADER", kRight},
               {"FIGURE"},
               {"VALUE", kRight},
               {"SOURCE"},
               {"AGE", kRight},
               {"WHY"}});
  std::string windows;
  for (const Json& partition : Member(metrics, "partitions")) {
    for (const auto& [name, figure] : partition.items()) {
      if (!figure.is_object()) continue;
      const Json& why = Member(figure, "why");
      table.Add({CountCell(Member(partition, "partition")), CountCell(Member(partition, "leader")),
                 name, ValueCell(name, Member(figure, "value")), TextCell(Member(figure, "source")),
                 AgeCell(figure), why.is_string() ? TextCell(why) : ""});
    }
    windows += Windows(partition, options.headers);
  }
  out += table.Render(options.headers) + windows;
  const Json& fit = Member(metrics, "cpu_fit");
  if (Member(fit, "error_percent").is_number()) {
    out += fmt::format(
        "\ncpu fitted to this cluster: misses by {:.2f} points, the weights by {:.2f} ({} "
        "figures)\n",
        Member(fit, "error_percent").get<double>(),
        Member(fit, "weights_error_percent").get<double>(), CountCell(Member(fit, "samples")));
  }
  return out;
}

}  // namespace

Result<std::string> RenderMetrics(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& answer) { return Metrics(answer, options); });
}

}  // namespace levelwind::cli
