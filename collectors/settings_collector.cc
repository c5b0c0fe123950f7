#include "collectors/settings_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr std::size_t kTopicsALook = 500;
constexpr std::size_t kBrokersALook = 8;
constexpr Duration kTopicAge = std::chrono::minutes(10);
constexpr Duration kBrokerAge = std::chrono::hours(1);
constexpr Duration kUsual = std::chrono::seconds(30);
/// While topics are missing the next share is asked sooner.
constexpr Duration kFilling = std::chrono::seconds(3);

std::optional<std::int64_t> NumberOf(const kafka::ConfigEntry& entry) {
  if (!entry.value) return std::nullopt;
  std::int64_t number = 0;
  const char* end = entry.value->data() + entry.value->size();
  const auto [at, error] = std::from_chars(entry.value->data(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  return number;
}

std::int64_t LimitOf(const kafka::ConfigEntry& entry) {
  const auto number = NumberOf(entry);
  if (!number) return kUnknownCount;
  return *number < 0 ? TopicSettings::kNoLimit : *number;
}

BrokerSettings SettingsOf(BrokerId broker, WallTime at,
                          const std::vector<kafka::ConfigEntry>& entries) {
  BrokerSettings settings{.broker = broker, .at = at, .values = {}};
  for (const kafka::ConfigEntry& entry : entries) {
    if (entry.sensitive || !entry.value) continue;
    settings.values.emplace_back(entry.name, *entry.value);
  }
  std::ranges::sort(settings.values);
  return settings;
}

}  // namespace

TopicSettings SettingsOf(std::string topic, const std::vector<kafka::ConfigEntry>& entries) {
  TopicSettings settings;
  settings.topic = std::move(topic);
  for (const kafka::ConfigEntry& entry : entries) {
    if (entry.name == "min.insync.replicas") {
      const auto number = NumberOf(entry);
      if (number && *number > 0) settings.min_insync_replicas = *number;
    } else if (entry.name == "retention.ms") {
      settings.retention_ms = LimitOf(entry);
    } else if (entry.name == "retention.bytes") {
      settings.retention_bytes = LimitOf(entry);
    } else if (entry.name == "cleanup.policy" && entry.value) {
      settings.deleted = entry.value->find("delete") != std::string::npos;
      settings.compacted = entry.value->find("compact") != std::string::npos;
    }
  }
  return settings;
}

QuorumView ViewOf(const kafka::QuorumInfo& info) {
  QuorumView view;
  view.leader = info.leader;
  view.leader_epoch = info.leader_epoch;
  std::int64_t leader_end = info.high_watermark;
  std::int64_t leader_now = -1;  // Its clock: somebody fetched just now.
  for (const auto* list : {&info.voters, &info.observers}) {
    for (const kafka::QuorumReplica& replica : *list) {
      if (replica.id == info.leader) leader_end = std::max(leader_end, replica.log_end_offset);
      leader_now = std::max({leader_now, replica.last_fetch_ms, replica.last_caught_up_ms});
    }
  }
  const auto add = [&](const kafka::QuorumReplica& replica, bool voter) {
    QuorumMember& member = view.members.emplace_back();
    member.id = replica.id;
    member.voter = voter;
    if (IsKnown(replica.log_end_offset) && IsKnown(leader_end)) {
      member.lag = std::max<std::int64_t>(0, leader_end - replica.log_end_offset);
    }
    if (replica.id == info.leader) {
      member.lag = 0;
      member.behind_s = 0;
    } else if (replica.last_caught_up_ms >= 0 && leader_now >= 0) {
      member.behind_s = static_cast<double>(leader_now - replica.last_caught_up_ms) / 1000;
    }
  };
  for (const kafka::QuorumReplica& voter : info.voters) add(voter, true);
  for (const kafka::QuorumReplica& observer : info.observers) add(observer, false);
  std::ranges::stable_sort(view.members, {}, &QuorumMember::id);
  return view;
}

Duration SettingsCollector::Interval(const CollectState& state) const {
  const bool filling = looks_ > 0 && topics_.size() < state.table.shape().topics.size();
  return filling ? kFilling : kUsual;
}

Result<LookReport> SettingsCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                              const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no broker is known yet");
  ++looks_;
  LookReport report;
  const Status topics = AskTopics(admin, state.table, clock.Now(), timeout, report);
  const Status brokers = AskBrokers(admin, state.table, clock, timeout, report);
  AskQuorum(timeout);
  Publish(state);
  if (!topics.ok() && !brokers.ok()) return topics.error();
  if (!topics.ok()) report.missing = "settings of topics: " + topics.error().ToString();
  if (!brokers.ok()) report.missing = "settings of brokers: " + brokers.error().ToString();
  return report;
}

Status SettingsCollector::AskTopics(kafka::AdminClient& admin, const ClusterTable& table,
                                    SteadyTime now, Duration timeout, LookReport& report) {
  std::vector<kafka::ConfigQuery> queries;
  std::map<std::string, Known, std::less<>> kept;
  for (const Topic& topic : table.shape().topics) {
    auto node = topics_.extract(topic.name);
    const bool fresh = !node.empty() && now - node.mapped().at < kTopicAge;
    if (!node.empty()) kept.insert(kept.end(), std::move(node));
    if (fresh || queries.size() >= kTopicsALook) continue;
    queries.push_back(
        {{kafka::ConfigResourceType::kTopic, topic.name},
         {"min.insync.replicas", "retention.ms", "retention.bytes", "cleanup.policy"}});
  }
  topics_ = std::move(kept);
  if (queries.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const std::vector<kafka::ConfigAnswer> answers,
                      admin.DescribeConfigs(queries, timeout));
  for (const kafka::ConfigAnswer& answer : answers) {
    Known& known = topics_[answer.resource.name];
    // Asked again no sooner than the others: one that may not be described stays unknown.
    known.at = now;
    if (answer.error != 0) {
      ++report.skipped;
      known.settings.topic = answer.resource.name;
      continue;
    }
    known.settings = SettingsOf(answer.resource.name, answer.entries);
  }
  return Ok();
}

Status SettingsCollector::AskBrokers(kafka::AdminClient& admin, const ClusterTable& table,
                                     const Clock& clock, Duration timeout, LookReport& report) {
  std::vector<kafka::ConfigQuery> queries;
  const SteadyTime now = clock.Now();
  const std::vector<BrokerId> serving = table.ServingBrokers();
  std::erase_if(brokers_, [&](const auto& entry) {
    return table.shape().FindBroker(entry.first) == nullptr;
  });
  for (const BrokerId broker : serving) {
    const auto known = brokers_.find(broker);
    if (known != brokers_.end() && now - known->second.at < kBrokerAge) continue;
    if (queries.size() >= kBrokersALook) break;
    queries.push_back({{kafka::ConfigResourceType::kBroker, std::to_string(broker)}, {}});
  }
  if (queries.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const std::vector<kafka::ConfigAnswer> answers,
                      admin.DescribeConfigs(queries, timeout));
  for (const kafka::ConfigAnswer& answer : answers) {
    BrokerId id = kNoBroker;
    const std::string& name = answer.resource.name;
    std::from_chars(name.data(), name.data() + name.size(), id);
    if (answer.error != 0 || id == kNoBroker) {
      ++report.skipped;
      continue;
    }
    brokers_[id] = {now, SettingsOf(id, clock.WallNow(), answer.entries)};
  }
  return Ok();
}

void SettingsCollector::AskQuorum(Duration timeout) {
  if (cluster_ == nullptr || no_quorum_) return;
  const Result<kafka::QuorumInfo> info = cluster_->DescribeQuorum(timeout);
  if (info.ok()) {
    quorum_ = ViewOf(*info);
    return;
  }
  quorum_.reset();
  no_quorum_ = info.error().code() == ErrorCode::kUnimplemented ||
               info.error().code() == ErrorCode::kPermissionDenied;
}

void SettingsCollector::Publish(CollectState& state) const {
  auto facts = std::make_shared<ClusterFacts>();
  facts->topics.reserve(topics_.size());
  for (const auto& [name, known] : topics_) facts->topics.push_back(known.settings);
  for (const auto& [broker, known] : brokers_) facts->brokers.push_back(known.settings);
  facts->quorum = quorum_;
  state.facts = std::move(facts);
}

}  // namespace levelwind::collectors
