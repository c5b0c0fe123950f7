#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "base/text.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/verbs.h"
#include "config/loader.h"
#include "config/reference.h"
#include "config/schema.h"
#include "model/proposal_json.h"
#include "planner/rebalance/plan_rebalance.h"
#include "planner/snapshot_file.h"

namespace levelwind::cli {
namespace {

Result<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || file.bad() || !text) {
    return InvalidArgument(
        fmt::format("{} cannot be read: {}", path, errno == 0 ? "empty" : std::strerror(errno)));
  }
  return std::move(text).str();
}

/// The flags in the schema's words, so that ranges and spelling are checked in one place.
Result<planner::PlannerOptions> Options(const PlanArgs& args) {
  config::LoadRequest request;
  if (!args.goals.empty()) {
    request.overrides.push_back({"plan.goals", Join(args.goals, ","), "--goals"});
  }
  if (args.seed) {
    request.overrides.push_back({"plan.seed", std::to_string(*args.seed), "--seed"});
  }
  if (!args.effort.empty()) request.overrides.push_back({"plan.effort", args.effort, "--effort"});
  LW_ASSIGN_OR_RETURN(const config::Config config, config::LoadOrError(request));
  planner::PlannerOptions options = config.plan;
  if (args.max_bytes) options.max_bytes = *args.max_bytes;
  options.dual_bound = args.bound;
  return options;
}

Result<Proposal> PlanFile(const PlanArgs& args) {
  LW_ASSIGN_OR_RETURN(const planner::PlannerOptions options, Options(args));
  LW_ASSIGN_OR_RETURN(const std::string text, ReadFile(args.snapshot));
  auto snapshot = planner::ParseSnapshotJson(text);
  if (!snapshot.ok()) return snapshot.error().Wrap(args.snapshot);
  return planner::PlanRebalance(*snapshot, options);
}

}  // namespace

int RunOfflinePlan(const PlanArgs& args, Terminal& terminal) {
  const auto proposal = PlanFile(args);
  if (!proposal.ok()) return Fail(proposal.error(), terminal);
  const std::string json = "{\"proposal\":" + ProposalViewJson(*proposal) + "}\n";
  if (!args.out.empty()) {
    const bool as_json = args.format_given && args.client.format == Format::kJson;
    const Status written = WriteFile(args.out, as_json ? json : ToReassignmentJson(*proposal));
    if (!written.ok()) return Fail(written.error(), terminal);
  }
  Result<std::string> text = json;
  if (args.client.format == Format::kReassign) text = ToReassignmentJson(*proposal);
  if (args.client.format == Format::kTable) {
    const bool everything = args.all || !terminal.out_is_tty;
    text = RenderProposal(json, {args.client.headers, everything ? std::size_t{0} : 40});
  }
  const int code = PrintText(text, terminal);
  return code == kDone && args.exit_code && !proposal->empty() ? kFinding : code;
}

int RunCheckConfig(const std::string& file, Print print, const DaemonVerbs& verbs,
                   Terminal& terminal) {
  switch (print) {
    case Print::kDocs:
      return PrintText(config::ReferenceDocs(), terminal);
    case Print::kSchema:
      return PrintText(config::JsonSchema(), terminal);
    case Print::kExample:
      return PrintText(config::ExampleFile(), terminal);
    case Print::kNothing:
      break;
  }
  config::LoadRequest request;
  request.file = file;
  const config::Loaded loaded = config::LoadConfig(request);
  if (!loaded.problems.empty()) {
    terminal.err << config::FormatProblems(file, loaded.problems) << std::endl;
    return kUsage;
  }
  if (verbs.check_files) {
    if (const Status status = verbs.check_files(loaded.config); !status.ok()) {
      terminal.err << file << ": " << status.error().message() << std::endl;
      return kUsage;
    }
  }
  terminal.out << fmt::format("{}: ok, {} of {} keys set\n", file, loaded.keys_from_file,
                              config::Schema().size())
               << std::flush;
  return kDone;
}

}  // namespace levelwind::cli
