#include "config/schema.h"

#include <algorithm>

#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

using collectors::OffsetsTopicMode;
using planner::Effort;

constexpr double kMinute = 60;
constexpr double kHour = 3600;
constexpr double kMiB = 1 << 20;
constexpr double kTiB = 0x1p40;

constexpr NameTable<Mode, 2> kModes = {{{Mode::kObserve, "observe"}, {Mode::kOperate, "operate"}}};
constexpr NameTable<LogLevel, 5> kLevels = {{{LogLevel::kTrace, "trace"},
                                             {LogLevel::kDebug, "debug"},
                                             {LogLevel::kInfo, "info"},
                                             {LogLevel::kWarn, "warn"},
                                             {LogLevel::kError, "error"}}};
constexpr NameTable<OffsetsTopicMode, 3> kOffsetsTopicModes = {
    {{OffsetsTopicMode::kOff, "off"},
     {OffsetsTopicMode::kTail, "tail"},
     {OffsetsTopicMode::kReplay, "replay"}}};
constexpr NameTable<Effort, 3> kEfforts = {
    {{Effort::kFast, "fast"}, {Effort::kNormal, "normal"}, {Effort::kThorough, "thorough"}}};

void AddDaemon(std::vector<SchemaEntry>& out) {
  out.push_back({"mode",
                 ValueType::kChoice,
                 [](Config& c) -> FieldRef { return Choice(c.mode, kModes); },
                 "What the daemon may do: observe looks and plans and sends no changing request; "
                 "operate carries out the proposals that a person applies.",
                 "operate",
                 0,
                 0,
                 {"observe", "operate"}});
  out.push_back({"listen", ValueType::kText, [](Config& c) -> FieldRef { return &c.listen; },
                 "Address and port of the HTTP API. Loopback only: anything wider is refused until "
                 "TLS and authentication exist. Port 0 takes any free one.",
                 "127.0.0.1:8844"});
  out.push_back({"state_dir", ValueType::kText, [](Config& c) -> FieldRef { return &c.state_dir; },
                 "Directory of the journal and of the lag history. Required in operate mode; "
                 "without one the lag history is kept in memory. One daemon per directory.",
                 "/var/lib/levelwind"});
  out.push_back({"log.level",
                 ValueType::kChoice,
                 [](Config& c) -> FieldRef { return Choice(c.log.level, kLevels); },
                 "The least important lines that are logged.",
                 "debug",
                 0,
                 0,
                 {"trace", "debug", "info", "warn", "error"}});
  out.push_back({"log.file", ValueType::kText, [](Config& c) -> FieldRef { return &c.log.file; },
                 "File that log lines are appended to; empty: standard error.",
                 "/var/log/levelwind.log"});
}

void AddCluster(std::vector<SchemaEntry>& out) {
  out.push_back({"cluster.name", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.cluster_name; },
                 "Name of the cluster for people; shown in answers and tables.", "orders-prod"});
  out.push_back({"cluster.bootstrap", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.kafka.bootstrap; },
                 "Brokers to ask first, as host:port; the others are found through them. Required, "
                 "here or with --bootstrap.",
                 "[broker1:9092, broker2:9092]"});
  out.push_back({"cluster.client_id", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.kafka.client_id; },
                 "Client id that brokers see, for their logs and quotas.", "levelwind"});
  out.push_back({"cluster.connect_timeout", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.kafka.connect_timeout; },
                 "Limit for connecting to a broker and agreeing on API versions.", "5s", 0.1,
                 5 * kMinute});
  out.push_back({"cluster.request_timeout", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.kafka.request_timeout; },
                 "Limit for one request; after it the connection is closed.", "15s", 0.1,
                 5 * kMinute});
  out.push_back({"cluster.max_frame", ValueType::kBytes,
                 [](Config& c) -> FieldRef { return &c.kafka.max_frame_bytes; },
                 "Most memory that one answer of a broker may take: its bytes and what they decode "
                 "to. A larger one is refused.",
                 "128MiB", kMiB, 1024 * kMiB});
  out.push_back({"cluster.max_in_flight", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.kafka.max_in_flight; },
                 "Requests on the way per connection.", "5", 1, 100});
}

void AddCollect(std::vector<SchemaEntry>& out) {
  out.push_back({"collect.metadata_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.metadata_interval; },
                 "How often brokers, topics, leaders and reassignments are looked at.", "5s", 0.5,
                 5 * kMinute});
  out.push_back({"collect.offset_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.offset_interval; },
                 "How often end offsets and consumer groups are looked at.", "5s", 0.5,
                 5 * kMinute});
  out.push_back({"collect.log_dir_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.log_dir_interval; },
                 "How often replica sizes are looked at.", "10s", 1, 30 * kMinute});
  out.push_back({"collect.log_start_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.log_start_interval; },
                 "How often log start offsets are looked at.", "30s", 5, kHour});
  out.push_back({"collect.call_timeout", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.call_timeout; },
                 "Limit of one call to the cluster.", "3s", 0.1, 5 * kMinute});
  out.push_back({"collect.rate_window", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.rate_window; },
                 "Rates are averages over the looks of this long.", "15s", 1, kHour});
  out.push_back({"collect.keep_for", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.keep_for; },
                 "How long the last good figure stands when newer looks give none; then it is "
                 "unknown.",
                 "1m", 1, kHour});
}

void AddLag(std::vector<SchemaEntry>& out) {
  out.push_back({"lag.window", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.lag.window; },
                 "Verdicts about consumer groups compare now with up to this long ago.", "5m", 10,
                 24 * kHour});
  out.push_back({"lag.patience", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.lag.patience; },
                 "A group that was caught up, or is watched, for less than this is not judged.",
                 "1m", 0, kHour});
  out.push_back({"lag.allowed", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.collect.lag.allowed; },
                 "Behind by at most this many messages counts as caught up.", "100", 0, 1e15});
  out.push_back({"lag.floor", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.lag.floor; },
                 "Behind by less than this time counts as caught up.", "10s", 0, 24 * kHour});
  out.push_back({"lag.exact_interval", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.collect.lag.exact_interval; },
                 "How often brokers are asked for the timestamps of records whose age the history "
                 "of end offsets does not tell well.",
                 "30s", 5, 24 * kHour});
  out.push_back({"lag.exact_most", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.collect.lag.exact_most; },
                 "Most records asked for in one go, those with the most lag first; 0: none.",
                 "5000", 0, 1e6});
  out.push_back({"lag.history_max_bytes", ValueType::kBytes,
                 [](Config& c) -> FieldRef { return &c.history_max_bytes; },
                 "Most that the lag history takes on disk; the oldest spans go first.", "1GiB",
                 1 << 20, 1e15});
  out.push_back({"lag.offsets_topic",
                 ValueType::kChoice,
                 [](Config& c) -> FieldRef {
                   return Choice(c.collect.lag.offsets_topic, kOffsetsTopicModes);
                 },
                 "Read __consumer_offsets for exact times of commits, rewinds and rebalances: tail "
                 "from its end, replay from its beginning. Needs the right to read that topic; "
                 "without it, or off, the looks at the groups tell them as far as they can.",
                 "tail",
                 0,
                 0,
                 {"off", "tail", "replay"}});
}

void AddPlan(std::vector<SchemaEntry>& out) {
  out.push_back({"plan.goals", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.plan.goals; },
                 "Goals in Cruise Control's words, most important first. Empty: all built-in "
                 "goals in their usual order.",
                 "[RackAwareGoal, DiskCapacityGoal, ReplicaDistributionGoal]"});
  out.push_back({"plan.band_margin", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.band_margin; },
                 "Half width of the band around its target in which a broker counts as level.",
                 "0.09", 0.005, 1});
  out.push_back({"plan.cpu_capacity_threshold", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.cpu_capacity_threshold; },
                 "Share of a known CPU capacity that a broker may use.", "0.7", 0.01, 1});
  out.push_back({"plan.network_capacity_threshold", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.network_capacity_threshold; },
                 "Share of a known network capacity that a broker may use.", "0.8", 0.01, 1});
  out.push_back({"plan.disk_capacity_threshold", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.disk_capacity_threshold; },
                 "Share of a known disk capacity that a broker may use.", "0.8", 0.01, 1});
  out.push_back({"plan.relief_margin", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.relief_margin; },
                 "So far below disk_capacity_threshold, as a share of the disk, a disk is brought "
                 "that is relieved because it is above it.",
                 "0.05", 0, 0.5});
  out.push_back({"plan.max_replicas_per_broker", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.max_replicas_per_broker; },
                 "Most replicas that a broker may hold.", "10000", 1, 1e6});
  out.push_back({"plan.min_mean_rate", ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.plan.min_mean_rate_bytes_per_s; },
                 "A rate goal is off while the mean per broker is below this.", "1KiB/s", 0, kTiB});
  out.push_back({"plan.min_mean_disk", ValueType::kBytes,
                 [](Config& c) -> FieldRef { return &c.plan.min_mean_disk_bytes; },
                 "The disk goal is off while the mean per broker is below this.", "1MiB", 0,
                 1024 * kTiB});
  out.push_back({"plan.effort",
                 ValueType::kChoice,
                 [](Config& c) -> FieldRef { return Choice(c.plan.effort, kEfforts); },
                 "How long the search tries; counted in tries, so that the plan does not depend on "
                 "the machine.",
                 "thorough",
                 0,
                 0,
                 {"fast", "normal", "thorough"}});
  out.push_back({"plan.seed", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.seed; },
                 "Same seed and same snapshot, same plan.", "1", 0, 9e15});
}

/// What a plan may touch and how much of it.
void AddPlanLimits(std::vector<SchemaEntry>& out) {
  out.push_back({"plan.retiring_brokers", ValueType::kList,
                 [](Config& c) -> FieldRef { return &c.plan.retiring_brokers; },
                 "Ids of brokers on their way out: every plan empties them and puts nothing there. "
                 "May stay in the list when they are gone.",
                 "[4]"});
  out.push_back({"plan.include_topics", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.plan.include_topics; },
                 "Regular expression on whole topic names: only these move. Empty: all.",
                 "'orders-.*'"});
  out.push_back({"plan.exclude_topics", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.plan.exclude_topics; },
                 "Regular expression on whole topic names: these stay where they are.",
                 "'audit\\..*'"});
  out.push_back({"plan.max_replica_moves",
                 ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.plan.max_replica_moves; },
                 "Most replicas that one plan moves.",
                 "200",
                 0,
                 1e9,
                 {},
                 "unlimited",
                 -1});
  out.push_back({"plan.max_bytes",
                 ValueType::kBytes,
                 [](Config& c) -> FieldRef { return &c.plan.max_bytes; },
                 "Most bytes that one plan copies.",
                 "100GiB",
                 0,
                 1e18,
                 {},
                 "unlimited",
                 -1});
  out.push_back({"plan.max_duration",
                 ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.plan.max_duration_s; },
                 "Longest time that one plan may take, as estimated from execute.throttle and the "
                 "caps on moves under way.",
                 "2h",
                 0,
                 1e9,
                 {},
                 "unlimited",
                 -1});
  out.push_back({"plan.low_use_threshold", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.plan.low_use_threshold; },
                 "Mean use of a known capacity up to which a plan says how many brokers could be "
                 "spared; 0: never.",
                 "0.2", 0, 1});
}

}  // namespace

const std::vector<SchemaEntry>& Schema() {
  static const std::vector<SchemaEntry> kSchema = [] {
    std::vector<SchemaEntry> entries;
    AddDaemon(entries);
    AddCluster(entries);
    AddSecurity(entries);
    AddCollect(entries);
    AddLag(entries);
    AddCanary(entries);
    AddMetrics(entries);
    AddMetricsSources(entries);
    AddDetect(entries);
    AddPlan(entries);
    AddGoals(entries);
    AddPlanLimits(entries);
    AddExecute(entries);
    AddHeal(entries);
    AddAutoscale(entries);
    AddScaling(entries);
    AddNotify(entries);
    return entries;
  }();
  return kSchema;
}

const SchemaEntry* FindEntry(std::string_view key) {
  const auto it = std::ranges::find(Schema(), key, &SchemaEntry::key);
  return it == Schema().end() ? nullptr : &*it;
}

std::string EnvironmentName(const SchemaEntry& entry) {
  std::string name = "LEVELWIND_";
  for (const char c : entry.key) {
    name += c == '.' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  }
  return name;
}

}  // namespace levelwind::config
