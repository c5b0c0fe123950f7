// Where each figure of load comes from, how old it is and why it is missing.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "api/request_target.h"
#include "api/views.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "model/load_windows.h"

namespace levelwind::api {
namespace {

constexpr int kStaleWindows = 3;  // collectors/load/load_merge.h
constexpr std::size_t kMostPartitions = 10'000;

struct Wanted {
  const Topic* topic = nullptr;
  std::vector<std::size_t> partitions;  ///< Indices in the snapshot.
};

/// "orders" or "orders-7"; a topic of just that name goes first.
Result<Wanted> Find(const ClusterSnapshot& snapshot, const std::string& what) {
  Wanted wanted;
  wanted.topic = snapshot.FindTopic(what);
  if (wanted.topic != nullptr) {
    for (std::uint32_t i = 0; i < wanted.topic->partition_count; ++i) {
      wanted.partitions.push_back(wanted.topic->first_partition + i);
    }
    if (wanted.partitions.size() > kMostPartitions) wanted.partitions.resize(kMostPartitions);
    return wanted;
  }
  const std::size_t dash = what.rfind('-');
  std::int32_t number = -1;
  if (dash != std::string::npos && ParseNumber(what.substr(dash + 1), number)) {
    const std::string name = what.substr(0, dash);
    const Partition* partition = snapshot.FindPartition(name, number);
    if (partition != nullptr) {
      wanted.topic = &snapshot.TopicOf(*partition);
      wanted.partitions.push_back(static_cast<std::size_t>(partition - snapshot.partitions.data()));
      return wanted;
    }
  }
  return NotFound(fmt::format("there is no topic or partition {}; write TOPIC or TOPIC-NUMBER",
                              EscapeControl(what)));
}

/// The age of the newest data that a source has about a broker; empty: none.
std::optional<Duration> AgeOf(const ClusterSnapshot& snapshot, LoadSource source, BrokerId broker) {
  if (source == LoadSource::kGrowth) {
    for (const SourceStatus& status : snapshot.sources) {
      if (status.name == "log_dirs") return status.age;
    }
    return std::nullopt;
  }
  for (const LoadFactsPtr& facts : snapshot.load_facts) {
    const bool any = source == LoadSource::kEstimated && facts->source != LoadSource::kSampleTopic;
    if (facts->source != source && !any) continue;
    const BrokerSample* sample = facts->Find(broker);
    if (sample != nullptr) return snapshot.taken_at_steady - sample->at;
  }
  return std::nullopt;
}

constexpr std::string_view kSizes = "log_dirs";  ///< The look that tells sizes.

/// Of the last looks that growth comes from.
std::uint64_t SkippedLately(const ClusterSnapshot& snapshot) {
  std::uint64_t skipped = 0;
  for (const SourceStatus& status : snapshot.sources) {
    if (status.name == kSizes || status.name == "offsets") skipped += status.skipped;
  }
  return skipped;
}

/// Whatever is wrong with the looks that growth comes from; empty: nothing.
std::string ProblemOf(const ClusterSnapshot& snapshot, std::string_view name) {
  for (const SourceStatus& status : snapshot.sources) {
    if (status.name == name && !status.ok) return fmt::format("{}: {}", name, status.error);
  }
  return {};
}

class Explainer {
 public:
  explicit Explainer(const ClusterSnapshot& snapshot) : snapshot_(snapshot) {}

  std::string Explain(const std::string& what, const Wanted& wanted) {
    json_.BeginObject().Field("what", what).Field("topic", wanted.topic->name);
    Sources();
    json_.Key("partitions").BeginArray();
    const bool one = wanted.partitions.size() == 1;
    for (const std::size_t index : wanted.partitions) Explain(index, one);
    json_.EndArray();
    Windows();
    Cpu();
    return json_.EndObject().Take();
  }

 private:
  void Sources() {
    json_.Key("sources").BeginArray();
    json_.BeginObject().Field("source", LoadSourceName(LoadSource::kGrowth));
    const std::string problem = ProblemOf(snapshot_, "log_dirs");
    json_.FieldText("problem", problem).Field("window_seconds", kUnknown);
    json_.Field("skipped", SkippedLately(snapshot_)).EndObject();
    for (const LoadFactsPtr& facts : snapshot_.load_facts) {
      json_.BeginObject()
          .Field("source", LoadSourceName(facts->source))
          .FieldText("problem", facts->problem)
          .Field("window_seconds", ToSeconds(facts->window))
          .Field("skipped", facts->skipped)
          .EndObject();
    }
    json_.EndArray();
  }

  void Figure(std::string_view name, double value, LoadSource source, const Partition& partition,
              const std::string& why) {
    json_.Key(name).BeginObject().Field("value", value);
    json_.Field("source", LoadSourceName(IsKnown(value) ? source : LoadSource::kNone));
    const auto age = AgeOf(snapshot_, source, partition.leader);
    json_.Field("age_seconds", IsKnown(value) && age ? ToSeconds(*age) : kUnknown);
    json_.FieldText("why", why).EndObject();
  }

  /// The largest of its replicas', which is what a plan counts with.
  void Size(const Partition& partition) {
    const std::int64_t size = snapshot_.SizeOf(partition);
    json_.Key("size").BeginObject().FieldCount("value", size);
    json_.Field("source", IsKnown(size) ? kSizes : LoadSourceName(LoadSource::kNone));
    const auto age = AgeOf(snapshot_, LoadSource::kGrowth, partition.leader);
    json_.Field("age_seconds", IsKnown(size) && age ? ToSeconds(*age) : kUnknown);
    json_.FieldText("why", WhySize(partition)).EndObject();
    json_.Key("replica_sizes").BeginArray();
    for (const Replica& replica : snapshot_.ReplicasOf(partition)) {
      json_.BeginObject()
          .Field("broker", replica.broker)
          .FieldCount("size_bytes", replica.size_bytes)
          .EndObject();
    }
    json_.EndArray();
  }

  std::string WhySize(const Partition& partition) const {
    std::vector<BrokerId> silent;
    for (const Replica& replica : snapshot_.ReplicasOf(partition)) {
      if (!IsKnown(replica.size_bytes)) silent.push_back(replica.broker);
    }
    if (silent.empty()) return {};
    const std::string problem = ProblemOf(snapshot_, kSizes);
    return fmt::format("broker {} did not tell the size of its replica{}{}",
                       fmt::join(silent, ", "), problem.empty() ? "" : "; ", problem);
  }

  /// What outside sources could have told and did not.
  std::string WhyNotTold(const Topic& topic, const Partition& partition) const {
    if (partition.leader == kNoBroker) return "it has no leader";
    if (snapshot_.load_facts.empty()) return {};
    const LoadFacts& best = *snapshot_.load_facts.front();
    const BrokerSample* sample = best.Find(partition.leader);
    const std::string_view name = LoadSourceName(best.source);
    if (sample == nullptr) {
      return fmt::format("{} tells nothing of broker {}{}{}", name, partition.leader,
                         best.problem.empty() ? "" : ": ", best.problem);
    }
    const Duration age = snapshot_.taken_at_steady - sample->at;
    if (age > kStaleWindows * best.window) {
      return fmt::format("what {} told of broker {} is {} old", name, partition.leader,
                         HumanDuration(ToSeconds(age)));
    }
    std::string wanted = topic.name;
    if (sample->dots_as_underscores) std::ranges::replace(wanted, '.', '_');
    const auto at = std::ranges::lower_bound(sample->topics, wanted, {}, &TopicSample::topic);
    if (at == sample->topics.end() || at->topic != wanted) {
      return fmt::format("{} of broker {} has no figures of topic {}", name, partition.leader,
                         topic.name);
    }
    return {};
  }

  std::string WhyGrowth(std::string_view what) const {
    for (const std::string_view source : {"log_dirs", "offsets", "groups"}) {
      std::string problem = ProblemOf(snapshot_, source);
      if (!problem.empty()) return problem;
    }
    if (!snapshot_.confidence.rates) {
      return fmt::format("{} needs two looks: {}", what, snapshot_.confidence.label);
    }
    return fmt::format("{} could not be measured lately", what);
  }

  std::string WhyIn(const Topic& topic, const Partition& partition) const {
    const PartitionLoad& load = partition.load;
    std::string why = WhyNotTold(topic, partition);
    if (!IsKnown(load.bytes_in_per_s)) {
      return (why.empty() ? "" : why + "; ") + WhyGrowth("growth of its log");
    }
    switch (load.in_from) {
      case LoadSource::kNone:
      case LoadSource::kGrowth:
        return why;
      case LoadSource::kEstimated:
        return "split evenly: the growth of the topic's partitions is not known";
      case LoadSource::kSampleTopic:
        return "of the past: nothing newer is known yet";
      default:
        return "the topic's rate on its broker, split by the partitions' own growth";
    }
  }

  std::string WhyOut(const Topic& topic, const Partition& partition) const {
    const PartitionLoad& load = partition.load;
    std::string why = WhyNotTold(topic, partition);
    if (!IsKnown(load.bytes_out_per_s)) {
      if (!IsKnown(load.bytes_in_per_s)) return "replication is unknown as bytes in is";
      return (why.empty() ? "" : why + "; ") + WhyGrowth("reading by commits");
    }
    switch (load.out_from) {
      case LoadSource::kNone:
        return why;
      case LoadSource::kGrowth:
        return (why.empty() ? "" : why + "; ") +
               "at least: by commits of groups, and replication; who reads without commits is not "
               "seen";
      case LoadSource::kEstimated:
        return "what consumers read is split as bytes in";
      case LoadSource::kSampleTopic:
        return "of the past: nothing newer is known yet";
      default:
        return "what consumers read on its broker, split by commits; and replication";
    }
  }

  std::string WhyCpu(const Partition& partition) const {
    if (IsKnown(partition.load.cpu_percent)) return "its broker's cpu, shared out by weights";
    const Broker* broker = snapshot_.FindBroker(partition.leader);
    if (broker == nullptr || !IsKnown(broker->metrics.cpu_percent)) {
      return fmt::format("no source tells the cpu of broker {} (docs/load.md)", partition.leader);
    }
    return "it needs both rates";
  }

  void Explain(std::size_t index, bool windows) {
    const Partition& partition = snapshot_.partitions[index];
    const Topic& topic = snapshot_.TopicOf(partition);
    const PartitionLoad& load = partition.load;
    json_.BeginObject()
        .Field("partition", partition.number)
        .FieldCount("leader", partition.leader)
        .FieldCount("size_bytes", snapshot_.SizeOf(partition));
    Size(partition);
    Figure("bytes_in_per_second", load.bytes_in_per_s, load.in_from, partition,
           WhyIn(topic, partition));
    Figure("bytes_out_per_second", load.bytes_out_per_s, load.out_from, partition,
           WhyOut(topic, partition));
    const bool messages = IsKnown(load.messages_in_per_s);
    Figure("messages_in_per_second", load.messages_in_per_s, LoadSource::kGrowth, partition,
           messages ? "" : WhyGrowth("growth of its end offset"));
    Figure("cpu_percent", load.cpu_percent, load.cpu_from, partition, WhyCpu(partition));
    if (windows) WindowsOf(index);
    json_.EndObject();
  }

  void WindowsOf(std::size_t index) {
    json_.Key("windows").BeginArray();
    if (snapshot_.load_windows != nullptr) {
      const LoadWindows& windows = *snapshot_.load_windows;
      for (std::size_t i = 0; i < windows.closed.size(); ++i) {
        const WindowFigure figure = JudgeWindow(windows, i, index);
        const LoadWindow& window = *windows.closed[i];
        const int samples = index < window.samples.size() ? window.samples[index] : 0;
        json_.BeginObject()
            .Field("ended_seconds_ago", ToSeconds(snapshot_.taken_at_steady - window.to))
            .Field("bytes_in_per_second", figure.in)
            .Field("bytes_out_per_second", figure.out)
            .Field("samples", samples)
            .Field("of", window.expected)
            .Field("verdict", WindowVerdictName(figure.verdict))
            .EndObject();
      }
    }
    json_.EndArray();
  }

  /// Of the whole cluster.
  void Windows() {
    json_.Key("completeness").BeginArray();
    if (snapshot_.load_windows != nullptr) {
      for (std::size_t i = 0; i < snapshot_.load_windows->closed.size(); ++i) {
        json_.Value(Completeness(*snapshot_.load_windows, i));
      }
    }
    json_.EndArray();
  }

  void Cpu() {
    const CpuFit& fit = snapshot_.cpu_fit;
    json_.Key("cpu_fit").BeginObject();
    json_.Field("samples", fit.samples)
        .Field("idle_percent", fit.idle_percent)
        .Field("leader_in_percent_per_mib", fit.leader_in)
        .Field("leader_out_percent_per_mib", fit.leader_out)
        .Field("follower_in_percent_per_mib", fit.follower_in)
        .Field("error_percent", fit.error_percent)
        .Field("explained", fit.explained)
        .Field("weights_error_percent", fit.weights_error_percent)
        .EndObject();
  }

  const ClusterSnapshot& snapshot_;
  JsonWriter json_;
};

}  // namespace

Response Api::ExplainMetrics(const Call& call) {
  const SnapshotPtr snapshot = backend_.Snapshot();
  if (snapshot == nullptr) return NotReady();
  const Result<Wanted> wanted = Find(*snapshot, call["what"]);
  if (!wanted.ok()) return ErrorResponse(wanted.error());
  return FromSnapshot(*snapshot, "metrics", Explainer(*snapshot).Explain(call["what"], *wanted));
}

}  // namespace levelwind::api
