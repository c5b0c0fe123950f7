// How replicas that are behind catch up: brokers share their bandwidth fairly among the copies that
// go in and out, and replication throttles cap the copies that they name.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <tuple>

#include "tests/sim_cluster/sim_state.h"

namespace levelwind::testing {
namespace {

// The finest step. Below it, events that fall together are handled together; that keeps thousands
// of copies that end at almost the same time affordable.
constexpr Duration kMinStep = std::chrono::milliseconds(1);
// Less than this many bytes behind is in sync: a guard against rounding.
constexpr double kInSyncBytes = 0.5;

struct Pool {
  double left = 0;
  int users = 0;
};

// Broker, direction (out 0, in 1), throttled.
using PoolKey = std::tuple<BrokerId, int, bool>;

}  // namespace

/// One copy that can make progress now.
struct SimState::Flow {
  BehindKey key;
  Partition* partition = nullptr;
  Copy* copy = nullptr;
  PoolKey out;
  PoolKey in;
  double rate = -1;  ///< Bytes per second; negative until it is known.
};

void SimState::RefreshBrokerThrottles() {
  using kafka::ConfigResourceType;
  const auto rate = [&](BrokerId id, const std::string& key) -> std::optional<double> {
    auto text = configs_.Get({ConfigResourceType::kBroker, std::to_string(id)}, key);
    if (!text) text = configs_.Get({ConfigResourceType::kBroker, ""}, key);
    if (!text) return std::nullopt;
    return std::strtod(text->c_str(), nullptr);
  };
  for (auto& [id, broker] : brokers_) {
    broker.leader_rate = rate(id, "leader.replication.throttled.rate");
    broker.follower_rate = rate(id, "follower.replication.throttled.rate");
  }
}

std::vector<SimState::Flow> SimState::ActiveFlows() {
  std::vector<Flow> flows;
  for (const BehindKey& key : behind_) {
    const auto& [name, index, target] = key;
    Topic& topic = *FindMutableTopic(name);
    Partition& partition = topic.partitions[static_cast<std::size_t>(index)];
    if (partition.leader == kNoBroker || partition.leader == target || !Usable(partition, target)) {
      continue;
    }
    Flow& flow = flows.emplace_back();
    flow.key = key;
    flow.partition = &partition;
    flow.copy = FindCopy(partition, target);
    const bool out = brokers_.at(partition.leader).leader_rate.has_value() &&
                     topic.throttled_leaders.Contains(index, partition.leader);
    const bool in = brokers_.at(target).follower_rate.has_value() &&
                    topic.throttled_followers.Contains(index, target);
    flow.out = {partition.leader, 0, out};
    flow.in = {target, 1, in};
  }
  return flows;
}

// Max-min fairness: the pool whose users get least decides their rate first; what they leave unused
// elsewhere is shared by the others.
void SimState::ShareBandwidth(std::vector<Flow>& flows) const {
  std::map<PoolKey, Pool> pools;
  const auto join = [&](const PoolKey& key) {
    const auto& [id, direction, throttled] = key;
    Pool& pool = pools[key];
    const Broker& broker = brokers_.at(id);
    const std::optional<double> cap = direction == 0 ? broker.leader_rate : broker.follower_rate;
    pool.left = options_.replication_bytes_per_s;
    if (throttled) pool.left = std::min(pool.left, *cap);
    ++pool.users;
  };
  for (const Flow& flow : flows) {
    join(flow.out);
    join(flow.in);
  }
  std::size_t open = flows.size();
  while (open > 0) {
    const auto tightest =
        std::min_element(pools.begin(), pools.end(), [](const auto& a, const auto& b) {
          const auto share = [](const Pool& pool) {
            return pool.users == 0 ? std::numeric_limits<double>::infinity()
                                   : pool.left / pool.users;
          };
          return share(a.second) < share(b.second);
        });
    const PoolKey key = tightest->first;
    const double rate = std::max(0.0, tightest->second.left / tightest->second.users);
    for (Flow& flow : flows) {
      if (flow.rate >= 0 || (flow.out != key && flow.in != key)) continue;
      flow.rate = rate;
      --open;
      for (const PoolKey& used : {flow.out, flow.in}) {
        pools[used].left -= rate;
        --pools[used].users;
      }
    }
  }
}

// Until the first copy is in sync, but not beyond `limit`.
Duration SimState::NextChange(const std::vector<Flow>& flows, Duration limit) const {
  Duration next = limit;
  for (const Flow& flow : flows) {
    const double missing = SizeOf(*flow.partition) - flow.copy->bytes;
    const double gain = flow.rate - flow.partition->bytes_per_s;
    const Duration settled = flow.copy->behind_since + options_.min_move_time - now_;
    double seconds = 0;
    if (missing > kInSyncBytes) {
      if (gain <= 0) continue;
      seconds = missing / gain;
    }
    if (seconds > ToSeconds(limit)) continue;
    const auto copied =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    next = std::min(next, std::max(copied, settled));
  }
  return std::min(limit, std::max(next, kMinStep));
}

void SimState::Transfer(std::vector<Flow>& flows, Duration step) {
  const double seconds = ToSeconds(step);
  for (Flow& flow : flows) {
    const double before = flow.copy->bytes;
    const double size_after = SizeOf(*flow.partition) + flow.partition->bytes_per_s * seconds;
    flow.copy->bytes = std::min(size_after, before + flow.rate * seconds);
    counters_.replicated_bytes += flow.copy->bytes - before;
  }
}

void SimState::CaughtUp(const BehindKey& key) {
  const auto& [name, index, broker] = key;
  Topic& topic = *FindMutableTopic(name);
  Partition& partition = topic.partitions[static_cast<std::size_t>(index)];
  Copy* copy = FindCopy(partition, broker);
  const BehindKey erased = key;  // `key` may live in the set.
  ++version_;
  copy->behind = false;
  partition.isr.push_back(broker);
  behind_.erase(erased);
  Refresh(topic, std::get<1>(erased), partition);
}

void SimState::Advance(SteadyTime now) {
  while (now_ < now) {
    std::vector<Flow> flows = ActiveFlows();
    if (flows.empty()) {
      now_ = now;
      return;
    }
    ShareBandwidth(flows);
    const Duration step = NextChange(flows, now - now_);
    Transfer(flows, step);
    now_ += std::chrono::duration_cast<SteadyTime::duration>(step);
    std::vector<BehindKey> done;
    for (const Flow& flow : flows) {
      const bool settled = now_ - flow.copy->behind_since >= options_.min_move_time;
      if (settled && SizeOf(*flow.partition) - flow.copy->bytes <= kInSyncBytes) {
        done.push_back(flow.key);
      }
    }
    for (const BehindKey& key : done) {
      // One completion may have ended another: a move's removed replicas stop copying.
      if (behind_.contains(key)) CaughtUp(key);
    }
  }
}

}  // namespace levelwind::testing
