#pragma once

// Internal to cli/: the command line as CLI11 sees it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

namespace levelwind::cli {

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

inline CLI::Option* AddDuration(CLI::App& app, const std::string& flag,
                                std::optional<Duration>& target, const std::string& help) {
  return AddParsed(app, flag, target, help, ParseDuration, "90s or 30m")->type_name("DURATION");
}

/// Everything the flags of one run are parsed into, and the verb that was chosen.
class CommandLine {
 public:
  CommandLine(const DaemonVerbs& verbs, Terminal& terminal);
  /// The verb's exit code, or kUsage.
  int Run(int argc, const char* const* argv);

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
  // In command_line_plan.cc.
  void AddPlanVerbs();
  void AddWork(CLI::App& plan);
  void AddLimits(CLI::App& plan);
  void AddFileOptions(CLI::App& plan, CLI::Option& snapshot);
  void AddLogDirs(CLI::App& plan);
  void AddGoals(CLI::App& sub, CLI::Option* needs);
  PlanArgs PlanArguments() const;
  void AddExplainVerbs();
  void AddPlaceTopic();

  CLI::Option* AddCapacity(CLI::App& sub) {
    return sub
        .add_option("--capacity", plan_.capacity, "Capacities, as Cruise Control's capacity.json")
        ->type_name("FILE");
  }
  void AddActVerbs();
  void AddSteer(const std::string& name, const std::string& help, Steer steer);
  void AddHealing();
  void AddDoctor();
  void AddOtherVerbs();
  void AddSimulate();
  std::string Mistake(const CLI::ParseError& problem, int argc, const char* const* argv) const;

  const DaemonVerbs& verbs_;
  Terminal& terminal_;
  CLI::App app_{"", "levelwind"};
  Verb run_;
  std::map<std::string, CLI::Option*> output_options_;

  ClientArgs client_;
  PlanArgs plan_;
  std::optional<Duration> max_duration_;
  WhyNotArgs why_not_;
  PlaceTopicArgs place_;
  std::optional<std::int64_t> bytes_in_, bytes_out_, topic_bytes_;
  WatchArgs watch_;
  ApplyArgs apply_;
  DoctorArgs doctor_;
  GroupsArgs groups_;
  LagArgs lag_;
  HealingArgs healing_;
  std::size_t audit_limit_ = 50;
  std::string config_file_;
  std::vector<config::Override> overrides_;
  std::string out_;
  bool wait_for_rates_ = false;
  std::optional<Duration> follow_;
  ReplayArgs replay_;
  SimulateArgs simulate_;
  std::string name_;
  std::string reason_;
  bool all_ = false;
  bool exit_code_ = false;
  bool print_docs_ = false;
  bool print_schema_ = false;
  bool print_example_ = false;
};

}  // namespace levelwind::cli
