#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "model/ids.h"
#include "model/plan_request.h"
#include "model/topic_wish.h"

namespace levelwind::cli {

// The client verbs. Each returns the exit code; cli.cc fills the arguments from the command line.

enum class Format { kTable, kJson, kReassign };

/// What all client verbs share.
struct ClientArgs {
  std::string api = "http://127.0.0.1:8844";
  std::string author;
  Format format = Format::kTable;
  bool headers = true;
};

int RunStatus(const ClientArgs& args, Terminal& terminal);
int RunBrokers(const ClientArgs& args, Terminal& terminal);
int RunTopics(const ClientArgs& args, Terminal& terminal);

struct GroupsArgs {
  ClientArgs client;
  std::string group;                ///< Empty: all.
  std::optional<Duration> history;  ///< Draw the group's lag over this long.
};
int RunGroups(const GroupsArgs& args, Terminal& terminal);

struct LagArgs {
  ClientArgs client;
  std::size_t limit = 20;            ///< Groups shown, those that hurt most first.
  bool watch = false;                ///< Again every `interval` until `timeout` or Ctrl-C.
  std::optional<Duration> interval;  ///< 5 s.
  std::optional<Duration> timeout;   ///< None: for good.
};
int RunLag(const LagArgs& args, Terminal& terminal);
int RunCanary(const ClientArgs& args, Terminal& terminal);
/// What the autoscaler decided: about all groups, or about `group` with the sum that led there.
int RunAutoscale(const ClientArgs& args, const std::string& group, Terminal& terminal);
struct ReplayArgs {
  std::string history{};      ///< A file of snapshots, one a line (planner/snapshot_history.h).
  std::string config_file{};  ///< Thresholds; empty: the defaults.
  bool exit_code = false;
};
/// Needs no daemon: what the detectors would have found, and when.
int RunReplay(const ReplayArgs& args, Terminal& terminal);
struct SimulateArgs {
  std::vector<int> workloads{};           ///< W1 to W13; empty: all.
  std::vector<std::string> algorithms{};  ///< B0 to B10; empty: all.
  std::vector<std::string> protocols{"eager"};
  int seeds = 1;
  double hours = 0;              ///< > 0: only so long.
  std::string trace{};           ///< W14: a file of second,records or second,partition,records.
  int partitions = 12;           ///< Of the trace, where it does not name them.
  std::string output = "table";  ///< table, csv, json.
  std::string plots{};           ///< Folder for SVG files; empty: none.
};
/// Needs no daemon: the autoscaler and others on simulated loads.
int RunSimulateAutoscale(const SimulateArgs& args, const DaemonVerbs& verbs, Terminal& terminal);
int RunAnomalies(const ClientArgs& args, bool exit_code, Terminal& terminal);
/// The decision record of one anomaly, from the first sight to its end.
int RunExplainAnomaly(const ClientArgs& args, const std::string& id, Terminal& terminal);
/// What a person may say about an anomaly: "approve", "deny" or "mute" (then for `how_long`).
struct HealingArgs {
  ClientArgs client;
  std::string word;
  std::string id;
  std::string reason;
  std::string how_long = "4h";
};
int RunHealing(const HealingArgs& args, Terminal& terminal);
int RunProposals(const ClientArgs& args, Terminal& terminal);
int RunHistory(const ClientArgs& args, Terminal& terminal);

struct PlanArgs {
  ClientArgs client;
  std::string snapshot;  ///< A file: plan on it, with no daemon.
  std::string out;       ///< Also write the plan here: JSON of Kafka's tool, or `format` if given.
  bool format_given = false;
  PlanRequest request;
  // Offline only.
  std::string effort;             ///< fast, normal, thorough.
  std::string capacity;           ///< A capacity file of Cruise Control.
  std::string from_reassignment;  ///< Judge this plan instead of making one.
  std::size_t seeds = 1;          ///< The best plan of so many.
  std::optional<Duration> deadline;
  bool pareto = false;  ///< Bytes against balance instead of one plan.
  std::string reason;
  bool all = false;        ///< Show all moves, however many.
  bool exit_code = false;  ///< kFinding when the plan has moves.
};
int RunPlan(const PlanArgs& args, const DaemonVerbs& verbs, Terminal& terminal);
int RunOfflinePlan(const PlanArgs& args, const DaemonVerbs& verbs, Terminal& terminal);
int RunShow(const ClientArgs& args, const std::string& id, bool all, Terminal& terminal);

struct WhyNotArgs {
  PlanArgs plan;          ///< Snapshot, capacities and goals.
  std::string partition;  ///< "orders-7"
  BrokerId broker = kNoBroker;
};
int RunWhyNot(const WhyNotArgs& args, Terminal& terminal);
struct PlaceTopicArgs {
  PlanArgs plan;  ///< Snapshot, capacities and goals.
  TopicWish wish;
};
int RunPlaceTopic(const PlaceTopicArgs& args, Terminal& terminal);
/// What the daemon knows of the loads of TOPIC or TOPIC-P, figure by figure.
int RunExplainMetrics(const ClientArgs& args, const std::string& what, Terminal& terminal);
int RunExplainPlan(const ClientArgs& args, const std::string& id, Terminal& terminal);

struct WatchArgs {
  ClientArgs client;
  std::string operation;  ///< Empty: the one that runs, else the newest.
  std::optional<Duration> timeout;
};
int RunWatch(const WatchArgs& args, Terminal& terminal);

struct ApplyArgs {
  ClientArgs client;
  std::string proposal;
  std::string reason;
  bool yes = false;
  bool wait = false;
  std::optional<Duration> timeout;
};
int RunApply(const ApplyArgs& args, Terminal& terminal);
/// What may be asked of an operation.
enum class Steer { kCancel, kPause, kResume, kRollback };
/// An empty `operation` is the one that runs; kRollback needs a name.
int RunSteer(const ClientArgs& args, Steer steer, const std::string& operation,
             const std::string& reason, Terminal& terminal);

/// Changing requests that were sent; of one operation when it is named.
int RunAudit(const ClientArgs& args, const std::string& operation, std::size_t limit,
             Terminal& terminal);

struct DoctorArgs {
  ClientArgs client;
  config::LoadRequest cluster;   ///< Whose cluster to look at directly.
  bool look_at_cluster = false;  ///< A file or brokers were named.
  bool clear_throttles = false;
  std::string reason;
};
/// kFinding when something is wrong.
int RunDoctor(const DoctorArgs& args, const DaemonVerbs& verbs, Terminal& terminal);

enum class Print { kNothing, kDocs, kSchema, kExample };
int RunCheckConfig(const std::string& file, Print print, const DaemonVerbs& verbs,
                   Terminal& terminal);

}  // namespace levelwind::cli
