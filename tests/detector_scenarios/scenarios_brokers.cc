// Brokers, disks and topics that are not well.

#include <algorithm>
#include <string>
#include <utility>

#include "tests/detector_scenarios/scenarios.h"

namespace levelwind::scenarios {
namespace {

const std::vector<std::string> kLoss = {"under_replicated", "leader_imbalance", "hot_broker",
                                        "under_min_isr"};

using Live = std::function<void(SimHistory&, int)>;

/// `act` once, in this minute.
Live At(int minute, std::function<void(SimHistory&)> act) {
  return [minute, act = std::move(act)](SimHistory& sim, int now) {
    if (now == minute) act(sim);
  };
}

Scenario Make(std::string name, std::vector<Wanted> wanted, std::vector<std::string> also) {
  Scenario scenario;
  scenario.name = std::move(name);
  scenario.wanted = std::move(wanted);
  scenario.also = std::move(also);
  return scenario;
}

void AddLosses(std::vector<Scenario>& out) {
  Scenario s = Make("a broker dies and stays away", {{"dead_broker", "broker 3"}}, kLoss);
  s.live = At(90, [](SimHistory& sim) { sim.Stop(3); });
  out.push_back(s);

  s = Make("two neighbours die",
           {{"dead_broker", "broker 3"}, {"dead_broker", "broker 4"}, {"under_min_isr", ""}},
           kLoss);
  s.live = At(90, [](SimHistory& sim) { sim.Stop(3), sim.Stop(4); });
  out.push_back(s);

  s = Make("three brokers die and partitions are offline",
           {{"dead_broker", "broker 1"},
            {"dead_broker", "broker 2"},
            {"dead_broker", "broker 3"},
            {"under_replicated", "offline partitions"}},
           kLoss);
  s.also.insert(s.also.end(), {"key_skew", "hot_partition", "stuck_group"});
  s.live = At(90, [](SimHistory& sim) { sim.Stop(1), sim.Stop(2), sim.Stop(3); });
  out.push_back(s);

  s = Make("a broker is away for eight minutes again and again", {{"dead_broker", "broker 2"}},
           kLoss);
  s.live = [](SimHistory& sim, int now) {
    if (now < 60) return;
    (now - 60) % 14 < 8 ? sim.Stop(2) : sim.Start(2);
  };
  out.push_back(s);

  s = Make("a log dir fails", {{"disk_failure", "broker 2"}}, kLoss);
  s.live = At(90, [](SimHistory& sim) { sim.BrokerOf(2).dir_failed = true; });
  out.push_back(s);

  s = Make("a log dir fails while another broker is dead",
           {{"disk_failure", "broker 6"}, {"dead_broker", "broker 1"}}, kLoss);
  s.live = [](SimHistory& sim, int now) {
    if (now == 60) sim.Stop(1);
    if (now == 100) sim.BrokerOf(6).dir_failed = true;
  };
  out.push_back(s);

  s = Make("a topic that wants all replicas loses one",
           {{"under_min_isr", ""}, {"dead_broker", "broker 5"}}, kLoss);
  s.also.emplace_back("replication_factor");
  s.setup = [](SimHistory& sim) { sim.TopicOf("payments").min_isr = 3; };
  s.live = At(90, [](SimHistory& sim) { sim.Stop(5); });
  out.push_back(s);
}

void AddImbalance(std::vector<Scenario>& out) {
  Scenario s = Make("restarts without elections afterwards", {{"leader_imbalance", ""}},
                    {"hot_broker", "hot_partition"});
  s.setup = [](SimHistory& sim) { sim.auto_election = false; };
  s.live = [](SimHistory& sim, int now) {
    const int broker = (now - 60) / 6 + 1;
    if (now < 60 || broker > 3) return;
    (now - 60) % 6 < 3 ? sim.Stop(broker) : sim.Start(broker);
  };
  out.push_back(s);

  s = Make("all of a busy topic led by one broker", {{"leader_imbalance", "broker 1"}},
           {"hot_broker", "hot_partition"});
  s.setup = [](SimHistory& sim) {
    for (SimPartition& p : sim.TopicOf("clicks").partitions) {
      const BrokerId other = p.replicas[1] == 1 ? 3 : p.replicas[1];
      p.replicas = {1, other, other == 5 ? 6 : 5};
      p.in_sync = {p.replicas.begin(), p.replicas.end()};
      p.leader = 1;
    }
  };
  out.push_back(s);

  s = Make("a broker has a copy of everything busy", {{"hot_broker", "broker 1"}},
           {"leader_imbalance"});
  s.setup = [](SimHistory& sim) {
    for (const char* name : {"clicks", "logs"}) {
      for (SimPartition& p : sim.TopicOf(name).partitions) {
        if (std::ranges::find(p.replicas, 1) == p.replicas.end()) p.replicas[2] = 1;
        p.in_sync = {p.replicas.begin(), p.replicas.end()};
      }
    }
  };
  out.push_back(s);

  s = Make("one partition of a topic takes most of it",
           {{"hot_partition", "orders-4"}, {"key_skew", "orders"}},
           {"hot_broker", "leader_imbalance", "lagging_group"});
  s.minutes = 240;
  s.live = At(60, [](SimHistory& sim) { sim.TopicOf("orders").partitions[4].weight = 20; });
  out.push_back(s);

  s = Make("one hot key from the first day",
           {{"key_skew", "clicks"}, {"hot_partition", "clicks-9"}},
           {"hot_broker", "leader_imbalance", "lagging_group"});
  s.setup = [](SimHistory& sim) { sim.TopicOf("clicks").partitions[9].weight = 14; };
  out.push_back(s);

  s = Make("keys as Zipf has them", {{"key_skew", "logs"}},
           {"hot_partition", "hot_broker", "leader_imbalance"});
  s.setup = [](SimHistory& sim) {
    double rank = 1;
    for (SimPartition& p : sim.TopicOf("logs").partitions) p.weight = 1 / rank++;
  };
  out.push_back(s);

  s = Make("a new broker stays empty", {{"empty_broker", "broker 7"}}, {"goal_violation"});
  s.live = At(60, [](SimHistory& sim) { sim.AddBroker("r1"); });
  s.plans = true;
  out.push_back(s);

  s = Make("replicas of a topic on one rack", {{"goal_violation", "Rack"}}, {"goal_violation"});
  s.setup = [](SimHistory& sim) {
    for (SimPartition& p : sim.TopicOf("orders").partitions) {
      p.replicas = {1, 4, 2};
      p.in_sync = {1, 2, 4};
      p.leader = 1;
    }
  };
  s.also.insert(s.also.end(), {"leader_imbalance", "hot_broker"});
  s.plans = true;
  out.push_back(s);
}

void AddSlow(std::vector<Scenario>& out) {
  Scenario s = Make("a disk gets slow", {{"slow_broker", "broker 5"}}, {"metric_anomaly"});
  s.minutes = 300;
  s.begins = 180;
  s.live = At(180, [](SimHistory& sim) { sim.BrokerOf(5).flush_ms = 4000; });
  out.push_back(s);

  s = Make("a broker was slow before the watch began", {{"slow_broker", "broker 2"}},
           {"metric_anomaly"});
  s.setup = [](SimHistory& sim) { sim.BrokerOf(2).flush_ms = 5000; };
  out.push_back(s);

  s = Make("requests take long on one broker", {{"metric_anomaly", "broker 4"}}, {});
  s.minutes = 300;
  s.begins = 200;
  s.live = At(200, [](SimHistory& sim) { sim.BrokerOf(4).request_ms = 900; });
  out.push_back(s);

  s = Make("request handlers have no time left", {{"metric_anomaly", "broker 1"}}, {});
  s.minutes = 300;
  s.begins = 200;
  s.live = At(200, [](SimHistory& sim) { sim.BrokerOf(1).handler_idle = 0.04; });
  out.push_back(s);

  s = Make("one client takes a broker", {{"noisy_neighbour", "broker 3 client etl"}},
           {"metric_anomaly"});
  s.setup = [](SimHistory& sim) {
    for (SimBroker& b : sim.brokers) b.clients = {{"app", 0.4}, {"etl", 0.3}, {"web", 0.3}};
  };
  s.live = At(90, [](SimHistory& sim) {
    sim.BrokerOf(3).clients = {{"app", 0.1}, {"etl", 0.8}, {"web", 0.1}};
    sim.BrokerOf(3).handler_idle = 0.12;
  });
  out.push_back(s);

  s = Make("one topic takes a broker", {{"noisy_neighbour", "topic clicks"}}, {"metric_anomaly"});
  s.setup = [](SimHistory& sim) {
    for (SimGroup& g : sim.groups) g.member_rate *= 3;
  };
  s.live = At(90, [](SimHistory& sim) {
    sim.TopicOf("clicks").rate *= 2.5;
    for (SimBroker& b : sim.brokers) b.handler_idle = 0.15;
  });
  out.push_back(s);

  s = Make("a controller falls behind", {{"quorum_lag", "controller 102"}}, {});
  s.live = [](SimHistory& sim, int now) {
    sim.quorum_slow = now >= 90 ? 102 : kNoBroker;
    sim.quorum_behind_ms = now >= 90 ? (now - 89) * kMinuteMs : 0;
  };
  out.push_back(s);

  s = Make("the quorum has no leader", {{"quorum_lag", "controller"}}, {});
  s.live = At(90, [](SimHistory& sim) { sim.quorum_leader = false; });
  out.push_back(s);

  s = Make("one broker has other settings", {{"config_drift", "num.io.threads"}}, {});
  s.setup = [](SimHistory& sim) { sim.BrokerOf(3).settings[2].second = "16"; };
  out.push_back(s);

  s = Make("maintenance is announced", {{"maintenance_event", "remove_broker 4"}}, {});
  s.live = At(90, [](SimHistory& sim) {
    MaintenanceEvent event{
        .kind = "remove_broker", .at = {sim.now_ms()}, .brokers = {4}, .request = {}};
    event.request.remove_brokers = {4};
    sim.maintenance.push_back(event);
  });
  out.push_back(s);
}

void AddDisks(std::vector<Scenario>& out) {
  Scenario s = Make("producers double and the disks are small", {{"disk_filling", "broker"}}, {});
  s.minutes = 300;
  s.setup = [](SimHistory& sim) {
    for (SimBroker& b : sim.brokers) b.disk_bytes = 1.25e12;
    for (SimGroup& g : sim.groups) g.member_rate *= 3;
  };
  s.live = At(90, [](SimHistory& sim) { sim.load = 2.5; });
  out.push_back(s);

  s = Make("something else fills a disk", {{"disk_filling", "broker 4"}}, {});
  s.minutes = 240;
  s.live = [](SimHistory& sim, int now) {
    if (now >= 90) sim.BrokerOf(4).other_bytes += 2.2e9;
  };
  out.push_back(s);

  s = Make("a disk is nearly full and does not grow", {{"disk_filling", "broker 6"}}, {});
  s.setup = [](SimHistory& sim) { sim.BrokerOf(6).other_bytes = 0.95e12; };
  out.push_back(s);

  s = Make("retention was switched off", {{"disk_filling", "broker"}}, {});
  s.minutes = 300;
  s.setup = [](SimHistory& sim) {
    for (SimBroker& b : sim.brokers) b.disk_bytes = 1.15e12;
  };
  s.live = At(60, [](SimHistory& sim) {
    for (SimTopic& t : sim.topics) t.retention_ms *= 100;
  });
  out.push_back(s);

  s = Make("a partition of more than a terabyte", {{"partition_size", "audit"}}, {});
  s.setup = [](SimHistory& sim) {
    for (SimBroker& b : sim.brokers) b.disk_bytes = 8e12;
    SimTopic& audit = sim.TopicOf("audit");
    audit.retention_ms *= 1000;
    audit.partitions[2].end += 1.3e9;
    audit.partitions[2].ends = {{kStartMs, audit.partitions[2].end}};
  };
  out.push_back(s);

  s = Make("a topic with one replica too few", {{"replication_factor", "below 3"}}, {});
  s.live = At(30, [](SimHistory& sim) { sim.AddTopic("refunds", 6, 0.1 * kMiB, 2).min_isr = 2; });
  out.push_back(s);

  s = Make("two partitions for a flood", {{"partition_count", "firehose"}},
           {"hot_broker", "leader_imbalance", "disk_filling", "hot_partition", "partition_size"});
  s.setup = [](SimHistory& sim) {
    for (SimBroker& b : sim.brokers) b.disk_bytes = 20e12;
    sim.AddTopic("firehose", 2, 40 * kMiB);
  };
  out.push_back(s);

  s = Make("many partitions for nothing", {{"partition_count", "attic"}}, {});
  s.minutes = 400;
  s.begins = 0;
  s.setup = [](SimHistory& sim) { sim.AddTopic("attic", 120, 20); };
  out.push_back(s);
}

}  // namespace

std::vector<Scenario> BrokerScenarios() {
  std::vector<Scenario> out;
  AddLosses(out);
  AddImbalance(out);
  AddSlow(out);
  AddDisks(out);
  return out;
}

}  // namespace levelwind::scenarios
