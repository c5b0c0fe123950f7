// Consumer groups that are not well.

#include <string>
#include <utility>

#include "tests/detector_scenarios/scenarios.h"

namespace levelwind::scenarios {
namespace {

Scenario Make(std::string name, std::vector<Wanted> wanted, std::vector<std::string> also) {
  Scenario scenario;
  scenario.name = std::move(name);
  scenario.wanted = std::move(wanted);
  scenario.also = std::move(also);
  return scenario;
}

void AddBehind(std::vector<Scenario>& out) {
  Scenario s = Make("consumers get too slow", {{"lagging_group", "billing"}}, {});
  s.live = [](SimHistory& sim, int now) {
    if (now == 90) sim.GroupOf("billing").member_rate *= 0.25;
  };
  out.push_back(s);

  s = Make("producers outgrow a group", {{"lagging_group", "search"}}, {});
  s.live = [](SimHistory& sim, int now) {
    if (now >= 60 && now < 120) sim.TopicOf("logs").rate *= 1.03;
  };
  s.minutes = 240;
  out.push_back(s);

  s = Make("a consumer for each partition, and still behind",
           {{"lagging_group", "fraud"}, {"partition_count", "group fraud"}}, {});
  s.setup = [](SimHistory& sim) {
    SimGroup& g = sim.GroupOf("fraud");
    while (g.members.size() < 6) sim.AddMember(g, "/10.3.0." + std::to_string(g.members.size()));
  };
  s.live = [](SimHistory& sim, int now) {
    if (now == 90) sim.GroupOf("fraud").member_rate *= 0.12;
  };
  out.push_back(s);

  s = Make("consumers hang", {{"stuck_group", "billing"}}, {"lagging_group"});
  s.live = [](SimHistory& sim, int now) {
    if (now == 90) sim.GroupOf("billing").paused = true;
  };
  out.push_back(s);

  s = Make("all members are gone", {{"stuck_group", "alerts"}}, {"lagging_group"});
  s.live = [](SimHistory& sim, int now) {
    if (now == 90) sim.GroupOf("alerts").members.clear();
  };
  out.push_back(s);

  s = Make("a partition that nobody reads", {{"stuck_group", "search"}}, {"lagging_group"});
  s.live = [](SimHistory& sim, int now) {
    if (now == 90) sim.GroupOf("search").manual_gap = true;
  };
  out.push_back(s);

  s = Make("retention overtakes a group that hangs", {{"retention_loss", "billing"}},
           {"stuck_group", "lagging_group"});
  s.minutes = 330;
  s.setup = [](SimHistory& sim) {
    for (SimTopic& t : sim.topics) {
      if (t.name == "orders") t.retention_ms = 180 * kMinuteMs, t.segment_ms = 20 * kMinuteMs;
    }
  };
  s.live = [](SimHistory& sim, int now) {
    if (now == 90) sim.GroupOf("billing").paused = true;
  };
  out.push_back(s);

  s = Make("a slow group loses records at last", {{"retention_loss", "analytics"}},
           {"lagging_group", "stuck_group"});
  s.minutes = 420;
  s.setup = [](SimHistory& sim) {
    SimTopic& t = sim.TopicOf("clicks");
    t.retention_ms = 120 * kMinuteMs;
    t.segment_ms = 10 * kMinuteMs;
  };
  s.live = [](SimHistory& sim, int now) {
    if (now == 60) sim.GroupOf("analytics").member_rate *= 0.1;
  };
  out.push_back(s);
}

void AddMembers(std::vector<Scenario>& out) {
  Scenario s = Make("a member is thrown out and comes back", {{"rebalance_storm", "billing"}},
                    {"lagging_group"});
  s.live = [](SimHistory& sim, int now) {
    if (now >= 90 && now % 2 == 0) sim.ReplaceMember(sim.GroupOf("billing"), 0, true);
  };
  out.push_back(s);

  s = Make("pods crash again and again", {{"rebalance_storm", "search"}}, {"lagging_group"});
  s.live = [](SimHistory& sim, int now) {
    if (now >= 90) sim.ReplaceMember(sim.GroupOf("search"), 0, false);
  };
  out.push_back(s);

  s = Make("a group that rebalances without a change", {{"rebalance_storm", "fraud"}}, {});
  s.live = [](SimHistory& sim, int now) {
    if (now < 90 || now % 2 == 0) return;
    sim.GroupOf("fraud").rebalances += 1;
    sim.GroupOf("fraud").rebalanced = true;
  };
  out.push_back(s);

  s = Make("more members than partitions", {{"idle_consumers", "fraud"}}, {});
  s.live = [](SimHistory& sim, int now) {
    SimGroup& g = sim.GroupOf("fraud");
    if (now != 90) return;
    while (g.members.size() < 10) sim.AddMember(g, "/10.3.0." + std::to_string(g.members.size()));
    g.rebalances += 2;
  };
  out.push_back(s);
}

}  // namespace

std::vector<Scenario> GroupScenarios() {
  std::vector<Scenario> out;
  AddBehind(out);
  AddMembers(out);
  return out;
}

}  // namespace levelwind::scenarios
