#include "planner/order/schedule.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace levelwind::planner {
namespace {

constexpr std::size_t kOvertaken = 256;  // Waiting transfers that are looked at per free slot.

class Simulation {
 public:
  Simulation(const std::vector<Transfer>& transfers, DiskRoom room, const TransferOptions& options)
      : transfers_(transfers), options_(options), room_(std::move(room)), at_(room_.size()) {
    next_.resize(transfers.size() + 1);
    for (std::size_t i = 0; i < next_.size(); ++i) next_[i] = i + 1;
  }

  double Run() {
    double now = 0;
    while (first_ < transfers_.size() || !running_.empty()) {
      StartWhatCan();
      const double step = NextEnd();
      now += step;
      for (Running& running : running_) running.left -= running.rate * step;
      EndWhatIsDone();
    }
    return now;
  }

 private:
  struct Running {
    std::size_t transfer = 0;
    double left = 0;  ///< Bytes of each copy.
    double rate = 0;
  };
  struct Broker {
    std::int32_t partitions_out = 0, copies_in = 0, copies_out = 0;
  };

  bool MayStart(const Transfer& t) const {
    if (at_[t.source].partitions_out >= options_.max_moves_per_broker) return false;
    return std::ranges::all_of(t.targets, [&](BrokerIndex b) {
      return at_[b].copies_in < options_.max_moves_per_broker && room_[b] >= t.bytes;
    });
  }

  void Start(std::size_t i) {
    const Transfer& t = transfers_[i];
    ++at_[t.source].partitions_out;
    at_[t.source].copies_out += static_cast<std::int32_t>(t.targets.size());
    for (const BrokerIndex b : t.targets) {
      ++at_[b].copies_in;
      room_[b] -= t.bytes;
    }
    running_.push_back({i, t.bytes, 0});
  }

  void StartWhatCan() {
    const auto slots = static_cast<std::size_t>(options_.max_moves_cluster);
    std::size_t* link = &first_;
    for (std::size_t waited = 0; *link < transfers_.size() && waited < kOvertaken;) {
      if (running_.size() >= slots) break;
      if (MayStart(transfers_[*link])) {
        Start(*link);
        *link = next_[*link];
        continue;
      }
      link = &next_[*link];
      ++waited;
    }
    // With nothing under way there is nothing to wait for.
    if (!running_.empty() || first_ >= transfers_.size()) return;
    Start(first_);
    first_ = next_[first_];
  }

  double NextEnd() {
    double soonest = std::numeric_limits<double>::infinity();
    for (Running& running : running_) {
      const Transfer& t = transfers_[running.transfer];
      std::int32_t shared = at_[t.source].copies_out;
      for (const BrokerIndex b : t.targets) shared = std::max(shared, at_[b].copies_in);
      running.rate = options_.rate_bytes_per_s / static_cast<double>(std::max(1, shared));
      soonest = std::min(soonest, running.left / running.rate);
    }
    return soonest;
  }

  void EndWhatIsDone() {
    constexpr double kRounding = 1e-9;
    std::erase_if(running_, [&](const Running& running) {
      const Transfer& t = transfers_[running.transfer];
      if (running.left > kRounding * t.bytes) return false;
      --at_[t.source].partitions_out;
      at_[t.source].copies_out -= static_cast<std::int32_t>(t.targets.size());
      for (const BrokerIndex b : t.targets) --at_[b].copies_in;
      for (const BrokerIndex b : t.leaves) room_[b] += t.bytes;
      return true;
    });
  }

  const std::vector<Transfer>& transfers_;
  const TransferOptions& options_;
  DiskRoom room_;
  std::vector<Broker> at_;
  std::vector<std::size_t> next_;  ///< Chain of the transfers that wait.
  std::size_t first_ = 0;
  std::vector<Running> running_;
};

}  // namespace

double EstimateMakespan(const std::vector<Transfer>& transfers, DiskRoom room,
                        const TransferOptions& options) {
  if (transfers.empty()) return 0;
  if (!(options.rate_bytes_per_s > 0)) return std::numeric_limits<double>::infinity();
  return Simulation(transfers, std::move(room), options).Run();
}

double MakespanLowerBound(const std::vector<Transfer>& transfers, std::size_t brokers,
                          const TransferOptions& options) {
  if (transfers.empty()) return 0;
  if (!(options.rate_bytes_per_s > 0)) return std::numeric_limits<double>::infinity();
  std::vector<double> in(brokers, 0.0), out(brokers, 0.0);
  double most = 0, all = 0;
  for (const Transfer& t : transfers) {
    // Its leader sends every copy.
    const double alone = t.bytes * static_cast<double>(t.targets.size());
    out[t.source] += alone;
    for (const BrokerIndex b : t.targets) in[b] += t.bytes;
    all += alone;
    most = std::max(most, alone);
  }
  for (std::size_t b = 0; b < brokers; ++b) most = std::max({most, in[b], out[b]});
  most = std::max(most, all / static_cast<double>(std::max(1, options.max_moves_cluster)));
  return most / options.rate_bytes_per_s;
}

}  // namespace levelwind::planner
