// Hours in which nothing is wrong, however they look.

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "tests/detector_scenarios/scenarios.h"

namespace levelwind::scenarios {
namespace {

using Setup = std::function<void(SimHistory&)>;
using Live = std::function<void(SimHistory&, int)>;

Scenario Calm(std::string name, Live live, Setup setup = nullptr, int minutes = 180) {
  Scenario scenario;
  scenario.name = std::move(name);
  scenario.minutes = minutes;
  scenario.setup = std::move(setup);
  scenario.live = std::move(live);
  return scenario;
}

/// All brokers one after the other, down for `down` minutes, `gap` minutes apart.
Live Rolling(int down, int gap) {
  return [down, gap](SimHistory& sim, int now) {
    const int each = down + gap;
    const int broker = (now - 60) / each + 1;
    if (now < 60 || broker > 6) return;
    (now - 60) % each < down ? sim.Stop(broker) : sim.Start(broker);
  };
}

void AddSteady(std::vector<Scenario>& out) {
  out.push_back(Calm("steady", nullptr));
  out.push_back(Calm("steady for eight hours", nullptr, nullptr, 480));
  out.push_back(Calm("planned, and level enough", nullptr));
  out.back().plans = true;
  out.push_back(Calm(
      "day and night",
      [](SimHistory& sim, int now) { sim.load = 1 + 0.5 * std::sin(now / 720.0 * 2 * M_PI); },
      nullptr, 720));
  out.push_back(Calm(
      "the morning doubles it",
      [](SimHistory& sim, int now) {
        if (now > 60 && now <= 120) sim.load = 1 + (now - 60) / 60.0;
      },
      nullptr, 240));
  out.push_back(
      Calm("hardly anything is produced", nullptr, [](SimHistory& sim) { sim.load = 1e-5; }));
  out.push_back(Calm("rates that jump by half each minute", nullptr, [](SimHistory& sim) {
    for (SimTopic& t : sim.topics) t.noise = 0.5;
  }));
  out.push_back(Calm("partitions as uneven as hashes are", nullptr, [](SimHistory& sim) {
    for (SimTopic& t : sim.topics) {
      for (SimPartition& p : t.partitions) p.weight = sim.dice.Around(0.4);
    }
  }));
  out.push_back(
      Calm("a batch that heats one partition after the other", [](SimHistory& sim, int now) {
        for (std::size_t p = 0; p < 12; ++p) {
          const bool hot = static_cast<std::size_t>(now / 15) % 12 == p;
          sim.TopicOf("orders").partitions[p].weight = hot ? 4 : 1;
        }
      }));
  out.push_back(Calm(
      "a nightly job writes into one partition for twelve minutes",
      [](SimHistory& sim, int now) {
        sim.TopicOf("logs").partitions[3].weight = now >= 100 && now < 112 ? 12 : 1;
      },
      nullptr, 200));
  out.push_back(Calm("a burst of two minutes",
                     [](SimHistory& sim, int now) { sim.load = now == 90 || now == 91 ? 5 : 1; }));
  out.push_back(Calm("a burst every ten minutes", [](SimHistory& sim, int now) {
    sim.TopicOf("orders").rate = (now % 10 == 0 ? 8 : 2) * kMiB;
  }));
  out.push_back(Calm("an import of 40 minutes", [](SimHistory& sim, int now) {
    sim.TopicOf("logs").rate = (now >= 90 && now < 130 ? 10 : 5) * kMiB;
  }));
}

void AddRestarts(std::vector<Scenario>& out) {
  out.push_back(Calm("a broker restarts", [](SimHistory& sim, int now) {
    if (now == 90) sim.Stop(3);
    if (now == 93) sim.Start(3);
  }));
  out.push_back(Calm("a rolling restart", Rolling(2, 3)));
  out.push_back(Calm("a rolling restart of slow starters", Rolling(4, 6)));
  out.push_back(Calm("a broker that pauses twenty times", [](SimHistory& sim, int now) {
    if (now >= 30 && now < 170) now % 7 == 0 ? sim.Stop(5) : sim.Start(5);
  }));
  out.push_back(Calm("a network that cuts a broker off for two minutes, thrice",
                     [](SimHistory& sim, int now) {
                       if (now >= 60) now % 40 < 2 ? sim.Stop(2) : sim.Start(2);
                     }));
  out.push_back(Calm("a new broker that is soon filled", [](SimHistory& sim, int now) {
    if (now == 60) sim.AddBroker("r1");
    if (now != 70) return;
    int n = 0;
    for (SimTopic& t : sim.topics) {
      for (SimPartition& p : t.partitions) {
        if (n++ % 7 != 0 || p.replicas.size() < 3) continue;
        p.in_sync.erase(p.replicas[2]);
        p.replicas[2] = 7;
        p.in_sync.insert(7);
      }
    }
  }));
  out.push_back(Calm("a voter that restarts", [](SimHistory& sim, int now) {
    sim.quorum_slow = now == 90 ? 103 : kNoBroker;
    sim.quorum_behind_ms = 45'000;
  }));
  out.push_back(Calm("a setting that is rolled out", [](SimHistory& sim, int now) {
    if (now >= 60 && now < 60 + 6 * 5 && (now - 60) % 5 == 0) {
      sim.BrokerOf((now - 60) / 5 + 1).settings[2].second = "16";
    }
  }));
}

void AddTopics(std::vector<Scenario>& out) {
  out.push_back(Calm("thirty topics are created", [](SimHistory& sim, int now) {
    if (now >= 60 && now < 70) {
      for (int i = 0; i < 3; ++i) sim.AddTopic(fmt::format("new-{}-{}", now, i), 6, 0.02 * kMiB);
    }
  }));
  out.push_back(Calm("topics come and go", [](SimHistory& sim, int now) {
    if (now >= 60 && now % 4 == 0) sim.AddTopic(fmt::format("job-{}", now), 3, 0.05 * kMiB);
    if (now >= 80 && now % 4 == 0) sim.RemoveTopic(fmt::format("job-{}", now - 20));
  }));
  out.push_back(Calm(
      "short retention saws", nullptr,
      [](SimHistory& sim) {
        for (SimTopic& t : sim.topics) t.segment_ms = 90 * kMinuteMs;
      },
      360));
  out.push_back(Calm(
      "short retention saws on full disks", nullptr,
      [](SimHistory& sim) {
        for (SimTopic& t : sim.topics) t.segment_ms = 90 * kMinuteMs;
        for (SimBroker& b : sim.brokers) b.disk_bytes = 1.2e12;
      },
      360));
  out.push_back(Calm(
      "day and night on full disks",
      [](SimHistory& sim, int now) { sim.load = 1 + 0.3 * std::sin(now / 720.0 * 2 * M_PI); },
      [](SimHistory& sim) {
        for (SimBroker& b : sim.brokers) b.disk_bytes = 1.3e12;
      },
      720));
  out.push_back(Calm("retention is shortened", [](SimHistory& sim, int now) {
    if (now == 90) sim.TopicOf("clicks").retention_ms /= 2;
  }));
  out.push_back(Calm(
      "a large topic begins on roomy disks",
      [](SimHistory& sim, int now) {
        if (now == 60) sim.AddTopic("sessions", 12, 4 * kMiB);
      },
      nullptr, 300));
  out.push_back(Calm("one client has most of an idle broker", nullptr, [](SimHistory& sim) {
    for (SimBroker& b : sim.brokers) b.clients = {{"app", 0.2}, {"etl", 0.7}, {"web", 0.1}};
  }));
}

void AddBrokers(std::vector<Scenario>& out) {
  out.push_back(Calm(
      "disks that all get a little slower",
      [](SimHistory& sim, int now) {
        if (now != 200) return;
        for (SimBroker& b : sim.brokers) b.flush_ms *= 2.5;
      },
      nullptr, 300));
  out.push_back(Calm(
      "a disk that is slow for six minutes",
      [](SimHistory& sim, int now) {
        sim.BrokerOf(2).flush_ms = now >= 200 && now < 206 ? 1500 : 20;
      },
      nullptr, 300));
  out.push_back(Calm("brokers tell nothing of themselves", nullptr,
                     [](SimHistory& sim) { sim.metrics = false; }));
  out.push_back(Calm("rates are not known", nullptr, [](SimHistory& sim) { sim.rates = false; }));
  out.push_back(
      Calm("lags are not known", nullptr, [](SimHistory& sim) { sim.groups_known = false; }));
}

void AddGroups(std::vector<Scenario>& out) {
  out.push_back(Calm("a deploy", [](SimHistory& sim, int now) {
    SimGroup& g = sim.GroupOf("billing");
    if (now >= 90 && now < 94) sim.ReplaceMember(g, 0, false);
  }));
  out.push_back(Calm("a rolling restart in place", [](SimHistory& sim, int now) {
    if (now >= 90 && now < 98) sim.ReplaceMember(sim.GroupOf("analytics"), 0, true);
  }));
  out.push_back(Calm(
      "a deploy of 24 members",
      [](SimHistory& sim, int now) {
        if (now >= 90 && now < 114) sim.ReplaceMember(sim.GroupOf("analytics"), 0, false);
      },
      [](SimHistory& sim) {
        SimGroup& g = sim.GroupOf("analytics");
        while (g.members.size() < 24)
          sim.AddMember(g, "/10.4.0." + std::to_string(g.members.size()));
      }));
  out.push_back(Calm("three deploys in an hour", [](SimHistory& sim, int now) {
    if (now >= 90 && now % 20 < 4 && now < 150) sim.ReplaceMember(sim.GroupOf("billing"), 0, false);
  }));
  out.push_back(Calm("a group is scaled up", [](SimHistory& sim, int now) {
    SimGroup& g = sim.GroupOf("fraud");
    if (now < 90 || now >= 93) return;
    sim.AddMember(g, "/10.3.0." + std::to_string(now));
    ++g.rebalances;
  }));
  out.push_back(Calm("consumers pause for three minutes", [](SimHistory& sim, int now) {
    sim.GroupOf("billing").paused = now >= 90 && now < 93;
  }));
  out.push_back(Calm("consumers catch up after four minutes away", [](SimHistory& sim, int now) {
    SimGroup& g = sim.GroupOf("search");
    static thread_local std::vector<SimMember> away;
    if (now == 90) away = std::exchange(g.members, {});
    if (now == 94) g.members = away, g.rebalances += 1;
  }));
  out.push_back(Calm("a group that was left behind long ago", nullptr, [](SimHistory& sim) {
    sim.AddGroup("old-report", "payments", 1, 2).members.clear();
  }));
  out.push_back(Calm(
      "a batch job each hour",
      [](SimHistory& sim, int now) {
        SimGroup& g = sim.GroupOf("alerts");
        g.members.clear();
        if (now % 60 < 10) sim.AddMember(g, "/10.5.0.1");
        g.member_rate = 1e6;
        g.rebalances += now % 60 == 0 || now % 60 == 10 ? 1 : 0;
      },
      nullptr, 300));
  out.push_back(Calm("a spare member for some minutes", [](SimHistory& sim, int now) {
    SimGroup& g = sim.GroupOf("fraud");
    if (now == 90) {
      while (g.members.size() < 7) sim.AddMember(g, "/10.3.0." + std::to_string(g.members.size()));
    }
    if (now == 96) g.members.resize(3);
  }));
  out.push_back(Calm("three pauses for garbage collection", [](SimHistory& sim, int now) {
    if (now >= 60 && now % 20 == 0) sim.ReplaceMember(sim.GroupOf("search"), 1, true);
  }));
}

}  // namespace

std::vector<Scenario> CalmScenarios() {
  std::vector<Scenario> out;
  AddSteady(out);
  AddRestarts(out);
  AddTopics(out);
  AddBrokers(out);
  AddGroups(out);
  return out;
}

}  // namespace levelwind::scenarios
