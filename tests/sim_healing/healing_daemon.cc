#include "tests/sim_healing/healing_daemon.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "kafka/protocol/writer.h"
#include "kafka/records/crc32c.h"

namespace levelwind::testing {

using namespace std::chrono_literals;

HealingDaemon::HealingDaemon() {
  config_.mode = config::Mode::kOperate;
  config_.state_dir = directory_.path();
  config_.metrics_sources.maintenance_topic = kMaintenance;
  config_.collect.metadata_interval = 500ms;
  config_.collect.offset_interval = 500ms;
  config_.collect.log_dir_interval = 1s;
  config_.collect.start_interval = 500ms;
  config_.execute.poll_interval = 200ms;
  config_.execute.settle = 500ms;
  config_.execute.hold_release = 500ms;
  config_.execute.throttle_bytes_per_s = 0;
  config_.heal.modes = {"maintenance_event=on"};
  config_.heal.clear_after = 2s;
  config_.heal.cool_down = 1s;
  config_.heal.retry_after = 5s;
}

HealingDaemon::~HealingDaemon() = default;

void HealingDaemon::StartSim(SimOptions options) {
  auto started = SimCluster::Start(options);
  ASSERT_TRUE(started.ok()) << started.error();
  sim_ = std::move(started).value();
  ASSERT_EQ(sim_->AddTopic({.name = kMaintenance, .assignments = {{1}}, .partition_bytes = 0}), 0);
}

void HealingDaemon::Serve() {
  config_.kafka.bootstrap = sim_->bootstrap_list();
  auto made = daemon::ClusterRuntime::Create(config_, clock_);
  ASSERT_TRUE(made.ok()) << made.error();
  daemon_ = std::move(made).value();
  daemon_->Start();
  ASSERT_TRUE(WaitUntil([&] {
    const auto view = daemon_->healing().view();
    return view != nullptr && daemon_->detector_reports() != nullptr;
  }));
}

void HealingDaemon::Announce(const std::string& plan_type, int type_id, const std::string& fields,
                             const std::vector<std::uint8_t>& crc_bytes) {
  const std::int64_t now = clock_.WallNow().unix_ms;
  kafka::Writer writer;
  writer.Int8(static_cast<std::int8_t>(type_id));
  writer.Int8(0);
  writer.Int64(now);
  writer.Int32(1);
  std::vector<std::uint8_t> bytes = writer.bytes();
  bytes.insert(bytes.end(), crc_bytes.begin(), crc_bytes.end());
  sim_->Append({kMaintenance, 0},
               fmt::format("{{\"planType\":\"{}\",\"version\":0,\"crc\":{},\"content\":{{{}"
                           "\"_timeMs\":{},\"_brokerId\":1,\"_planVersion\":0}}}}",
                           plan_type, kafka::Crc32c(bytes), fields, now));
}

void HealingDaemon::AnnounceBrokers(const std::string& plan_type, int type_id,
                                    std::vector<BrokerId> brokers) {
  kafka::Writer writer;
  writer.Int16(static_cast<std::int16_t>(brokers.size()));
  for (const BrokerId broker : brokers) writer.Int32(broker);
  Announce(plan_type, type_id, fmt::format("\"_brokers\":[{}],", fmt::join(brokers, ",")),
           writer.bytes());
}

void HealingDaemon::AnnounceFactor(int factor, const std::string& pattern) {
  kafka::Writer writer;
  writer.Int8(1);
  writer.Int16(static_cast<std::int16_t>(factor));
  writer.Int32(static_cast<std::int32_t>(pattern.size()));
  std::vector<std::uint8_t> bytes = writer.bytes();
  bytes.insert(bytes.end(), pattern.begin(), pattern.end());
  Announce("TopicReplicationFactorPlan", 5,
           fmt::format("\"_topicRegexWithRFUpdate\":{{\"{}\":\"{}\"}},", factor, pattern), bytes);
}

HealingCase HealingDaemon::Case(std::string_view subject) {
  HealingCase newest;
  const HealingViewPtr view = daemon_->healing().view();
  for (const HealingCase& one : view->cases) {
    const bool wanted = one.anomaly.type == "maintenance_event" &&
                        one.anomaly.subject.find(subject) != std::string::npos;
    if (wanted && one.number >= newest.number) newest = one;
  }
  return newest;
}

std::string HealingDaemon::StateOf(std::string_view subject) {
  const HealingCase one = Case(subject);
  return one.id.empty() ? "" : fmt::format("{} {}", HealStateName(one.state), one.code);
}

bool HealingDaemon::WaitUntil(const std::function<bool()>& predicate, Duration most) {
  const SteadyTime end = clock_.Now() + most;
  while (!predicate()) {
    if (clock_.Now() >= end) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

bool HealingDaemon::WaitForState(std::string_view state, std::string_view subject) {
  return WaitUntil([&] { return StateOf(subject) == state; });
}

std::size_t HealingDaemon::Operations() { return daemon_->executor_view()->operations.size(); }

std::string HealingDaemon::Story(std::string_view subject) {
  const HealingCase one = Case(subject);
  std::string text = fmt::format("{} {}\n", one.id, one.anomaly.subject);
  for (const HealingEvent& event : one.events) {
    text += fmt::format("  {}: {}\n", HealStateName(event.state), event.text);
  }
  return text;
}

std::vector<BrokerId> HealingDaemon::Replicas(const std::string& topic, int partition) {
  return sim_->Partition({topic, partition}).replicas;
}

std::vector<BrokerId> HealingDaemon::Leaders(const std::string& topic, int partitions) {
  std::vector<BrokerId> leaders;
  for (int p = 0; p < partitions; ++p) leaders.push_back(sim_->Partition({topic, p}).leader);
  return leaders;
}

}  // namespace levelwind::testing
