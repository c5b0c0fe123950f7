#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"
#include "cli/cells.h"
#include "cli/finding.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/table.h"
#include "cli/verbs.h"

namespace levelwind::cli {
namespace {

using Verdict = Finding::Verdict;
using Findings = std::vector<Finding>;

constexpr std::size_t kShownThrottles = 20;

std::string Audit(const Json& answer, const RenderOptions& options) {
  Table table({{"TIME"}, {"OPERATION"}, {"AUTHOR"}, {"REQUEST"}, {"OUTCOME"}, {"TARGET"}});
  for (const Json& row : answer.at("audit")) {
    std::vector<std::string> cells;
    for (const char* key : {"time", "operation", "author", "request", "outcome", "target"}) {
      cells.push_back(TextCell(Member(row, key)));
    }
    table.Add(std::move(cells));
  }
  return table.empty() ? "no changing request is on record\n" : table.Render(options.headers);
}

std::string ThrottleText(const Json& throttle) {
  return fmt::format("{} of {} {} is {}", TextCell(Member(throttle, "key")),
                     TextCell(Member(throttle, "scope")), TextCell(Member(throttle, "name")),
                     TextCell(Member(throttle, "value")));
}

double Count(const Json& object, const char* key) {
  const Json& value = Member(object, key);
  return value.is_number() ? value.get<double>() : 0;
}

void JudgeExecutor(const Json& executor, Findings& findings) {
  const Json& running = Member(executor, "running");
  for (const Json& operation : running) {
    const Json& hold = Member(operation, "hold_reason");
    const bool held = hold.is_string() && hold != "";
    const bool meant = Member(operation, "state") == "paused";
    findings.push_back(
        {meant  ? Verdict::kNote
         : held ? Verdict::kWrong
                : Verdict::kOk,
         TextCell(Member(operation, "id")),
         TextCell(Member(operation, "state")) + (held ? ": " + hold.get<std::string>() : "")});
  }
  // Idle, but something is owed: a dead broker's throttle, for example.
  const Json& text = Member(executor, "status");
  if (running.empty() && text.is_string() && text != "idle") {
    findings.push_back({Verdict::kWrong, "executor", text.get<std::string>()});
  }
}

void JudgeStatus(const Json& status, Findings& findings) {
  const std::string problem = TextCell(Member(status, "problem"));
  const bool ready = Member(status, "ready") == true;
  const bool fine = ready && Member(status, "problem") == "";
  findings.push_back(
      {fine ? Verdict::kOk : Verdict::kWrong, "daemon",
       fmt::format("{} in {} mode, up {}{}", TextCell(Member(status, "version")),
                   TextCell(Member(status, "mode")), DurationCell(Member(status, "uptime_seconds")),
                   fine ? "" : ": " + problem)});
  const Json& snapshot = Member(status, "snapshot");
  if (Member(snapshot, "stale") == true) {
    findings.push_back({Verdict::kWrong, "daemon",
                        fmt::format("the cluster was last seen {} ago; look at its log",
                                    DurationCell(Member(snapshot, "age_seconds")))});
  }
  for (const Json& limit : Member(status, "kafka_limits")) {
    findings.push_back({Verdict::kNote, "older Kafka", TextCell(limit)});
  }
  const Json& cluster = Member(status, "cluster");
  if (const double offline = Count(cluster, "offline"); offline > 0) {
    findings.push_back({Verdict::kWrong, "partitions",
                        fmt::format("{:.0f} have no leader; see levelwind anomalies", offline)});
  }
  JudgeExecutor(Member(status, "executor"), findings);
}

/// `orphans` as the API writes it.
void JudgeThrottles(const Json& orphans, Findings& findings) {
  const Json& throttles = Member(orphans, "throttles");
  std::size_t shown = 0;
  for (const Json& throttle : throttles) {
    if (shown++ == kShownThrottles) break;
    findings.push_back({Verdict::kWrong, "throttles",
                        ThrottleText(throttle) + ", and no operation of this daemon set it"});
  }
  if (throttles.size() > kShownThrottles) {
    findings.push_back({Verdict::kWrong, "throttles",
                        fmt::format("and {} more", throttles.size() - kShownThrottles)});
  }
  const Json& silent = Member(orphans, "brokers_not_asked");
  if (silent.is_array() && !silent.empty()) {
    findings.push_back(
        {Verdict::kNote, "throttles", "those of dead brokers are unknown: " + ListCell(silent)});
  }
  if (throttles.empty()) {
    findings.push_back({Verdict::kOk, "throttles", "none that nobody owes"});
  } else if (Count(orphans, "reassignments") == 0) {
    findings.push_back({Verdict::kNote, "throttles",
                        "nothing is being reassigned; if no other tool is about to, take them away "
                        "with: levelwind doctor --clear-throttles"});
  }
}

/// What the daemon says of itself and of throttles.
Status AskDaemon(ApiClient& client, Findings& findings) {
  LW_ASSIGN_OR_RETURN(const std::string body, client.Get("/api/v1/status"));
  const Json status = Json::parse(body, nullptr, false);
  JudgeStatus(status, findings);
  if (Member(status, "mode") != "operate") return Ok();
  const auto looked = client.Post("/api/v1/throttles/look", "{}");
  if (looked.ok()) {
    JudgeThrottles(Member(Json::parse(*looked, nullptr, false), "orphans"), findings);
  } else {
    findings.push_back(
        {Verdict::kWrong, "throttles", "could not be looked for: " + looked.error().message()});
  }
  return Ok();
}

int PrintFindings(const DoctorArgs& args, const Findings& findings, Terminal& terminal) {
  bool wrong = false;
  for (const Finding& finding : findings) wrong = wrong || finding.verdict == Verdict::kWrong;
  if (args.client.format == Format::kJson) {
    JsonWriter json;
    json.BeginObject().Field("well", !wrong).Key("findings").BeginArray();
    for (const Finding& finding : findings) {
      json.BeginObject()
          .Field("verdict", VerdictName(finding.verdict))
          .Field("subject", finding.subject)
          .Field("text", finding.text)
          .EndObject();
    }
    terminal.out << json.EndArray().EndObject().Take() << std::endl;
    return wrong ? kFinding : kDone;
  }
  Table table({{"VERDICT"}, {"SUBJECT"}, {"FOUND"}});
  for (const Finding& finding : findings) {
    table.Add({VerdictName(finding.verdict), finding.subject, finding.text});
  }
  terminal.out << table.Render(args.client.headers) << std::flush;
  return wrong ? kFinding : kDone;
}

int Clear(ApiClient& client, const DoctorArgs& args, Terminal& terminal) {
  const auto body = client.Post("/api/v1/throttles/clear", ReasonBody(args.reason));
  if (!body.ok()) return Fail(body.error(), terminal);
  if (args.client.format == Format::kJson) return PrintText(body, terminal);
  const Json answer = Json::parse(*body, nullptr, false);
  const Json& throttles = Member(Member(answer, "cleared"), "throttles");
  for (const Json& throttle : throttles) {
    terminal.out << "cleared: " << EscapeControl(ThrottleText(throttle)) << '\n';
  }
  terminal.err << (throttles.empty() ? "there was nothing to clear" : "nothing is left")
               << std::endl;
  return kDone;
}

/// Adds what is found at the cluster itself; the exit code where that cannot be done.
int Examine(const DoctorArgs& args, const DaemonVerbs& verbs, Findings& findings,
            Terminal& terminal) {
  const config::Loaded loaded = config::LoadConfig(args.cluster);
  if (!loaded.problems.empty()) {
    terminal.err << config::FormatProblems(args.cluster.file, loaded.problems) << std::endl;
    return kUsage;
  }
  const auto found = verbs.examine(loaded.config);
  if (!found.ok()) return Fail(found.error(), terminal);
  findings.insert(findings.end(), found->begin(), found->end());
  return kDone;
}

}  // namespace

Result<std::string> RenderAudit(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Audit(json, options); });
}

int RunAudit(const ClientArgs& args, const std::string& operation, std::size_t limit,
             Terminal& terminal) {
  std::string path = fmt::format("/api/v1/audit?limit={}", limit);
  if (!operation.empty()) path += "&operation=" + UrlSegment(operation);
  return GetAndPrint(
      args, path,
      [&](const std::string& body) { return RenderAudit(body, {.headers = args.headers}); },
      terminal);
}

int RunDoctor(const DoctorArgs& args, const DaemonVerbs& verbs, Terminal& terminal) {
  auto client = ApiClient::Open(args.client.api, args.client.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  if (args.clear_throttles) return Clear(*client, args, terminal);
  Findings findings;
  if (const Status asked = AskDaemon(*client, findings); !asked.ok()) {
    if (!args.look_at_cluster) {
      terminal.err << "levelwind: with --config or --bootstrap the cluster is looked at without a "
                      "daemon\n";
      return Fail(asked.error(), terminal);
    }
    findings.push_back({Verdict::kNote, "daemon", asked.error().message()});
  }
  if (args.look_at_cluster) {
    if (const int code = Examine(args, verbs, findings, terminal); code != kDone) return code;
  }
  return PrintFindings(args, findings, terminal);
}

}  // namespace levelwind::cli
