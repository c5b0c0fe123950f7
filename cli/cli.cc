#include "cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

/// Reads a flag's text with `parse`, a Result; CLI11 reports the message.
template <class T, class Parse>
CLI::Option* AddParsed(CLI::App& app, const std::string& flag, std::optional<T>& target,
                       const std::string& help, Parse parse, const std::string& example) {
  const auto read = [flag, &target, parse, example](const std::string& text) {
    const auto parsed = parse(text);
    if (!parsed.ok()) {
      throw CLI::ValidationError(flag, parsed.error().message() + "; write " + example);
    }
    target = *parsed;
  };
  return app.add_option_function<std::string>(flag, read, help);
}

CLI::Option* AddDuration(CLI::App& app, const std::string& flag, std::optional<Duration>& target,
                         const std::string& help) {
  return AddParsed(app, flag, target, help, ParseDuration, "90s or 30m")->type_name("DURATION");
}

/// Everything the flags of one run are parsed into, and the verb that was chosen.
class CommandLine {
 public:
  explicit CommandLine(const DaemonVerbs& verbs, Terminal& terminal)
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
    AddActVerbs();
    AddOtherVerbs();
  }

  int Run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
      if (problem.get_exit_code() == 0) return app_.exit(problem, terminal_.out, terminal_.err);
      terminal_.err << "levelwind: " << Mistake(problem, argc, argv) << '\n';
      return kUsage;
    }
    return run_();
  }

 private:
  using Verb = std::function<int()>;

  CLI::App& AddVerb(const std::string& name, const std::string& help, Verb verb) {
    return AddVerb(app_, name, help, std::move(verb));
  }
  CLI::App& AddVerb(CLI::App& parent, const std::string& name, const std::string& help, Verb verb) {
    CLI::App& sub = *parent.add_subcommand(name, help);
    sub.callback([this, verb = std::move(verb)] { run_ = verb; });
    return sub;
  }

  CLI::App& AddClientVerb(const std::string& name, const std::string& help, bool reassign,
                          Verb verb) {
    return AddClientVerb(app_, name, help, reassign, std::move(verb));
  }
  CLI::App& AddClientVerb(CLI::App& parent, const std::string& name, const std::string& help,
                          bool reassign, Verb verb) {
    CLI::App& sub = AddVerb(parent, name, help, std::move(verb));
    sub.add_option("--api", client_.api, "Address of the daemon's API")
        ->envname("LEVELWIND_API")
        ->capture_default_str();
    std::map<std::string, Format> formats = {{"table", Format::kTable}, {"json", Format::kJson}};
    if (reassign) formats.emplace("reassign", Format::kReassign);
    std::string names = "table|json";
    if (reassign) names += "|reassign";
    output_options_[parent.get_name() + name] =
        sub.add_option("-o,--output", client_.format, "Format: " + names)
            ->transform(CLI::CheckedTransformer(formats))
            ->type_name(names);
    sub.add_flag("!--no-headers", client_.headers, "Tables without their first line");
    return sub;
  }

  /// A flag of `serve` or `snapshot` that stands for a configuration key.
  void AddSetting(CLI::App& sub, const std::string& flag, const std::string& key,
                  const std::string& help, const std::string& type_name) {
    sub.add_option_function<std::string>(
           flag,
           [this, flag, key](const std::string& text) {
             overrides_.push_back({key, text, flag.substr(flag.find("--"))});
           },
           help)
        ->type_name(type_name);
  }

  /// The rest of cluster.security is for the configuration file.
  void AddSecuritySettings(CLI::App& sub) {
    AddSetting(sub, "--security-protocol", "cluster.security.protocol",
               "What the brokers' listener speaks", "PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL");
    AddSetting(sub, "--tls-ca", "cluster.security.tls.ca_file",
               "CA that brokers' certificates are checked against", "FILE");
  }

  void AddDaemonVerbs();
  void AddReadVerbs();
  void AddPlanVerbs();
  void AddFileOptions(CLI::App& plan, CLI::Option& snapshot);
  CLI::Option* AddCapacity(CLI::App& sub) {
    return sub
        .add_option("--capacity", plan_.capacity, "Capacities, as Cruise Control's capacity.json")
        ->type_name("FILE");
  }
  void AddExplainVerbs();
  void AddActVerbs();
  void AddOtherVerbs();
  std::string Mistake(const CLI::ParseError& problem, int argc, const char* const* argv) const;

  const DaemonVerbs& verbs_;
  Terminal& terminal_;
  CLI::App app_{"", "levelwind"};
  Verb run_;
  std::map<std::string, CLI::Option*> output_options_;

  ClientArgs client_;
  PlanArgs plan_;
  WhyNotArgs why_not_;
  WatchArgs watch_;
  ApplyArgs apply_;
  std::string config_file_;
  std::vector<config::Override> overrides_;
  std::string out_;
  bool wait_for_rates_ = false;
  std::string name_;
  std::string reason_;
  bool all_ = false;
  bool exit_code_ = false;
  bool print_docs_ = false;
  bool print_schema_ = false;
  bool print_example_ = false;
};

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
        return verbs_.snapshot({config_file_, overrides_, out_, wait_for_rates_});
      });
  snapshot.add_option("-c,--config", config_file_, "Configuration file")->type_name("FILE");
  AddSetting(snapshot, "-b,--bootstrap", "cluster.bootstrap", "Brokers to ask first",
             "HOST:PORT,...");
  AddSecuritySettings(snapshot);
  snapshot.add_option("--out", out_, "File to write; - is standard output")
      ->required()
      ->type_name("FILE");
  snapshot.add_flag("--wait-for-rates", wait_for_rates_, "Look until produce rates are known");
}

void CommandLine::AddReadVerbs() {
  AddClientVerb("status", "One look at everything", false,
                [this] { return RunStatus(client_, terminal_); });
  AddClientVerb("brokers", "Who leads and holds what", false,
                [this] { return RunBrokers(client_, terminal_); });
  AddClientVerb("topics", "Topics with size and rate", false,
                [this] { return RunTopics(client_, terminal_); });
  AddClientVerb("groups", "Consumer groups and their lag", false, [this] {
    return RunGroups(client_, name_, terminal_);
  }).add_option("NAME", name_, "Show this group, partition by partition");
  AddClientVerb("anomalies", "What the detectors found", false, [this] {
    return RunAnomalies(client_, exit_code_, terminal_);
  }).add_flag("--exit-code", exit_code_, "Exit with 3 when something was found");
}

void CommandLine::AddPlanVerbs() {
  CLI::App& plan =
      AddClientVerb("plan", "Make a proposal and show it; changes nothing", true, [this] {
        plan_.client = client_;
        plan_.reason = reason_;
        plan_.all = all_;
        plan_.exit_code = exit_code_;
        plan_.format_given = output_options_.at("levelwindplan")->count() > 0;
        return RunPlan(plan_, verbs_, terminal_);
      });
  CLI::Option* snapshot =
      plan.add_option("--snapshot", plan_.snapshot, "Plan on this file, without a daemon")
          ->type_name("FILE");
  plan.add_option("--out", plan_.out, "Also write the plan to a file, as Kafka's tool takes it")
      ->type_name("FILE");
  plan.add_option("--goals", plan_.goals, "Goals, most important first")
      ->delimiter(',')
      ->type_name("GOAL,...");
  plan.add_option("--seed", plan_.seed, "Same seed and snapshot, same plan");
  AddParsed(plan, "--max-bytes", plan_.max_bytes, "Most bytes to copy", ParseBytes, "10GB")
      ->type_name("BYTES");
  plan.add_option("--effort", plan_.effort, "How long the search tries (only with --snapshot)")
      ->needs(snapshot)
      ->type_name("fast|normal|thorough");
  AddFileOptions(plan, *snapshot);
  plan.add_option("--max-moves", plan_.max_moves, "Most replicas to copy")
      ->check(CLI::NonNegativeNumber);
  AddDuration(plan, "--max-duration", plan_.max_duration, "Longest estimated time of all moves");
  plan.add_flag("--bound", plan_.bound, "Prove a higher lower bound of the bytes; takes seconds");
  plan.add_option("--reason", reason_, "For the audit")->type_name("TEXT");
  plan.add_flag("--all", all_, "Show all moves");
  plan.add_flag("--exit-code", exit_code_, "Exit with 3 when the plan has moves");

  CLI::App& show = AddClientVerb("show", "Show a proposal again", true,
                                 [this] { return RunShow(client_, name_, all_, terminal_); });
  show.add_option("ID", name_, "Proposal, such as p1")->required();
  show.add_flag("--all", all_, "Show all moves");
  AddClientVerb("plans", "Proposals, newest first", false,
                [this] { return RunProposals(client_, terminal_); });
}

/// What `plan` can do with a snapshot file only.
void CommandLine::AddFileOptions(CLI::App& plan, CLI::Option& snapshot) {
  AddCapacity(plan)->needs(&snapshot);
  CLI::Option* given =
      plan.add_option("--from-reassignment", plan_.from_reassignment,
                      "Judge this plan of Kafka's reassignment tool instead of making one")
          ->needs(&snapshot)
          ->type_name("FILE");
  CLI::Option* pareto =
      plan.add_flag("--pareto", plan_.pareto, "Show bytes against balance instead of one plan")
          ->needs(&snapshot)
          ->excludes(given);
  CLI::Option* seeds =
      plan.add_option("--seeds", plan_.seeds, "Search from so many seeds, in parallel; best wins")
          ->needs(&snapshot)
          ->excludes(given)
          ->excludes(pareto)
          ->check(CLI::Range(1, 1000));
  AddDuration(plan, "--deadline", plan_.deadline,
              "Begin no further seed after this long: the plan then depends on the machine")
      ->needs(seeds);
}

void CommandLine::AddExplainVerbs() {
  CLI::App& explain = *app_.add_subcommand("explain", "Why a plan does what it does, or does not");
  explain.require_subcommand(1);
  CLI::App& plan = AddClientVerb(explain, "plan", "The reason of every move of a proposal", false,
                                 [this] { return RunExplainPlan(client_, name_, terminal_); });
  plan.add_option("ID", name_, "Proposal, such as p1")->required();
  CLI::App& why = AddClientVerb(
      explain, "why-not", "What each goal says about moving a replica to a broker", false, [this] {
        why_not_.plan = plan_;
        why_not_.plan.client = client_;
        return RunWhyNot(why_not_, terminal_);
      });
  why.add_option("PARTITION", why_not_.partition, "Such as orders-7")->required();
  why.add_option("BROKER", why_not_.broker, "Id of the broker")->required();
  CLI::Option* snapshot =
      why.add_option("--snapshot", plan_.snapshot, "The cluster as this file has it; no daemon")
          ->type_name("FILE");
  AddCapacity(why)->needs(snapshot);
  why.add_option("--goals", plan_.goals, "Goals, most important first (only with --snapshot)")
      ->needs(snapshot)
      ->delimiter(',')
      ->type_name("GOAL,...");
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

  CLI::App& cancel =
      AddClientVerb("cancel", "Stop an operation as soon as it is safe", false,
                    [this] { return RunCancel(client_, name_, reason_, terminal_); });
  cancel.add_option("ID", name_, "Operation, such as op1; else the one that runs");
  cancel.add_option("--reason", reason_, "For the audit")->type_name("TEXT");
  AddClientVerb("history", "Operations, newest first", false,
                [this] { return RunHistory(client_, terminal_); });
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

}  // namespace

int RunCli(int argc, const char* const* argv, const DaemonVerbs& verbs, Terminal& terminal) {
  try {
    return CommandLine(verbs, terminal).Run(argc, argv);
  } catch (const std::exception& problem) {
    terminal.err << "levelwind: " << problem.what() << std::endl;
    return kFailed;
  }
}

int RunCli(int argc, char** argv, const DaemonVerbs& verbs) {
  const SystemClock clock;
  Terminal terminal = ProcessTerminal(clock);
  return RunCli(argc, argv, verbs, terminal);
}

}  // namespace levelwind::cli
