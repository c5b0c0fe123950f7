#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/command_line.h"

namespace levelwind::cli {
namespace {

void AddBrokers(CLI::App& sub, const std::string& flag, std::vector<BrokerId>& brokers,
                const std::string& help) {
  sub.add_option(flag, brokers, help)->delimiter(',')->type_name("ID,...");
}

}  // namespace

PlanArgs CommandLine::PlanArguments() const {
  PlanArgs args = plan_;
  args.client = client_;
  args.reason = reason_;
  args.all = all_;
  args.exit_code = exit_code_;
  if (max_duration_) args.request.max_duration_s = ToSeconds(*max_duration_);
  return args;
}

void CommandLine::AddPlanVerbs() {
  CLI::App& plan =
      AddClientVerb("plan", "Make a proposal and show it; changes nothing", true, [this] {
        plan_.format_given = output_options_.at("levelwindplan")->count() > 0;
        return RunPlan(PlanArguments(), verbs_, terminal_);
      });
  CLI::Option* snapshot =
      plan.add_option("--snapshot", plan_.snapshot, "Plan on this file, without a daemon")
          ->type_name("FILE");
  plan.add_option("--out", plan_.out, "Also write the plan to a file, as Kafka's tool takes it")
      ->type_name("FILE");
  AddGoals(plan, nullptr);
  AddWork(plan);
  AddLimits(plan);
  plan.add_option("--start-from", plan_.request.start_from,
                  "Go on with what is left of this proposal, or with --snapshot of this file")
      ->type_name("ID|FILE");
  plan.add_option("--seed", plan_.request.seed, "Same seed and snapshot, same plan");
  plan.add_option("--effort", plan_.effort, "How long the search tries (only with --snapshot)")
      ->needs(snapshot)
      ->type_name("fast|normal|thorough");
  AddFileOptions(plan, *snapshot);
  AddLogDirs(plan);
  plan.add_flag("--bound", plan_.request.bound,
                "Prove a higher lower bound of the bytes; takes seconds");
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

void CommandLine::AddGoals(CLI::App& sub, CLI::Option* needs) {
  const std::string only = needs != nullptr ? " (only with --snapshot)" : "";
  const auto add = [&](const char* flag, std::vector<std::string>& list, const std::string& help) {
    CLI::Option* option = sub.add_option(flag, list, help + only)->delimiter(',');
    option->type_name("GOAL,...");
    if (needs != nullptr) option->needs(needs);
  };
  add("--goals", plan_.request.goals, "Goals, most important first");
  add("--hard-goals", plan_.request.hard_goals, "Which of them are hard; none: no goal is");
}

/// What the plan is to do: without any of these, to level what there is.
void CommandLine::AddWork(CLI::App& plan) {
  PlanRequest& request = plan_.request;
  AddBrokers(plan, "--add-brokers", request.add_brokers, "Fill these; no other broker receives");
  AddBrokers(plan, "--remove-brokers", request.remove_brokers, "Empty these");
  AddBrokers(plan, "--demote-brokers", request.demote_brokers,
             "Let these lead nothing that others can lead");
  AddBrokers(plan, "--relieve-brokers", request.relieve_brokers,
             "Fewest bytes off these, so that their disks have room; nothing else moves");
  plan.add_flag("--fix-offline", request.fix_offline,
                "Only what is on dead brokers and failed disks");
  plan.add_flag("--leadership-only", request.leadership_only, "Copy nothing");
  AddBrokers(plan, "--destination-brokers", request.destination_brokers,
             "Who may receive replicas, nobody else");
  AddBrokers(plan, "--exclude-destinations", request.excluded_destinations,
             "Who receives no replicas");
  plan.add_option("--topics", request.include_topics, "Only topics that match may move")
      ->type_name("REGEX");
  plan.add_option("--exclude-topics", request.exclude_topics, "Topics that match stay")
      ->type_name("REGEX");
  plan.add_option("--replication-factor", request.replication_factors,
                  "Replicas that topics which match are to have; may be given several times")
      ->expected(1)
      ->take_all()
      ->type_name("REGEX=N");
  plan.add_option("--partitions", request.partitions,
                  "Partitions that a topic is to have; nothing moves; may be given several times")
      ->expected(1)
      ->take_all()
      ->type_name("TOPIC=N");
}

/// A plan of its own kind. What contradicts it is refused where plans are made.
void CommandLine::AddLogDirs(CLI::App& plan) {
  PlanRequest& request = plan_.request;
  CLI::Option* dirs =
      plan.add_flag("--log-dirs", request.log_dirs,
                    "Level the log dirs of each broker instead; nothing goes to another broker");
  for (const char* flag : {"--from-reassignment", "--pareto", "--seeds"}) {
    dirs->excludes(plan.get_option(flag));
  }
  plan.add_option("--empty-log-dir", request.empty_log_dirs,
                  "Empty this log dir, level nothing; may be given several times")
      ->expected(1)
      ->take_all()
      ->needs(dirs)
      ->type_name("BROKER:PATH");
  plan.add_option("--brokers", request.log_dir_brokers, "Only the log dirs of these")
      ->delimiter(',')
      ->needs(dirs)
      ->type_name("ID,...");
}

void CommandLine::AddLimits(CLI::App& plan) {
  AddParsed(plan, "--max-bytes", plan_.request.max_bytes, "Most bytes to copy", ParseBytes, "10GB")
      ->type_name("BYTES");
  plan.add_option("--max-moves", plan_.request.max_replica_moves, "Most replicas to copy")
      ->check(CLI::NonNegativeNumber);
  AddDuration(plan, "--max-duration", max_duration_, "Longest estimated time of all moves");
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

/// Where a topic should go before it exists.
void CommandLine::AddPlaceTopic() {
  CLI::App& place =
      AddClientVerb("place-topic", "Where a new topic's replicas should go", false, [this] {
        const auto known = [](const auto& given) {
          return given ? static_cast<double>(*given) : kUnknown;
        };
        place_.plan = PlanArguments();
        place_.wish.bytes_in_per_s = known(bytes_in_);
        place_.wish.bytes_out_per_s = known(bytes_out_);
        place_.wish.bytes = known(topic_bytes_);
        return RunPlaceTopic(place_, terminal_);
      });
  place.add_option("TOPIC", place_.wish.name, "Name of the topic, which must not exist")
      ->required();
  place.add_option("--partitions", place_.wish.partitions, "How many")->required();
  place.add_option("--replication-factor", place_.wish.replication_factor, "Replicas of each (3)");
  const auto rate = [](const std::string& text) {
    return ParseBytes(text.ends_with("/s") ? text.substr(0, text.size() - 2) : text);
  };
  AddParsed(place, "--bytes-in", bytes_in_, "Expected to be produced to all of it", rate, "5MiB/s")
      ->type_name("RATE");
  AddParsed(place, "--bytes-out", bytes_out_, "Expected to be read from all of it", rate, "5MiB/s")
      ->type_name("RATE");
  AddParsed(place, "--size", topic_bytes_, "Expected size of one copy of it", ParseBytes, "10GiB")
      ->type_name("BYTES");
  CLI::Option* snapshot =
      place.add_option("--snapshot", plan_.snapshot, "The cluster as this file has it; no daemon")
          ->type_name("FILE");
  AddCapacity(place)->needs(snapshot);
  AddGoals(place, snapshot);
}

void CommandLine::AddExplainVerbs() {
  CLI::App& explain = *app_.add_subcommand("explain", "Why a plan or a figure is as it is");
  explain.require_subcommand(1);
  CLI::App& plan = AddClientVerb(explain, "plan", "The reason of every move of a proposal", false,
                                 [this] { return RunExplainPlan(client_, name_, terminal_); });
  plan.add_option("ID", name_, "Proposal, such as p1")->required();
  CLI::App& metrics =
      AddClientVerb(explain, "metrics", "Where the loads of a topic or partition come from", false,
                    [this] { return RunExplainMetrics(client_, name_, terminal_); });
  metrics.add_option("TOPIC[-P]", name_, "Topic, or partition such as orders-7")->required();
  CLI::App& anomaly =
      AddClientVerb(explain, "anomaly", "What was decided about an anomaly, step by step", false,
                    [this] { return RunExplainAnomaly(client_, name_, terminal_); });
  anomaly.add_option("ID", name_, "Such as a3")->required();
  CLI::App& why = AddClientVerb(
      explain, "why-not", "What each goal says about moving a replica to a broker", false, [this] {
        why_not_.plan = PlanArguments();
        return RunWhyNot(why_not_, terminal_);
      });
  why.add_option("PARTITION", why_not_.partition, "Such as orders-7")->required();
  why.add_option("BROKER", why_not_.broker, "Id of the broker")->required();
  CLI::Option* snapshot =
      why.add_option("--snapshot", plan_.snapshot, "The cluster as this file has it; no daemon")
          ->type_name("FILE");
  AddCapacity(why)->needs(snapshot);
  AddGoals(why, snapshot);
}

void CommandLine::AddHealing() {
  const auto add = [this](const std::string& word, const std::string& help) -> CLI::App& {
    CLI::App& verb = AddClientVerb(word, help, false, [this, word] {
      healing_.client = client_;
      healing_.word = word;
      return RunHealing(healing_, terminal_);
    });
    verb.add_option("ID", healing_.id, "Anomaly, such as a3")->required();
    verb.add_option("--reason", healing_.reason, "For the record")->type_name("TEXT");
    return verb;
  };
  add("approve", "Let the plan of self-healing that waits be carried out");
  add("deny", "Let self-healing do nothing about an anomaly until it is gone");
  add("mute", "Neither do nor tell anything about an anomaly for a time")
      .add_option("--for", healing_.how_long, "How long; 0s takes it back")
      ->type_name("DURATION")
      ->capture_default_str();
}

}  // namespace levelwind::cli
