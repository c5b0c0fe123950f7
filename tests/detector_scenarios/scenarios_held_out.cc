// Stories that no threshold was chosen by: written after all of them, with seeds of their own, and
// told apart in the bench. Whoever turns a threshold because of one of these moves it to the others
// and writes a new one.

#include <algorithm>
#include <string>
#include <utility>

#include "tests/detector_scenarios/scenarios.h"

namespace levelwind::scenarios {
namespace {

constexpr std::uint64_t kSeedsFrom = 7'000;

const std::vector<std::string> kLoss = {"under_replicated", "leader_imbalance", "hot_broker",
                                        "under_min_isr"};

/// Brokers `last` to 1, each down for `down` minutes and then up for as long.
void RestartBackwards(SimHistory& sim, int since, int down) {
  if (since < 0) return;
  const int broker = 6 - since / (2 * down);
  if (broker < 1) return;
  since % (2 * down) < down ? sim.Stop(broker) : sim.Start(broker);
}

void AddIll(std::vector<Scenario>& out) {
  AddHeldOut(out, kSeedsFrom, "core dumps pile up on the disks of two brokers while traffic falls",
             {{"disk_filling", "broker 1"}, {"disk_filling", "broker 4"}}, {}, 300,
             [](SimHistory& sim, int now) {
               if (now == 1) {
                 for (const BrokerId id : {1, 4}) sim.BrokerOf(id).other_bytes = 0.6e12;
               }
               if (now < 90) return;
               sim.load = std::max(0.6, 1 - (now - 90) / 300.0);
               for (const BrokerId id : {1, 4}) sim.BrokerOf(id).other_bytes += 1.6e9;
             });

  AddHeldOut(out, kSeedsFrom,
             "a broker restarts three times and then stays away, in the middle of a deploy",
             {{"dead_broker", "broker 6"}}, kLoss, 200, [](SimHistory& sim, int now) {
               if (now >= 80 && now < 90) sim.ReplaceMember(sim.GroupOf("billing"), 0, false);
               if (now < 60) return;
               const bool down = now >= 90 || (now - 60) % 10 < 2;
               down ? sim.Stop(6) : sim.Start(6);
             });

  AddHeldOut(out, kSeedsFrom, "one customer's key grows over an hour",
             {{"hot_partition", "clicks-7"}, {"key_skew", "clicks"}},
             {"hot_broker", "leader_imbalance", "lagging_group"}, 300,
             [](SimHistory& sim, int now) {
               if (now < 60 || now > 120) return;
               sim.TopicOf("clicks").partitions[7].weight = 1 + 17 * (now - 60) / 60.0;
             });

  Scenario& two =
      AddHeldOut(out, kSeedsFrom, "of two groups of a topic one goes away during a rolling restart",
                 {{"stuck_group", "ledger"}}, kLoss, 200, [](SimHistory& sim, int now) {
                   RestartBackwards(sim, now - 80, 2);
                   if (now == 90) sim.GroupOf("ledger").members.clear();
                 });
  two.also.insert(two.also.end(), {"lagging_group", "retention_loss"});
  two.setup = [](SimHistory& sim) { sim.AddGroup("ledger", "payments", 2, 3); };

  AddHeldOut(
      out, kSeedsFrom, "members are thrown out every two minutes by day and night",
      {{"rebalance_storm", "analytics"}}, {"lagging_group"}, 220, [](SimHistory& sim, int now) {
        sim.load = 1 + 0.3 * ((now / 30) % 2);
        SimGroup& group = sim.GroupOf("analytics");
        if (now >= 90 && now % 2 == 0) {
          sim.ReplaceMember(group, static_cast<std::size_t>(now) % group.members.size(), true);
        }
      });

  std::vector<std::string> also = kLoss;
  also.emplace_back("metric_anomaly");
  AddHeldOut(out, kSeedsFrom, "a disk gets slow while a neighbour is dead",
             {{"slow_broker", "broker 3"}, {"dead_broker", "broker 6"}}, also, 260,
             [](SimHistory& sim, int now) {
               if (now == 70) sim.Stop(6);
               if (now >= 150) sim.BrokerOf(3).flush_ms = 3500 + 500 * (now % 3);
             });
}

void AddCalm(std::vector<Scenario>& out) {
  AddHeldOut(out, kSeedsFrom, "a quiet weekend with fewer consumers", {}, {}, 420,
             [](SimHistory& sim, int now) {
               const double down = std::clamp((now - 60) / 60.0, 0.0, 1.0);
               const double up = std::clamp((now - 300) / 60.0, 0.0, 1.0);
               sim.load = 1 - 0.8 * (down - up);
               SimGroup& group = sim.GroupOf("analytics");
               if (now == 150 || now == 155) {
                 group.members.pop_back();
                 group.rebalances += 1;
               }
               if (now == 280 || now == 285) {
                 sim.AddMember(group, "/10.7.0." + std::to_string(now));
                 group.rebalances += 1;
               }
             });

  AddHeldOut(out, kSeedsFrom,
             "all is restarted in a busy hour, brokers backwards and then every group", {}, {}, 240,
             [](SimHistory& sim, int now) {
               sim.load = now < 40 ? 1 : 1.4;
               RestartBackwards(sim, now - 60, 3);
               const int since = now - 120;
               if (since < 0 || since >= 50 || since % 10 >= 3) return;
               sim.ReplaceMember(sim.groups[static_cast<std::size_t>(since / 10)], 0, false);
             });

  AddHeldOut(out, kSeedsFrom, "backups come and go on a disk", {}, {}, 300,
             [](SimHistory& sim, int now) {
               SimBroker& broker = sim.BrokerOf(2);
               const int phase = now % 90;
               broker.other_bytes = phase < 25 ? phase * 2e9 : phase < 40 ? 50e9 : 0;
             });

  // Its group does fall behind while that lasts: one consumer reads the partition.
  AddHeldOut(out, kSeedsFrom, "each hour a job writes into one partition for ten minutes", {},
             {"lagging_group"}, 300, [](SimHistory& sim, int now) {
               sim.TopicOf("clicks").partitions[5].weight = now >= 60 && now % 60 < 10 ? 30 : 1;
             });

  AddHeldOut(out, kSeedsFrom, "an autoscaler adds a consumer and takes it away every forty minutes",
             {}, {}, 300, [](SimHistory& sim, int now) {
               SimGroup& group = sim.GroupOf("alerts");
               if (now < 60 || now % 20 != 0) return;
               group.rebalances += 1;
               group.rebalanced = true;
               if (now % 40 == 20) {
                 group.members.pop_back();
               } else {
                 sim.AddMember(group, "/10.8.0." + std::to_string(now % 250));
               }
             });

  AddHeldOut(out, kSeedsFrom, "pauses of a broker that collects garbage", {}, {}, 240,
             [](SimHistory& sim, int now) {
               SimBroker& broker = sim.BrokerOf(5);
               const bool paused = now >= 130 && now % 30 < 3;
               broker.request_ms = paused ? 450 : 30;
               broker.handler_idle = paused ? 0.35 : 0.8;
             });
}

}  // namespace

std::vector<Scenario> HeldOutScenarios() {
  std::vector<Scenario> out;
  AddIll(out);
  AddCalm(out);
  return out;
}

}  // namespace levelwind::scenarios
