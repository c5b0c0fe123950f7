#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

namespace levelwind::cli {
namespace {

constexpr const char* kFooter =
    "\nData goes to standard output, talk to standard error.\n"
    "Exit codes: 0 done, 1 failed, 2 usage or bad config, 3 finding (with --exit-code),\n"
    "4 daemon unreachable, 5 wait timed out, 6 refused.";

}  // namespace

CommandLine::CommandLine(const DaemonVerbs& verbs, Terminal& terminal)
    : verbs_(verbs), terminal_(terminal) {
  app_.description("Levelwind keeps Kafka clusters and their consumers level.");
  app_.footer(kFooter);
  app_.require_subcommand(1);
  app_.set_version_flag("--version", "levelwind " LEVELWIND_VERSION);
  client_.author = ProcessAuthor();
  AddDaemonVerbs();
  AddReadVerbs();
  AddPlanVerbs();
  AddExplainVerbs();
  AddPlaceTopic();
  AddActVerbs();
  AddHealing();
  AddDoctor();
  AddOtherVerbs();
}

int CommandLine::Run(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app_.exit(problem, terminal_.out, terminal_.err);
    terminal_.err << "levelwind: " << Mistake(problem, argc, argv) << '\n';
    return kUsage;
  }
  return run_();
}

void CommandLine::AddDaemonVerbs() {
  CLI::App& serve = AddVerb("serve", "Run the daemon next to a cluster", [this] {
    return verbs_.serve({config_file_, overrides_});
  });
  serve.add_option("-c,--config", config_file_, "Configuration file")->type_name("FILE");
  AddSetting(serve, "-b,--bootstrap", "cluster.bootstrap", "Brokers to ask first", "HOST:PORT,...");
  AddSetting(serve, "--mode", "mode", "What it may do", "observe|operate");
  AddSetting(serve, "--listen", "listen", "Address of the API", "ADDRESS:PORT");
  AddSetting(serve, "--state-dir", "state_dir", "Directory of the journal", "DIR");
  AddSetting(serve, "--name", "cluster.name", "Name of the cluster for people", "NAME");
  AddSetting(serve, "--log-level", "log.level", "Least important lines logged", "LEVEL");
  AddSetting(serve, "--log-file", "log.file", "File for log lines instead of stderr", "FILE");
  AddSecuritySettings(serve);
  AddSetting(serve, "--throttle", "execute.throttle", "Copying rate per broker", "RATE");
  serve
      .add_option_function<std::string>(
          "--collect-interval",
          [this](const std::string& text) {
            for (const char* key : {"collect.metadata_interval", "collect.offset_interval"}) {
              overrides_.push_back({key, text, "--collect-interval"});
            }
          },
          "How often the cluster is looked at")
      ->type_name("DURATION");

  CLI::App& snapshot =
      AddVerb("snapshot", "Write what the cluster looks like to a file, without a daemon", [this] {
        return verbs_.snapshot({config_file_, overrides_, out_, wait_for_rates_, follow_});
      });
  snapshot.add_option("-c,--config", config_file_, "Configuration file")->type_name("FILE");
  AddSetting(snapshot, "-b,--bootstrap", "cluster.bootstrap", "Brokers to ask first",
             "HOST:PORT,...");
  AddSecuritySettings(snapshot);
  snapshot.add_option("--out", out_, "File to write; - is standard output")
      ->required()
      ->type_name("FILE");
  snapshot.add_flag("--wait-for-rates", wait_for_rates_, "Look until produce rates are known");
  AddDuration(snapshot, "--follow", follow_, "Add a snapshot at this interval, for replay");
}

void CommandLine::AddReadVerbs() {
  AddClientVerb("status", "One look at everything", false,
                [this] { return RunStatus(client_, terminal_); });
  AddClientVerb("brokers", "Who leads and holds what", false,
                [this] { return RunBrokers(client_, terminal_); });
  AddClientVerb("topics", "Topics with size and rate", false,
                [this] { return RunTopics(client_, terminal_); });
  CLI::App& groups = AddClientVerb("groups", "Consumer groups and their lag", false, [this] {
    groups_.client = client_;
    return RunGroups(groups_, terminal_);
  });
  CLI::Option* one =
      groups.add_option("NAME", groups_.group, "Show this group, partition by partition");
  AddDuration(groups, "--history", groups_.history, "Draw its lag over this long (6h)")->needs(one);
  CLI::App& lag = AddClientVerb("lag", "The groups that hurt most, as they go", false, [this] {
    lag_.client = client_;
    return RunLag(lag_, terminal_);
  });
  lag.add_option("--limit", lag_.limit, "Most groups")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  CLI::Option* again = lag.add_flag("--watch", lag_.watch, "Look again and again");
  AddDuration(lag, "--interval", lag_.interval, "Time between two looks (5s)")->needs(again);
  AddDuration(lag, "--timeout", lag_.timeout, "Stop after this long")->needs(again);
  AddClientVerb("canary", "Whether and how fast records get through", false,
                [this] { return RunCanary(client_, terminal_); });
  AddClientVerb("autoscale", "How many members consumer groups should have, and why", false,
                [this] { return RunAutoscale(client_, name_, terminal_); })
      .add_option("GROUP", name_, "This group, with the sum that leads there");
  AddClientVerb("anomalies", "What the detectors found", false, [this] {
    return RunAnomalies(client_, exit_code_, terminal_);
  }).add_flag("--exit-code", exit_code_, "Exit with 3 when something was found");
}

void CommandLine::AddActVerbs() {
  CLI::App& apply = AddClientVerb("apply", "Carry out exactly one proposal", false, [this] {
    apply_.client = client_;
    apply_.reason = reason_;
    apply_.timeout = watch_.timeout;
    return RunApply(apply_, terminal_);
  });
  apply.add_option("ID", apply_.proposal, "Proposal, such as p1")->required();
  apply.add_flag("-y,--yes", apply_.yes, "Do not ask");
  apply.add_option("--reason", reason_, "For the audit")->type_name("TEXT");
  CLI::Option* wait = apply.add_flag("--wait", apply_.wait, "Watch it to its end");
  AddDuration(apply, "--timeout", watch_.timeout, "Longest wait")->needs(wait);

  CLI::App& watch = AddClientVerb("watch", "Follow an operation to its end", false, [this] {
    watch_.client = client_;
    return RunWatch(watch_, terminal_);
  });
  watch.add_option("ID", watch_.operation, "Operation, such as op1; else the one that runs");
  AddDuration(watch, "--timeout", watch_.timeout, "Longest wait");

  AddSteer("cancel", "Stop an operation as soon as it is safe", Steer::kCancel);
  AddSteer("pause", "Start no new step of an operation", Steer::kPause);
  AddSteer("resume", "Let a paused operation go on", Steer::kResume);
  AddSteer("rollback", "Bring back what an operation changed", Steer::kRollback);
  AddClientVerb("history", "Operations, newest first", false,
                [this] { return RunHistory(client_, terminal_); });
  CLI::App& audit =
      AddClientVerb("audit", "Changing requests that were sent, newest first", false,
                    [this] { return RunAudit(client_, name_, audit_limit_, terminal_); });
  audit.add_option("ID", name_, "Of this operation only, such as op1");
  audit.add_option("--limit", audit_limit_, "Most rows")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
}

void CommandLine::AddDoctor() {
  CLI::App& doctor = AddClientVerb(
      "doctor", "Look for what is wrong with the daemon and the cluster; 3 if something is", false,
      [this] {
        doctor_.client = client_;
        doctor_.cluster.file = config_file_;
        doctor_.cluster.overrides = overrides_;
        doctor_.look_at_cluster = !config_file_.empty() || !overrides_.empty();
        doctor_.reason = reason_;
        return RunDoctor(doctor_, verbs_, terminal_);
      });
  doctor.add_option("-c,--config", config_file_, "Look at this configuration's cluster, too")
      ->type_name("FILE");
  AddSetting(doctor, "-b,--bootstrap", "cluster.bootstrap", "Look at this cluster, too",
             "HOST:PORT,...");
  AddSecuritySettings(doctor);
  doctor.add_flag("--clear-throttles", doctor_.clear_throttles,
                  "Delete replication throttles that no operation of the daemon owes");
  doctor.add_option("--reason", reason_, "For the audit")->type_name("TEXT");
}

void CommandLine::AddSteer(const std::string& name, const std::string& help, Steer steer) {
  CLI::App& verb = AddClientVerb(name, help, false, [this, steer] {
    return RunSteer(client_, steer, name_, reason_, terminal_);
  });
  const bool must_name = steer == Steer::kRollback;
  verb.add_option(
          "ID", name_,
          must_name ? "Operation, such as op1" : "Operation, such as op1; else the one that runs")
      ->required(must_name);
  verb.add_option("--reason", reason_, "For the audit")->type_name("TEXT");
}

void CommandLine::AddOtherVerbs() {
  CLI::App& check = AddVerb("check-config", "Check a configuration file", [this] {
    const Print print = print_docs_      ? Print::kDocs
                        : print_schema_  ? Print::kSchema
                        : print_example_ ? Print::kExample
                                         : Print::kNothing;
    if (print == Print::kNothing && config_file_.empty()) {
      terminal_.err << "levelwind: check-config needs a FILE\n";
      return static_cast<int>(kUsage);
    }
    return RunCheckConfig(config_file_, print, verbs_, terminal_);
  });
  check.add_option("FILE", config_file_, "Configuration file");
  check.add_flag("--print-docs", print_docs_, "Print docs/configuration.md");
  check.add_flag("--print-schema", print_schema_, "Print the JSON Schema, for editors");
  check.add_flag("--print-example", print_example_, "Print a file with every key");
  CLI::App& replay = AddVerb("replay", "What the detectors find in recorded snapshots", [this] {
    replay_.config_file = config_file_;
    replay_.exit_code = exit_code_;
    return RunReplay(replay_, terminal_);
  });
  replay.add_option("--history", replay_.history, "Snapshots, one a line (snapshot --follow)")
      ->required()
      ->type_name("FILE");
  replay.add_option("-c,--config", config_file_, "Thresholds to try")->type_name("FILE");
  replay.add_flag("--exit-code", exit_code_, "Exit with 3 when something was found");
  AddSimulate();
  AddVerb("version", "Print the version", [this] {
    terminal_.out << "levelwind " LEVELWIND_VERSION << std::endl;
    return static_cast<int>(kDone);
  });
}

/// CLI11's message; for an unknown verb the nearest one instead.
std::string CommandLine::Mistake(const CLI::ParseError& problem, int argc,
                                 const char* const* argv) const {
  std::vector<std::string> verbs;
  for (const CLI::App* sub : app_.get_subcommands({})) verbs.push_back(sub->get_name());
  if (argc > 1 && argv[1][0] != '-' && std::ranges::find(verbs, argv[1]) == verbs.end()) {
    const auto near = NearestWord(argv[1], verbs);
    return fmt::format(
        "there is no verb '{}'; {}", EscapeControl(argv[1]),
        near ? fmt::format("did you mean '{}'?", *near) : "'levelwind --help' lists all");
  }
  if (argc <= 1) return "which verb? 'levelwind --help' lists all";
  return EscapeControl(problem.what()) + fmt::format(" ('levelwind {} --help')", argv[1]);
}

}  // namespace levelwind::cli
