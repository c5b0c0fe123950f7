#include "daemon/examine.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <thread>

#include "actions/orphan_sweep.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/thread_name.h"
#include "kafka/client.h"
#include "kafka/version_limits.h"

namespace levelwind::daemon {
namespace {

using cli::Finding;
using Verdict = Finding::Verdict;

constexpr auto kCallTimeout = std::chrono::seconds(10);
constexpr std::size_t kShown = 5;

/// Names of some, and how many they are in all.
class Named {
 public:
  void Add(std::string name) {
    if (++count_ <= kShown) names_.push_back(std::move(name));
  }
  std::size_t count() const { return count_; }
  std::string Text() const {
    return Join(names_, ", ") +
           (count_ > kShown ? fmt::format(" and {} more", count_ - kShown) : "");
  }

 private:
  std::size_t count_ = 0;
  std::vector<std::string> names_;
};

/// What a kind of reading is for, and whether it works.
template <class T>
Finding Permission(const char* subject, const Result<T>& answer, const char* needed_for) {
  if (answer.ok()) return {Verdict::kOk, subject, "can be read"};
  return {Verdict::kWrong, subject,
          fmt::format("cannot be read: {}; {} needs it", answer.error().message(), needed_for)};
}

std::vector<Finding> TryReads(kafka::KafkaClient& client, const actions::Observation& seen) {
  const std::vector<BrokerId> live(seen.live().begin(), seen.live().end());
  std::vector<Finding> findings;
  const auto dirs = client.DescribeLogDirs(live, kCallTimeout);
  findings.push_back(Permission("log dirs", dirs, "every plan that knows sizes"));
  if (dirs.ok()) {
    for (const auto& [broker, answer] : *dirs) {
      if (answer.ok()) continue;
      findings.push_back({Verdict::kWrong, "log dirs",
                          fmt::format("broker {}: {}", broker, answer.error().message())});
    }
  }
  const auto groups = client.ListGroups(kCallTimeout);
  findings.push_back(Permission("groups", groups, "lag"));
  const auto sweep = actions::ReadThrottles(client, seen, kCallTimeout);
  findings.push_back(Permission("configurations", sweep, "carrying out plans"));
  if (sweep.ok()) {
    for (Finding& finding : JudgeThrottles(*sweep)) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::vector<Finding> JudgeReplicas(const actions::Observation& seen) {
  Named leaderless, behind;
  for (const kafka::TopicInfo& topic : seen.topics()) {
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      const TopicPartition tp{topic.name, partition.number};
      if (partition.leader == kNoBroker) {
        leaderless.Add(tp.ToString());
      } else if (partition.isr.size() < partition.replicas.size() &&
                 seen.FindReassignment(tp) == nullptr) {
        behind.Add(tp.ToString());
      }
    }
  }
  Named dead_names;
  for (const BrokerId broker : seen.DeadHolders()) dead_names.Add(std::to_string(broker));
  std::vector<Finding> findings;
  const auto judge = [&](const char* subject, const Named& bad, const std::string& well,
                         const char* ill) {
    if (bad.count() == 0) {
      findings.push_back({Verdict::kOk, subject, well});
    } else {
      findings.push_back(
          {Verdict::kWrong, subject, fmt::format("{} {}: {}", bad.count(), ill, bad.Text())});
    }
  };
  judge("brokers", dead_names, fmt::format("{}, all alive", seen.live().size()),
        "hold replicas and are not alive; start them, or levelwind plan --fix-offline");
  judge("leaders", leaderless, "every partition has one", "partitions have none");
  judge("replicas", behind, "all in sync", "partitions have replicas that are out of sync");
  if (!seen.reassignments().empty()) {
    Named moving;
    for (const auto& move : seen.reassignments()) moving.Add(move.partition.ToString());
    findings.push_back({Verdict::kNote, "reassignments",
                        fmt::format("{} run: {}", moving.count(), moving.Text())});
  }
  return findings;
}

std::vector<Finding> JudgeThrottles(const ThrottleSweep& sweep) {
  if (sweep.throttles.empty()) return {{Verdict::kOk, "throttles", "none is set"}};
  Named set;
  for (const ThrottleView& throttle : sweep.throttles) {
    set.Add(fmt::format("{} of {} {}", throttle.key, throttle.topic ? "topic" : "broker",
                        throttle.resource));
  }
  if (sweep.reassignments > 0) {
    return {{Verdict::kNote, "throttles",
             fmt::format("{} are set, maybe for the {} reassignments that run: {}", set.count(),
                         sweep.reassignments, set.Text())}};
  }
  return {
      {Verdict::kWrong, "throttles",
       fmt::format("{} are set though nothing is being reassigned: {}; a daemon in operate mode "
                   "takes away what nobody owes with: levelwind doctor --clear-throttles",
                   set.count(), set.Text())}};
}

Result<std::vector<Finding>> Examine(const config::Config& config) {
  LogOptions quiet = config.log;
  quiet.level = LogLevel::kError;
  InitLogging(quiet);
  kafka::ClientOptions options = config.kafka;
  options.read_only = true;
  LW_ASSIGN_OR_RETURN(const auto client, kafka::KafkaClient::Create(options));
  const std::jthread io([&](std::stop_token stop) {
    NameThisThread("kafka-io");
    client->Run(stop);
  });
  LW_ASSIGN_OR_RETURN(const actions::Observation seen,
                      actions::Observation::Read(*client, kCallTimeout));
  std::vector<Finding> findings = {
      {Verdict::kOk, "cluster", fmt::format("{} answers", seen.cluster_id())}};
  const auto spoken = client->Stats().common_versions;
  for (std::string& limit : spoken ? kafka::VersionLimits(*spoken) : std::vector<std::string>()) {
    findings.push_back({Verdict::kNote, "older Kafka", std::move(limit)});
  }
  for (auto& part : {JudgeReplicas(seen), TryReads(*client, seen)}) {
    findings.insert(findings.end(), part.begin(), part.end());
  }
  return findings;
}

}  // namespace levelwind::daemon
