#include "planner/intra_broker/plan_log_dirs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "planner/goals/margin.h"
#include "planner/intra_broker/dir_balance.h"
#include "planner/search/topic_filter.h"

namespace levelwind::planner {
namespace {

constexpr std::string_view kCapacityGoal = "IntraBrokerDiskCapacityGoal";
constexpr std::string_view kLevelGoal = "IntraBrokerDiskUsageDistributionGoal";
constexpr double kRounding = 1e-9;

/// A replica with its partition, in the order of names.
struct Held {
  const Partition* partition = nullptr;
  const Replica* replica = nullptr;
  bool may_move = true;  ///< As far as its topic is concerned.
};

class LogDirPlanner {
 public:
  LogDirPlanner(const ClusterSnapshot& snapshot, const LogDirOptions& options)
      : snapshot_(snapshot), options_(options) {}

  Result<LogDirPlan> Run();

 private:
  Status Check();
  void CollectReplicas();
  void PlanBroker(const Broker& broker, const std::vector<Held>& held);
  bool Known(const Broker& broker);
  void Report(const Broker& broker, const std::vector<Held>& held, const DirBalance& before,
              const DirBalance& after);
  void Count(const DirBalance& balance, const DirBand& band, bool after);
  DirBand BandOf(const DirBalance& balance) const;
  std::pair<std::string, std::string> WhyMove(const DirBalance& before, std::size_t from,
                                              std::size_t to) const;
  bool Emptied(const Broker& broker, const LogDir& dir) const {
    return std::ranges::find(options_.empty, LogDirName{broker.id, dir.path}) !=
           options_.empty.end();
  }
  void Summarize();

  const ClusterSnapshot& snapshot_;
  const LogDirOptions& options_;
  TopicFilter topics_;
  std::vector<std::vector<Held>> held_;  ///< Per broker of the snapshot.
  LogDirPlan plan_;
  GoalVerdict emptied_, capacity_, level_;
};

Status LogDirPlanner::Check() {
  LW_ASSIGN_OR_RETURN(topics_.include, CompilePattern(options_.include_topics, "include_topics"));
  LW_ASSIGN_OR_RETURN(topics_.exclude, CompilePattern(options_.exclude_topics, "exclude_topics"));
  const auto in = [](double value, double low, double high) {
    return value >= low && value <= high;
  };
  if (!in(options_.capacity_threshold, 0.01, 1)) {
    return InvalidArgument(
        fmt::format("capacity_threshold is {}; it must be 0.01 to 1", options_.capacity_threshold));
  }
  if (!in(options_.balance_threshold, 1.01, 10)) {
    return InvalidArgument(
        fmt::format("balance_threshold is {}; it must be 1.01 to 10", options_.balance_threshold));
  }
  for (const BrokerId id : options_.brokers) {
    if (snapshot_.FindBroker(id) == nullptr) {
      return InvalidArgument(fmt::format("broker {} is not in the cluster", id));
    }
  }
  for (const LogDirName& name : options_.empty) {
    const Broker* broker = snapshot_.FindBroker(name.broker);
    if (broker == nullptr) {
      return InvalidArgument(fmt::format("broker {} is not in the cluster", name.broker));
    }
    if (std::ranges::find(broker->log_dirs, name.path, &LogDir::path) == broker->log_dirs.end()) {
      return InvalidArgument(fmt::format("broker {} has no log dir {}; see its log.dirs",
                                         name.broker, EscapeControl(name.path)));
    }
  }
  return Ok();
}

void LogDirPlanner::CollectReplicas() {
  held_.resize(snapshot_.brokers.size());
  std::map<BrokerId, std::size_t> index;
  for (std::size_t b = 0; b < snapshot_.brokers.size(); ++b) index[snapshot_.brokers[b].id] = b;
  std::vector<const Topic*> topics;
  for (const Topic& topic : snapshot_.topics) topics.push_back(&topic);
  std::ranges::sort(topics, {}, &Topic::name);
  for (const Topic* topic : topics) {
    const bool may_move = topics_.Moves(topic->name);
    for (const Partition& p : snapshot_.PartitionsOf(*topic)) {
      for (const Replica& r : snapshot_.ReplicasOf(p)) {
        const auto at = index.find(r.broker);
        if (at == index.end() || r.log_dir < 0) continue;
        const std::size_t dirs = snapshot_.brokers[at->second].log_dirs.size();
        if (static_cast<std::size_t>(r.log_dir) < dirs)
          held_[at->second].push_back({&p, &r, may_move});
      }
    }
  }
}

bool LogDirPlanner::Known(const Broker& broker) {
  for (const LogDir& dir : broker.log_dirs) {
    if (dir.offline || (IsKnown(dir.total_bytes) && dir.total_bytes > 0)) continue;
    plan_.notes.push_back(fmt::format(
        "broker {} is left alone: the capacity of its log dir {} is unknown (brokers tell it since "
        "Kafka 3.3)",
        broker.id, dir.path));
    return false;
  }
  return true;
}

DirBand LogDirPlanner::BandOf(const DirBalance& balance) const {
  const double mean = balance.MeanShare();
  const double half = HalfWidth(options_.balance_threshold);
  return {mean * (1 - half), mean * (1 + half), options_.capacity_threshold};
}

void LogDirPlanner::Count(const DirBalance& balance, const DirBand& band, bool after) {
  const auto add = [&](GoalVerdict& verdict, double outside) {
    if (outside <= kRounding) return;
    (after ? verdict.violations_after : verdict.violations_before) += 1;
    (after ? verdict.cost_after : verdict.cost_before) += outside;
  };
  double capacity = 0;
  for (const DirState& dir : balance.dirs()) capacity += dir.capacity;
  const double mean = capacity / static_cast<double>(balance.dirs().size());
  for (std::size_t d = 0; d < balance.dirs().size(); ++d) {
    if (!balance.dirs()[d].receives) continue;
    const double share = balance.Share(d);
    const double scale = balance.dirs()[d].capacity / mean;
    add(capacity_, (share - band.cap) * scale);
    add(level_, std::max(share - band.high, band.low - share) * scale);
  }
}

void LogDirPlanner::PlanBroker(const Broker& broker, const std::vector<Held>& held) {
  if (broker.log_dirs.size() < 2 || !Known(broker)) return;
  std::vector<DirState> dirs;
  for (const LogDir& dir : broker.log_dirs) {
    const bool usable = !dir.offline && !Emptied(broker, dir);
    dirs.push_back({dir.offline ? 1.0 : static_cast<double>(dir.total_bytes), 0, usable});
  }
  std::vector<DirReplica> replicas;
  for (const Held& h : held) {
    const auto dir = static_cast<std::size_t>(h.replica->log_dir);
    const bool known = IsKnown(h.replica->size_bytes);
    const double bytes = known ? static_cast<double>(h.replica->size_bytes) : 0;
    dirs[dir].used += bytes;
    const bool movable = known && h.may_move && !h.replica->offline && !h.partition->reassigning &&
                         !broker.log_dirs[dir].offline;
    replicas.push_back({dir, bytes, movable});
  }
  const DirBalance before(std::move(dirs), std::move(replicas));
  DirBalance after = before;
  if (const std::size_t left = after.Empty(options_.capacity_threshold); left > 0) {
    plan_.notes.push_back(fmt::format(
        "broker {}: {} replicas find no room on its other log dirs below {:.0f} % of their "
        "capacity",
        broker.id, left, options_.capacity_threshold * 100));
  }
  const DirBand band = BandOf(after);
  DirBand wanted = band;
  if (!options_.level) wanted = {0, band.cap, band.cap};
  after.Level(wanted);
  Count(before, band, false);
  Count(after, band, true);
  Report(broker, held, before, after);
}

std::pair<std::string, std::string> LogDirPlanner::WhyMove(const DirBalance& before,
                                                           std::size_t from, std::size_t to) const {
  const double share = before.Share(from);
  if (!before.dirs()[from].receives) {
    return {std::string(kEmptyLogDirGoal), "this log dir is to be emptied"};
  }
  if (share > options_.capacity_threshold) {
    return {std::string(kCapacityGoal),
            fmt::format("this log dir is {:.0f} % full, {:.0f} % are allowed", share * 100,
                        options_.capacity_threshold * 100)};
  }
  return {std::string(kLevelGoal),
          fmt::format("this log dir is {:.0f} % full, the other one {:.0f} %, all of them together "
                      "{:.0f} %",
                      share * 100, before.Share(to) * 100, before.MeanShare() * 100)};
}

void LogDirPlanner::Report(const Broker& broker, const std::vector<Held>& held,
                           const DirBalance& before, const DirBalance& after) {
  for (std::size_t d = 0; d < broker.log_dirs.size(); ++d) {
    const LogDir& dir = broker.log_dirs[d];
    plan_.dirs.push_back({{broker.id, dir.path},
                          dir.offline ? kUnknown : static_cast<double>(dir.total_bytes),
                          before.dirs()[d].used,
                          after.dirs()[d].used});
    if (!Emptied(broker, dir)) continue;
    const auto here = [&](const DirBalance& balance) {
      return std::ranges::count(balance.replicas(), d, &DirReplica::dir);
    };
    emptied_.violations_before += here(before) > 0 ? 1 : 0;
    emptied_.violations_after += here(after) > 0 ? 1 : 0;
    emptied_.cost_before += static_cast<double>(here(before));
    emptied_.cost_after += static_cast<double>(here(after));
  }
  for (std::size_t r = 0; r < held.size(); ++r) {
    const std::size_t from = before.replicas()[r].dir;
    const std::size_t to = after.replicas()[r].dir;
    if (from == to) continue;
    LogDirMove move;
    move.partition = snapshot_.NameOf(*held[r].partition);
    move.topic_id = snapshot_.TopicOf(*held[r].partition).id;
    move.replicas = snapshot_.ReplicaIds(*held[r].partition);
    move.leader = held[r].partition->leader;
    move.bytes_in_per_s = held[r].partition->load.bytes_in_per_s;
    move.broker = broker.id;
    move.from = broker.log_dirs[from].path;
    move.to = broker.log_dirs[to].path;
    move.bytes = held[r].replica->size_bytes;
    std::tie(move.goal, move.reason) = WhyMove(before, from, to);
    plan_.bytes_to_move += move.bytes;
    plan_.moves.push_back(std::move(move));
  }
}

void LogDirPlanner::Summarize() {
  capacity_.goal = kCapacityGoal;
  capacity_.hard = true;
  level_.goal = kLevelGoal;
  for (GoalVerdict* verdict : {&capacity_, &level_}) {
    verdict->judged = !plan_.dirs.empty();
    if (!verdict->judged)
      verdict->note = "not judged: no broker has several log dirs of known size";
  }
  plan_.goals = {capacity_, level_};
  if (!options_.empty.empty()) {
    emptied_.goal = kEmptyLogDirGoal;
    emptied_.hard = true;
    plan_.goals.push_back(emptied_);
  }
  const auto outside = [&](bool before) {
    std::int32_t count = 0;
    for (const GoalVerdict& goal : plan_.goals) {
      if (goal.goal == kLevelGoal && !options_.level) continue;
      count += before ? goal.violations_before : goal.violations_after;
    }
    return count;
  };
  if (!plan_.moves.empty()) {
    plan_.summary = fmt::format("{} move{} between log dirs ({}): log dirs outside a goal {} -> {}",
                                plan_.moves.size(), plan_.moves.size() == 1 ? "" : "s",
                                HumanBytes(static_cast<double>(plan_.bytes_to_move)), outside(true),
                                outside(false));
  } else if (plan_.dirs.empty()) {
    plan_.summary = "nothing to plan: no broker has several log dirs of known size";
  } else if (outside(false) == 0) {
    plan_.summary = "already level: every log dir is inside its band";
  } else {
    plan_.summary = "nothing worth moving: no move brings the log dirs closer together";
  }
}

Result<LogDirPlan> LogDirPlanner::Run() {
  LW_RETURN_IF_ERROR(Check());
  CollectReplicas();
  std::vector<std::size_t> order(snapshot_.brokers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t b) { return snapshot_.brokers[b].id; });
  for (const std::size_t b : order) {
    const Broker& broker = snapshot_.brokers[b];
    const bool asked = options_.brokers.empty() ||
                       std::ranges::find(options_.brokers, broker.id) != options_.brokers.end();
    if (asked && broker.state != BrokerState::kDead) PlanBroker(broker, held_[b]);
  }
  Summarize();
  return std::move(plan_);
}

}  // namespace

Result<LogDirPlan> PlanLogDirs(const ClusterSnapshot& snapshot, const LogDirOptions& options) {
  return LogDirPlanner(snapshot, options).Run();
}

}  // namespace levelwind::planner
