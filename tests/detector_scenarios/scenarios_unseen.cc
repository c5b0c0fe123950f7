// Ten more stories that no threshold was chosen by, of what users tell: brokers that fall silent or
// flap, figures that are missing, names without end. As in scenarios_held_out.cc.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/detector_scenarios/scenarios.h"

namespace levelwind::scenarios {
namespace {

constexpr std::uint64_t kSeedsFrom = 11'000;

void AddIll(std::vector<Scenario>& out) {
  const std::vector<std::string> loss = {"under_replicated", "leader_imbalance", "hot_broker",
                                         "under_min_isr"};
  AddHeldOut(out, kSeedsFrom, "a disk fills while no broker tells anything of itself",
             {{"disk_filling", "broker 5"}}, {}, 260, [](SimHistory& sim, int now) {
               sim.metrics = now < 80;
               if (now >= 90) sim.BrokerOf(5).other_bytes += 3e9;
             });

  // The other is away for longer than anybody wants not to be told of it.
  AddHeldOut(out, kSeedsFrom, "a rack is lost, and one of its brokers does not return with it",
             {{"dead_broker", "broker 1"}, {"dead_broker", "broker 4"}}, loss, 200,
             [](SimHistory& sim, int now) {
               if (now == 90) sim.Stop(1), sim.Stop(4);
               if (now == 97) sim.Start(4);
             });

  AddHeldOut(out, kSeedsFrom, "a disk stays nearly full while retention comes in waves",
             {{"disk_filling", "broker 3"}}, {}, 300, nullptr)
      .setup = [](SimHistory& sim) {
    for (SimTopic& t : sim.topics) t.segment_ms = 90 * kMinuteMs;
    sim.BrokerOf(3).other_bytes = 1.0e12;
  };

  AddHeldOut(out, kSeedsFrom, "among forty topics that are created one has a replica too few",
             {{"replication_factor", ""}}, {}, 200, [](SimHistory& sim, int now) {
               if (now < 80 || now >= 100) return;
               for (int i = 0; i < 2; ++i) {
                 const bool short_of_one = now == 90 && i == 0;
                 sim.AddTopic("tenant-" + std::to_string(2 * now + i), 3, 0.02 * kMiB,
                              short_of_one ? 2 : 3)
                     .min_isr = 2;
               }
             });

  AddHeldOut(out, kSeedsFrom, "a record that cannot be read holds up one partition of a group",
             {{"stuck_group", "billing"}}, {"lagging_group"}, 200, [](SimHistory& sim, int now) {
               if (now >= 90) sim.GroupOf("billing").held_partition = 2;
             });
}

void AddCalm(std::vector<Scenario>& out) {
  AddHeldOut(out, kSeedsFrom, "three hundred groups come, read for two minutes and go", {}, {}, 200,
             [](SimHistory& sim, int now) {
               if (now < 60 || now >= 120) return;
               std::erase_if(sim.groups, [&](const SimGroup& group) {
                 return group.name.starts_with("shell-" + std::to_string(now - 2) + "-");
               });
               for (int i = 0; i < 5; ++i) {
                 sim.AddGroup("shell-" + std::to_string(now) + "-" + std::to_string(i), "orders", 1,
                              2);
               }
             });

  AddHeldOut(out, kSeedsFrom, "a switch restarts: three brokers are away for a minute, twice", {},
             {}, 200, [](SimHistory& sim, int now) {
               for (const BrokerId id : {2, 4, 6}) {
                 now == 90 || now == 130 ? sim.Stop(id) : sim.Start(id);
               }
             });

  AddHeldOut(out, kSeedsFrom, "figures are missing for half an hour and rates for ten minutes", {},
             {}, 240, [](SimHistory& sim, int now) {
               sim.metrics = now < 90 || now >= 120;
               sim.rates = now < 100 || now >= 110;
             });

  // Five times a broker's usual latency for so long is told, by its rule; a slow disk it is none.
  AddHeldOut(out, kSeedsFrom, "one broker after the other cleans its logs for a quarter of an hour",
             {}, {"metric_anomaly"}, 300, [](SimHistory& sim, int now) {
               for (SimBroker& broker : sim.brokers) {
                 const int since = now - 100 - 20 * static_cast<int>(broker.id);
                 const bool cleans = since >= 0 && since < 15;
                 broker.flush_ms = cleans ? 180 : 20;
                 broker.request_ms = cleans ? 80 : 30;
                 broker.handler_idle = cleans ? 0.6 : 0.8;
               }
             });

  AddHeldOut(out, kSeedsFrom, "a group is set back by six hours and catches up", {}, {}, 300,
             [](SimHistory& sim, int now) {
               if (now != 90) return;
               SimGroup& group = sim.GroupOf("replay");
               SimTopic& topic = sim.TopicOf("orders");
               const double back = 6 * 3600 * topic.rate / topic.record_bytes /
                                   static_cast<double>(topic.partitions.size());
               for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
                 const auto start = static_cast<double>(topic.partitions[p].start);
                 group.committed[p] = std::max(start, topic.partitions[p].end - back);
               }
             })
      .setup = [](SimHistory& sim) { sim.AddGroup("replay", "orders", 6, 5); };
}

}  // namespace

std::vector<Scenario> UnseenScenarios() {
  std::vector<Scenario> out;
  AddIll(out);
  AddCalm(out);
  return out;
}

}  // namespace levelwind::scenarios
