// What is asked of our controller, as figures.

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

#include "planner/autoscale_sim/benchmark.h"

namespace levelwind::planner::sim {
namespace {

/// Lateness is told to a hundredth of a percent: what is nearer is alike.
constexpr double kAlike = 0.005;

/// No later and no dearer, and better in one of the two.
bool Better(const Cell& a, const Cell& b) {
  const bool later = a.late60 > b.late60 + kAlike, dearer = a.replica_seconds > b.replica_seconds;
  return !later && !dearer &&
         (a.late60 < b.late60 - kAlike || a.replica_seconds < b.replica_seconds);
}

/// Better in both by more than 2 %.
bool ClearlyBetter(const Cell& a, const Cell& b) {
  return a.late60 < 0.98 * b.late60 - kAlike && a.replica_seconds < 0.98 * b.replica_seconds;
}

struct One {
  const BenchmarkResult& result;
  Protocol protocol;
  const Cell* Of(int workload, std::string_view algorithm) const {
    return result.Find(protocol, workload, algorithm);
  }
  bool HasAll(std::string_view algorithm) const {
    for (int w = 1; w <= kWorkloads; ++w) {
      if (Of(w, algorithm) == nullptr || Of(w, "B10") == nullptr) return false;
    }
    return true;
  }
};

Target Dominates(const One& one, std::string_view name, std::string_view algorithm, int least) {
  int better = 0;
  std::string rest;
  for (int w = 1; w <= kWorkloads; ++w) {
    const Cell &ours = *one.Of(w, "B10"), &other = *one.Of(w, algorithm);
    if (Better(ours, other)) {
      ++better;
    } else {
      rest += fmt::format(" W{} ({:.2f} % at {:.2f} against {:.2f} % at {:.2f})", w, ours.late60,
                          ours.ratio, other.late60, other.ratio);
    }
  }
  return {fmt::format("{}: fewer late records and fewer replica-seconds than {} in {} of {}",
                      ProtocolName(one.protocol), name, least, kWorkloads),
          better >= least,
          fmt::format("{} of {}{}{}", better, kWorkloads, rest.empty() ? "" : "; not in", rest)};
}

Target FewRebalances(const One& one) {
  std::string bad;
  for (int w = 1; w <= kWorkloads; ++w) {
    if (w == 9) continue;
    const Cell &ours = *one.Of(w, "B10"), &other = *one.Of(w, "B2");
    if (ours.rebalances > other.rebalances / 8) {
      bad += fmt::format(" W{} ({:.1f} against {:.1f})", w, ours.rebalances, other.rebalances);
    }
  }
  return {fmt::format("{}: at most an eighth of B2's rebalances in all but W9",
                      ProtocolName(one.protocol)),
          bad.empty(), bad.empty() ? "in all" : "not in" + bad};
}

Target NobodyClearlyBetter(const One& one) {
  static constexpr std::array<std::string_view, 9> kOthers{"B0", "B2", "B2b", "B3", "B4",
                                                           "B5", "B6", "B6h", "B9"};
  std::string bad;
  for (int w = 1; w <= kWorkloads; ++w) {
    for (const std::string_view name : kOthers) {
      const Cell* other = one.Of(w, name);
      const Cell& ours = *one.Of(w, "B10");
      if (other == nullptr || !ClearlyBetter(*other, ours)) continue;
      bad += fmt::format(" {} in W{} ({:.2f} % at {:.2f} against our {:.2f} % at {:.2f})", name, w,
                         other->late60, other->ratio, ours.late60, ours.ratio);
    }
  }
  return {fmt::format("{}: nobody under Kafka's assignor is better in both by more than 2 %",
                      ProtocolName(one.protocol)),
          bad.empty(), bad.empty() ? "nobody" : "but" + bad};
}

Target AtMost(const One& one, int workload, double most) {
  const Cell& ours = *one.Of(workload, "B10");
  return {fmt::format("{}: W{} at most {:.1f}x the clairvoyant's replica-seconds",
                      ProtocolName(one.protocol), workload, most),
          ours.ratio <= most, fmt::format("{:.2f}x", ours.ratio)};
}

}  // namespace

std::vector<Target> CheckTargets(const BenchmarkResult& result) {
  std::set<Protocol> protocols;
  for (const Cell& cell : result.cells) protocols.insert(cell.protocol);
  std::vector<Target> targets;
  for (const Protocol protocol : protocols) {
    const One one{result, protocol};
    if (one.HasAll("B2")) {
      targets.push_back(Dominates(one, "KEDA with HPA (B2)", "B2", 11));
      targets.push_back(FewRebalances(one));
    }
    if (one.HasAll("B6")) targets.push_back(Dominates(one, "Flink's rules (B6)", "B6", 10));
    if (!one.HasAll("B10")) continue;
    targets.push_back(NobodyClearlyBetter(one));
    targets.push_back(AtMost(one, 6, 2.0));
    targets.push_back(AtMost(one, 5, 2.2));
  }
  return targets;
}

}  // namespace levelwind::planner::sim
