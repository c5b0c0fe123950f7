#include <fmt/format.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/render.h"
#include "cli/table.h"

namespace levelwind::cli {
namespace {

constexpr auto kRight = Table::Align::kRight;

/// "<= 20 ms / 80 ms": the buckets in which half and 99 of 100 are.
std::string LatencyCell(const Json& latency) {
  const Json& half = Member(latency, "p50_seconds");
  const Json& most = Member(latency, "p99_seconds");
  if (!half.is_number()) return "?";
  const auto ms = [](const Json& seconds) {
    return seconds.is_number() ? fmt::format("{:.0f} ms", seconds.get<double>() * 1000)
                               : std::string("more");
  };
  return ms(half) + " / " + ms(most);
}

std::string Canary(const Json& answer, const RenderOptions& options) {
  const Json& canary = answer.at("canary");
  std::string out = AgeLine(answer);
  if (options.headers) {
    const std::string problem = TextCell(Member(canary, "problem"));
    out += fmt::format(
        "canary on topic {}: {} commits, {} failed, {}\n",
        EscapeControl(TextCell(Member(canary, "topic"))), CountCell(Member(canary, "commits")),
        CountCell(Member(canary, "commits_failed")), LatencyCell(Member(canary, "commit")));
    if (Member(canary, "problem").is_string()) out += EscapeControl(problem) + "\n";
    const Json& uncovered = Member(canary, "uncovered_brokers");
    if (uncovered.is_array() && !uncovered.empty()) {
      out += fmt::format("brokers that lead none of its partitions: {}\n", ListCell(uncovered));
    }
    out += "\n";
  }
  Table table({{"PARTITION", kRight},
               {"LEADER", kRight},
               {"SENT", kRight},
               {"READ", kRight},
               {"FAILED", kRight},
               {"LOST", kRight},
               {"ACK P50/P99", kRight},
               {"ROUND TRIP P50/P99", kRight}});
  for (const Json& partition : Member(canary, "partitions")) {
    table.Add({CountCell(Member(partition, "partition")), CountCell(Member(partition, "leader")),
               CountCell(Member(partition, "sent")), CountCell(Member(partition, "received")),
               CountCell(Member(partition, "failed")), CountCell(Member(partition, "lost")),
               LatencyCell(Member(partition, "ack")),
               LatencyCell(Member(partition, "round_trip"))});
  }
  return out + table.Render(options.headers);
}

}  // namespace

Result<std::string> RenderCanary(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Canary(json, options); });
}

}  // namespace levelwind::cli
