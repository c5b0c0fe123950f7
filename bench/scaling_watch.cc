#include "bench/scaling_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "tests/consumer_fleet/scaled_daemon.h"

namespace levelwind::bench {
namespace {

double NumberOr(const nlohmann::json& object, const char* field, double otherwise) {
  const auto found = object.find(field);
  return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

int CountOf(const std::string& text, const std::string& what) {
  int count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

void ScalingWatch::For(std::chrono::seconds time) {
  for (auto left = time; left.count() > 0; --left) {
    for (const std::string& group : groups_) Look(group, looks_ % 30 == 0);
    ++looks_;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

void ScalingWatch::Look(const std::string& group, bool tell) {
  GroupWatch& watch = seen_[group];
  const auto now = testing::ScalingOf(daemon_, group);
  if (!now.ok()) return;
  const int members = static_cast<int>(NumberOr(*now, "current", -1));
  if (members >= 0) {
    if (watch.first_members < 0) watch.first_members = members;
    watch.most_members = std::max(watch.most_members, members);
    watch.last_members = members;
  }
  if (now->value("capacity_learned", false)) {
    watch.capacity_per_s = NumberOr(*now, "capacity_per_s", watch.capacity_per_s);
  }
  if (const std::string reason = now->value("reason", ""); reason != watch.reason) {
    watch.reasons += fmt::format("{}{} {}", watch.reasons.empty() ? "" : ", ", looks_, reason);
    watch.reason = reason;
  }
  watch.why = now->value("why", "");
  if (tell) {
    watch.line += fmt::format("{}{}/{:.0f}", watch.line.empty() ? "" : " ", members,
                              NumberOr(*now, "time_lag_seconds", -1));
  }
}

int Rebalances(const testing::RealCluster& cluster, const std::string& group) {
  int count = 0;
  for (const testing::RealBroker& broker : cluster.Brokers()) {
    const std::string log = testing::ReadFile(broker.log_file);
    count += CountOf(log, fmt::format("Stabilized group {} generation", group)) +
             CountOf(log, fmt::format("[GroupId {}] Bumped group epoch to", group));
  }
  return count;
}

}  // namespace levelwind::bench
