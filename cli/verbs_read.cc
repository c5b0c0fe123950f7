#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "cli/cells.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/verbs.h"

namespace levelwind::cli {
namespace {

constexpr int kHistoryColumns = 60;

auto With(const ClientArgs& args,
          Result<std::string> (*render)(const std::string&, const RenderOptions&)) {
  return [&args, render](const std::string& body) {
    return render(body, RenderOptions{args.headers, 0});
  };
}

}  // namespace

int RunStatus(const ClientArgs& args, Terminal& terminal) {
  return GetAndPrint(args, "/api/v1/status", RenderStatus, terminal);
}

int RunBrokers(const ClientArgs& args, Terminal& terminal) {
  return GetAndPrint(args, "/api/v1/brokers", With(args, RenderBrokers), terminal);
}

int RunTopics(const ClientArgs& args, Terminal& terminal) {
  return GetAndPrint(args, "/api/v1/topics", With(args, RenderTopics), terminal);
}

int RunGroups(const GroupsArgs& args, Terminal& terminal) {
  const ClientArgs& client = args.client;
  if (args.group.empty()) {
    return GetAndPrint(client, "/api/v1/groups", With(client, RenderGroups), terminal);
  }
  const std::string path = "/api/v1/groups/" + UrlSegment(args.group);
  if (!args.history) return GetAndPrint(client, path, With(client, RenderGroup), terminal);
  const std::int64_t to = terminal.clock.WallNow().unix_ms / 1000 + 1;
  const std::int64_t from =
      std::max<std::int64_t>(0, to - static_cast<std::int64_t>(ToSeconds(*args.history)) - 1);
  return GetAndPrint(
      client, fmt::format("{}/history?from={}&to={}&points={}", path, from, to, kHistoryColumns),
      With(client, RenderGroupHistory), terminal);
}

int RunLag(const LagArgs& args, Terminal& terminal) {
  const std::string path = "/api/v1/groups?limit=" + std::to_string(args.limit);
  if (!args.watch) return GetAndPrint(args.client, path, With(args.client, RenderGroups), terminal);
  auto client = ApiClient::Open(args.client.api, args.client.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  const Duration interval = args.interval.value_or(std::chrono::seconds(5));
  const SteadyTime began = terminal.clock.Now();
  for (;;) {
    const auto body = client->Get(path);
    if (body.ok()) {
      // Each page in place of the last, unless somebody keeps them.
      if (terminal.out_is_tty) terminal.out << "\x1b[H\x1b[2J";
      const bool json = args.client.format == Format::kJson;
      const int code =
          PrintText(json ? body : RenderGroups(*body, {args.client.headers, 0}), terminal);
      if (code != kDone) return code;
      terminal.out << std::flush;
    } else if (!body.error().retriable()) {
      return Fail(body.error(), terminal);
    } else {
      terminal.err << "levelwind: " << body.error().message() << "; trying again" << std::endl;
    }
    const Duration spent = terminal.clock.Now() - began;
    if (args.timeout && spent + interval > *args.timeout) return kDone;
    terminal.pause(interval);
  }
}

int RunCanary(const ClientArgs& args, Terminal& terminal) {
  return GetAndPrint(args, "/api/v1/canary", With(args, RenderCanary), terminal);
}

int RunAutoscale(const ClientArgs& args, const std::string& group, Terminal& terminal) {
  if (group.empty()) {
    return GetAndPrint(args, "/api/v1/autoscale", With(args, RenderScaling), terminal);
  }
  return GetAndPrint(
      args, "/api/v1/autoscale?group=" + UrlSegment(group),
      [&](const std::string& body) { return RenderScalingGroup(body, group); }, terminal);
}

int RunAnomalies(const ClientArgs& args, bool exit_code, Terminal& terminal) {
  bool found = false;
  const auto look = [&](const std::string& body) {
    const Json json = Json::parse(body, nullptr, false);
    const Json& anomalies = Member(Member(json, "findings"), "anomalies");
    found = anomalies.is_array() && !anomalies.empty();
    return args.format == Format::kJson ? Result<std::string>(body)
                                        : RenderAnomalies(body, {args.headers, 0});
  };
  ClientArgs looked = args;
  looked.format = Format::kTable;  // `look` sees every body, whatever is printed
  const int code = GetAndPrint(looked, "/api/v1/anomalies", look, terminal);
  return code == kDone && exit_code && found ? kFinding : code;
}

int RunProposals(const ClientArgs& args, Terminal& terminal) {
  return GetAndPrint(args, "/api/v1/proposals", With(args, RenderProposals), terminal);
}

int RunHistory(const ClientArgs& args, Terminal& terminal) {
  return GetAndPrint(args, "/api/v1/operations", With(args, RenderOperations), terminal);
}

}  // namespace levelwind::cli
