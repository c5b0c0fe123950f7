#include <fmt/format.h>

#include <string>

#include "base/json_writer.h"
#include "base/text.h"
#include "cli/cells.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/verbs.h"

namespace levelwind::cli {
namespace {

/// A line where there is something to say.
void AddLine(std::string& out, const char* what, const Json& value) {
  if (value.is_string() && !value.get<std::string>().empty()) {
    out += fmt::format("  {:<10}{}\n", what, EscapeControl(value.get<std::string>()));
  }
}

std::string OneAnomaly(const Json& answer) {
  const Json& record = answer.at("anomaly");
  std::string out = fmt::format(
      "{} {} {}: {}\n", TextCell(Member(record, "id")), TextCell(Member(record, "severity")),
      TextCell(Member(record, "type")), EscapeControl(TextCell(Member(record, "message"))));
  out += fmt::format("  {:<10}{} ({})\n", "state", TextCell(Member(record, "state")),
                     TextCell(Member(record, "code")));
  AddLine(out, "why", Member(record, "reason"));
  out += fmt::format("  {:<10}{} of {}\n", "waited", DurationCell(Member(record, "waited_seconds")),
                     DurationCell(Member(record, "grace_seconds")));
  AddLine(out, "plan", Member(record, "proposal"));
  AddLine(out, "", Member(record, "plan"));
  AddLine(out, "operation", Member(record, "operation"));
  AddLine(out, "result", Member(record, "result"));
  AddLine(out, "next", Member(record, "next_step"));
  for (const Json& one : Member(record, "evidence")) {
    out +=
        fmt::format("  {:<10}{}: {} {}\n", "evidence", EscapeControl(TextCell(Member(one, "name"))),
                    CountCell(Member(one, "value")), TextCell(Member(one, "unit")));
  }
  out += "what was decided, and when:\n";
  for (const Json& event : Member(record, "events")) {
    out += fmt::format("  {}  {:<9} {}\n", TextCell(Member(event, "at")),
                       TextCell(Member(event, "state")),
                       EscapeControl(TextCell(Member(event, "text"))));
  }
  return out;
}

}  // namespace

Result<std::string> RenderAnomaly(const std::string& body) { return Rendered(body, OneAnomaly); }

int RunHealing(const HealingArgs& args, Terminal& terminal) {
  auto client = ApiClient::Open(args.client.api, args.client.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  JsonWriter json;
  json.BeginObject();
  if (!args.reason.empty()) json.Field("reason", args.reason);
  if (args.word == "mute") json.Field("for", args.how_long);
  const auto body =
      client->Post(fmt::format("/api/v1/anomalies/{}/{}", UrlSegment(args.id), args.word),
                   json.EndObject().Take());
  if (!body.ok()) return Fail(body.error(), terminal);
  return PrintText(args.client.format == Format::kJson ? body : RenderAnomaly(*body), terminal);
}

}  // namespace levelwind::cli
