#include "tests/executor_proof/storm.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace levelwind::testing {
namespace {

using Fault = FakeKafka::Fault;

constexpr int kStormPolls = 60;
constexpr int kCalmPolls = 900;  // past every patience: dead_target_patience is 600 s

class Storm {
 public:
  Storm(std::uint64_t seed, std::string only) : rig_(seed), only_(std::move(only)) {
    // What such a day does not hold waits for the next one, longer than a storm lasts.
    if (Chance(rig_.random, 0.1)) rig_.h.options.max_moves_per_day = 1 + Pick(rig_.random, 4);
    if (Chance(rig_.random, 0.1))
      rig_.h.options.max_bytes_per_day = 1'000 + Pick(rig_.random, 5'000);
  }
  StormResult Run();

 private:
  struct Kind {
    const char* name;
    double chance;  // per poll
    void (Storm::*act)();
  };
  static const Kind kKinds[];

  void BrokerDies();
  void BrokerReturns();
  void ForeignMove();
  void ForeignCancel();
  void TopicRecreated();
  void TopicDeleted();
  void IsrShrinks();
  void DiskFills();
  void DirFails();
  void ThrottleChanged();
  void ListChanged();
  void BrokerFlaps();
  void TopicCreated();
  void BrokerAdded();
  void BrokerSlow();
  void MinIsrChanged();
  void ClockJumps();
  void DirsSilent();
  void ConfigsSilent();
  void Unreachable();
  void Killed();
  void Cancelled();
  void Paused();
  void Resumed();
  void RolledBack();

  void Connect();
  void Blow();
  void Calm();
  void CatchUp();
  void Flap();
  std::optional<TopicPartition> AnyPartition();
  FakeKafka::Partition& At(const TopicPartition& tp) {
    return rig_.h.kafka.At(tp.topic, tp.partition);
  }
  std::vector<TopicPartition> AllOf(const std::string& topic) const;
  std::string NewestOperation() const;

  Rig rig_;
  std::string only_;
  StormResult result_;
  std::set<BrokerId> dead_;
  std::set<TopicPartition> behind_;
  BrokerId flapping_ = kNoBroker;
  int flaps_left_ = 0;
  bool storming_ = true;
};

const Storm::Kind Storm::kKinds[] = {
    {"broker dies", 0.03, &Storm::BrokerDies},
    {"broker returns", 0.06, &Storm::BrokerReturns},
    {"foreign move", 0.02, &Storm::ForeignMove},
    {"foreign cancel", 0.02, &Storm::ForeignCancel},
    {"topic recreated", 0.005, &Storm::TopicRecreated},
    {"topic deleted", 0.005, &Storm::TopicDeleted},
    {"isr shrinks", 0.04, &Storm::IsrShrinks},
    {"disk fills", 0.02, &Storm::DiskFills},
    {"log dir fails", 0.01, &Storm::DirFails},
    {"throttle changed", 0.02, &Storm::ThrottleChanged},
    {"list changed", 0.01, &Storm::ListChanged},
    {"broker flaps", 0.01, &Storm::BrokerFlaps},
    {"topic created", 0.01, &Storm::TopicCreated},
    {"broker added", 0.005, &Storm::BrokerAdded},
    {"broker slow", 0.02, &Storm::BrokerSlow},
    {"min isr changed", 0.02, &Storm::MinIsrChanged},
    {"clock jumps", 0.02, &Storm::ClockJumps},
    {"log dirs silent", 0.02, &Storm::DirsSilent},
    {"configs silent", 0.02, &Storm::ConfigsSilent},
    {"unreachable", 0.03, &Storm::Unreachable},
    {"killed", 0.04, &Storm::Killed},
    {"cancelled", 0.008, &Storm::Cancelled},
    {"paused", 0.01, &Storm::Paused},
    {"resumed", 0.03, &Storm::Resumed},
    {"rolled back", 0.006, &Storm::RolledBack},
};

std::optional<TopicPartition> Storm::AnyPartition() {
  if (rig_.topics.empty()) return std::nullopt;
  auto topic = rig_.topics.begin();
  std::advance(topic, static_cast<std::ptrdiff_t>(Pick(rig_.random, rig_.topics.size())));
  const auto count = static_cast<std::size_t>(topic->second);
  return TopicPartition{topic->first, static_cast<std::int32_t>(Pick(rig_.random, count))};
}

std::vector<TopicPartition> Storm::AllOf(const std::string& topic) const {
  std::vector<TopicPartition> all;
  for (std::int32_t p = 0; p < rig_.topics.at(topic); ++p) all.push_back({topic, p});
  return all;
}

std::string Storm::NewestOperation() const {
  const auto view = rig_.h.executor->View();
  return view->operations.empty() ? std::string() : view->operations.front().id;
}

void Storm::BrokerDies() {
  if (dead_.size() >= 2) return;
  const BrokerId broker = rig_.brokers[Pick(rig_.random, rig_.brokers.size())];
  if (!dead_.insert(broker).second) return;
  rig_.World([&] { rig_.h.kafka.Kill(broker); });
}

void Storm::BrokerReturns() {
  if (dead_.empty()) return;
  const BrokerId broker = *dead_.begin();
  dead_.erase(broker);
  rig_.World([&] { rig_.h.kafka.Start(broker); });
}

void Storm::ForeignMove() {
  const auto tp = AnyPartition();
  if (!tp) return;
  std::vector<BrokerId> order = rig_.brokers;
  std::shuffle(order.begin(), order.end(), rig_.random);
  order.resize(1 + Pick(rig_.random, 3));
  rig_.Foreign({*tp}, {}, [&] { rig_.h.kafka.ForeignReassign(tp->topic, tp->partition, order); });
}

void Storm::ForeignCancel() {
  const auto tp = AnyPartition();
  if (!tp || !At(*tp).moving) return;
  rig_.Foreign({*tp}, {},
               [&] { rig_.h.kafka.ForeignReassign(tp->topic, tp->partition, std::nullopt); });
}

void Storm::TopicRecreated() {
  const auto tp = AnyPartition();
  if (!tp) return;
  std::vector<std::vector<BrokerId>> replicas;
  for (const TopicPartition& each : AllOf(tp->topic)) replicas.push_back(At(each).replicas);
  rig_.Foreign(AllOf(tp->topic), {}, [&] {
    rig_.h.kafka.DeleteTopic(tp->topic);
    rig_.h.kafka.AddTopic(tp->topic, replicas, 500);
  });
}

void Storm::TopicDeleted() {
  const auto tp = AnyPartition();
  if (!tp || rig_.topics.size() < 2) return;
  rig_.Foreign(AllOf(tp->topic), {}, [&] { rig_.h.kafka.DeleteTopic(tp->topic); });
  rig_.topics.erase(tp->topic);
}

void Storm::IsrShrinks() {
  const auto tp = AnyPartition();
  if (!tp) return;
  FakeKafka::Partition& partition = At(*tp);
  if (partition.isr.size() < 2) return;
  const auto out = std::find_if(partition.isr.begin(), partition.isr.end(),
                                [&](BrokerId broker) { return broker != partition.leader; });
  if (out == partition.isr.end()) return;
  behind_.insert(*tp);
  rig_.World([&] { partition.isr.erase(out); });
}

void Storm::DiskFills() {
  const BrokerId broker = rig_.brokers[Pick(rig_.random, rig_.brokers.size())];
  const char* dir = Chance(rig_.random, 0.5) ? "/a" : "/b";
  rig_.World([&] {
    rig_.h.kafka.usable[{broker, dir}] = static_cast<std::int64_t>(Pick(rig_.random, 800));
  });
}

void Storm::DirFails() {
  const BrokerId broker = rig_.brokers[Pick(rig_.random, rig_.brokers.size())];
  rig_.World([&] { rig_.h.kafka.failed_dirs.insert({broker, "/b"}); });
}

void Storm::ThrottleChanged() {
  const BrokerId broker = rig_.brokers[Pick(rig_.random, rig_.brokers.size())];
  const char* key = Chance(rig_.random, 0.5) ? "leader.replication.throttled.rate"
                                             : "follower.replication.throttled.rate";
  rig_.Foreign({}, {false, std::to_string(broker), key}, [&] {
    if (Chance(rig_.random, 0.5)) {
      rig_.h.kafka.EraseBrokerConfig(broker, key);
    } else {
      rig_.h.kafka.SetBrokerConfig(broker, key, "123456789");
    }
  });
}

void Storm::ListChanged() {
  const auto tp = AnyPartition();
  if (!tp) return;
  const char* key = "leader.replication.throttled.replicas";
  rig_.Foreign({}, {true, tp->topic, key},
               [&] { rig_.h.kafka.SetTopicConfig(tp->topic, key, "0:9"); });
}

// Gone and back again and again, quicker than anybody should believe it.
void Storm::BrokerFlaps() {
  if (flapping_ != kNoBroker || !dead_.empty()) return;
  flapping_ = rig_.brokers[Pick(rig_.random, rig_.brokers.size())];
  flaps_left_ = static_cast<int>(2 * (1 + Pick(rig_.random, 5)));
}

void Storm::Flap() {
  if (flapping_ == kNoBroker || dead_.count(flapping_) > 0) return;
  const BrokerId broker = flapping_;
  const bool dies = flaps_left_-- % 2 == 0;
  rig_.World([&] { dies ? rig_.h.kafka.Kill(broker) : rig_.h.kafka.Start(broker); });
  if (flaps_left_ == 0) flapping_ = kNoBroker;
}

void Storm::TopicCreated() {
  const std::string name = fmt::format("new{}", rig_.topics.size());
  if (rig_.topics.count(name) > 0) return;
  std::vector<BrokerId> order = rig_.brokers;
  std::shuffle(order.begin(), order.end(), rig_.random);
  order.resize(1 + Pick(rig_.random, 3));
  rig_.topics[name] = 2;
  rig_.World([&] { rig_.h.kafka.AddTopic(name, {order, order}, 700); });
}

void Storm::BrokerAdded() {
  if (rig_.brokers.size() >= 8) return;
  const BrokerId broker = rig_.brokers.back() + 1;
  rig_.brokers.push_back(broker);
  rig_.World([&] { rig_.h.kafka.Start(broker); });
}

void Storm::BrokerSlow() {
  const BrokerId broker = rig_.brokers[Pick(rig_.random, rig_.brokers.size())];
  rig_.World([&] { rig_.h.kafka.slow = {broker}; });
}

void Storm::MinIsrChanged() {
  const auto tp = AnyPartition();
  if (!tp) return;
  const std::string value = std::to_string(1 + Pick(rig_.random, 3));
  rig_.World([&] { rig_.h.kafka.SetTopicConfig(tp->topic, "min.insync.replicas", value); });
}

void Storm::ClockJumps() {
  rig_.h.clock.JumpWall(std::chrono::hours(Chance(rig_.random, 0.5) ? 1 : -1));
}

void Storm::DirsSilent() {
  const BrokerId broker = rig_.brokers[Pick(rig_.random, rig_.brokers.size())];
  auto& silent = rig_.h.kafka.silent_dirs;
  rig_.World([&] { silent = silent.empty() ? std::set<BrokerId>{broker} : std::set<BrokerId>{}; });
}

void Storm::ConfigsSilent() {
  rig_.World([&] { rig_.h.kafka.silent_configs = !rig_.h.kafka.silent_configs; });
}

void Storm::Unreachable() { rig_.h.kafka.reachable = !rig_.h.kafka.reachable; }
void Storm::Killed() { rig_.kill_at = rig_.boundaries + 1 + Pick(rig_.random, 6); }

void Storm::Cancelled() {
  const Status ignored = rig_.h.executor->Cancel(NewestOperation(), "storm", "");
  (void)ignored.ok();
}
void Storm::Paused() {
  const Status ignored = rig_.h.executor->Pause(NewestOperation(), "storm", "");
  (void)ignored.ok();
}
void Storm::Resumed() {
  const Status ignored = rig_.h.executor->Resume(NewestOperation(), "storm", "");
  (void)ignored.ok();
}
void Storm::RolledBack() {
  const auto ignored = rig_.h.executor->Rollback(NewestOperation(), "storm", "");
  (void)ignored.ok();
}

void Storm::Connect() {
  rig_.fault = [this](const FakeKafka::Write&) {
    static constexpr std::pair<const char*, Fault> kFaults[] = {
        {"request lost", Fault::kLost},
        {"answered too late", Fault::kApplied},
        {"controller moved", Fault::kBusy}};
    if (!storming_ || !Chance(rig_.random, 0.15)) return Fault::kNone;
    const auto& [name, fault] = kFaults[Pick(rig_.random, 3)];
    if (!only_.empty() && only_ != name) return Fault::kNone;
    ++result_.faults[name];
    return fault;
  };
  rig_.journal_fails = [this] {
    const bool fails =
        storming_ && Chance(rig_.random, 0.03) && (only_.empty() || only_ == "journal fails");
    if (fails) ++result_.faults["journal fails"];
    return fails;
  };
}

void Storm::Blow() {
  Flap();
  for (const Kind& kind : kKinds) {
    if (!Chance(rig_.random, kind.chance * (only_.empty() ? 1 : 5))) continue;
    const bool returns = std::string(kind.name) == "broker returns";
    if (!only_.empty() && only_ != kind.name && !returns) continue;
    ++result_.faults[kind.name];
    rig_.Guard([&] { (this->*kind.act)(); });
  }
}

// Replicas that fell behind catch up; a broker that is not there does not.
void Storm::CatchUp() {
  for (const TopicPartition& tp : std::exchange(behind_, {})) {
    if (rig_.topics.count(tp.topic) == 0) continue;
    FakeKafka::Partition& partition = At(tp);
    for (BrokerId broker : partition.replicas) {
      const auto in = [&](const std::vector<BrokerId>& list) {
        return std::find(list.begin(), list.end(), broker) != list.end();
      };
      const bool lives = dead_.count(broker) == 0 && broker != flapping_;
      if (!in(partition.isr) && !in(partition.adding) && lives) {
        partition.isr.push_back(broker);
      }
    }
  }
  rig_.Changed();
}

void Storm::Calm() {
  storming_ = false;
  rig_.kill_at = 0;
  rig_.h.kafka.reachable = true;
  rig_.h.kafka.failed_dirs.clear();
  rig_.h.kafka.usable.clear();
  rig_.h.kafka.slow.clear();
  rig_.h.kafka.silent_dirs.clear();
  rig_.h.kafka.silent_configs = false;
  while (!dead_.empty()) BrokerReturns();
  while (flapping_ != kNoBroker) Flap();
  CatchUp();
  rig_.Note(EventKind::kCalm);
}

StormResult Storm::Run() {
  Connect();
  storming_ = false;
  rig_.Start();
  const auto id = rig_.Submit();
  if (!id.ok()) {
    result_.broken = fmt::format("seed {}: refused: {}", rig_.seed(), id.error().message());
    return std::move(result_);
  }
  storming_ = true;
  for (int i = 0; i < kStormPolls && !(i > 20 && rig_.Over()); ++i) {
    Blow();
    if (Chance(rig_.random, 0.2)) CatchUp();
    rig_.Poll();
  }
  Calm();
  const auto going = [&] {
    const auto view = rig_.h.executor->View();
    return std::any_of(view->operations.begin(), view->operations.end(), [](const auto& op) {
      return !IsTerminal(op.state) && op.state != OperationState::kPaused &&
             op.queue_position == 0 && op.state != OperationState::kPending;
    });
  };
  for (int i = 0; i < kCalmPolls && (going() || !rig_.h.executor->OpenThrottles().empty()); ++i) {
    rig_.Poll();
    if (i % 8 == 7 && rig_.Over()) break;
  }
  result_.broken = rig_.Verdict();
  for (const OperationView& view : rig_.h.executor->View()->operations) ++result_.ends[view.state];
  result_.requests = rig_.requests;
  result_.kills = rig_.kills;
  if (!result_.broken.empty()) {
    for (const auto& [name, count] : result_.faults) {
      result_.broken += fmt::format("{} x {}, ", count, name);
    }
  }
  return std::move(result_);
}

}  // namespace

StormResult RunStorm(std::uint64_t seed, const std::string& only) {
  return Storm(seed, only).Run();
}

}  // namespace levelwind::testing
