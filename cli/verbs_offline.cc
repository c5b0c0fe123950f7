#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/offline.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "config/loader.h"
#include "config/reference.h"
#include "config/schema.h"
#include "model/proposal_json.h"
#include "planner/rebalance/judge_plan.h"
#include "planner/rebalance/plan_front.h"
#include "planner/rebalance/plan_seeds.h"
#include "planner/requested.h"

namespace levelwind::cli {
namespace {

Result<std::vector<planner::Assignment>> ReadReassignment(const std::string& file) {
  LW_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  auto plan = planner::ParseReassignmentJson(text);
  if (!plan.ok()) return plan.error().Wrap(file);
  return plan;
}

Result<planner::PlannerOptions> OptionsOf(const PlanArgs& args) {
  LW_ASSIGN_OR_RETURN(planner::PlannerOptions options, PlannerOptionsOf(args));
  if (!args.request.start_from.empty()) {
    LW_ASSIGN_OR_RETURN(options.earlier_plan, ReadReassignment(args.request.start_from));
  }
  return options;
}

Result<Proposal> PlanFile(const PlanArgs& args, const DaemonVerbs& verbs, Terminal& terminal) {
  LW_ASSIGN_OR_RETURN(const planner::PlannerOptions options, OptionsOf(args));
  LW_ASSIGN_OR_RETURN(const ClusterSnapshot snapshot, ReadSnapshot(args));
  if (!args.from_reassignment.empty()) {
    LW_ASSIGN_OR_RETURN(const auto plan, ReadReassignment(args.from_reassignment));
    auto judged = planner::JudgePlan(snapshot, options, plan);
    if (!judged.ok()) return judged.error().Wrap(args.from_reassignment);
    return judged;
  }
  if (args.seeds == 1) return planner::PlanRequested(snapshot, options, args.request);
  planner::SeedWatch watch;
  std::mutex line;
  if (terminal.err_is_tty) {
    watch.progress = [&](std::size_t done) {
      const std::lock_guard lock(line);
      terminal.err << fmt::format("\r\x1b[Kplanning: {} of {} seeds", done, args.seeds)
                   << std::flush;
    };
  }
  if (args.deadline) {
    const SteadyTime end = terminal.clock.Now() + *args.deadline;
    watch.out_of_time = [&terminal, end] { return terminal.clock.Now() >= end; };
  }
  auto plan =
      planner::PlanWithSeeds(snapshot, options, args.seeds,
                             verbs.run_parallel ? verbs.run_parallel : planner::RunInTurn, watch);
  if (terminal.err_is_tty) terminal.err << "\r\x1b[K";
  return plan;
}

std::string FrontTable(const std::vector<Proposal>& front, bool headers) {
  constexpr auto kRight = Table::Align::kRight;
  Table table({{"COPIES", kRight},
               {"REPLICA MOVES", kRight},
               {"LEADER MOVES", kRight},
               {"OFF", kRight},
               {"SCORE", kRight},
               {"TAKES", kRight}});
  for (const Proposal& proposal : front) {
    std::int32_t off = 0;
    for (const GoalVerdict& goal : proposal.goals) off += goal.violations_after;
    table.Add({HumanBytes(static_cast<double>(proposal.bytes_to_move)),
               std::to_string(proposal.replica_moves), std::to_string(proposal.leader_moves),
               std::to_string(off), fmt::format("{:.1f}", proposal.score_after),
               IsKnown(proposal.makespan_s) ? HumanDuration(proposal.makespan_s) : "?"});
  }
  return table.Render(headers);
}

std::string FrontJson(const std::vector<Proposal>& front) {
  std::string json = "{\"front\":[";
  for (const Proposal& proposal : front) {
    if (json.back() != '[') json += ",\n";
    json += ProposalViewJson(proposal);
  }
  return json + "]}\n";
}

Result<std::string> Front(const PlanArgs& args) {
  LW_ASSIGN_OR_RETURN(const planner::PlannerOptions options, OptionsOf(args));
  LW_ASSIGN_OR_RETURN(const ClusterSnapshot snapshot, ReadSnapshot(args));
  LW_ASSIGN_OR_RETURN(const auto front, planner::PlanFront(snapshot, options));
  return args.client.format == Format::kJson ? FrontJson(front)
                                             : FrontTable(front, args.client.headers);
}

}  // namespace

int RunOfflinePlan(const PlanArgs& args, const DaemonVerbs& verbs, Terminal& terminal) {
  if (args.pareto) return PrintText(Front(args), terminal);
  const auto proposal = PlanFile(args, verbs, terminal);
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
