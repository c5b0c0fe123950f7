#include "detectors/leader_imbalance.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "detectors/broker_sums.h"
#include "detectors/describe.h"

namespace levelwind::detectors {
namespace {

constexpr std::string_view kType = "leader_imbalance";

/// Leaders that an election would give back to the first replica of their partition.
std::optional<Anomaly> LostPreferred(const DetectorInput& input) {
  std::int32_t could = 0, lost = 0;
  for (const Partition& p : input.now.partitions) {
    if (p.leader == kNoBroker || p.replica_count == 0 || p.reassigning) continue;
    const Replica& preferred = input.now.ReplicasOf(p).front();
    const Broker* broker = input.now.FindBroker(preferred.broker);
    if (!preferred.in_sync || broker == nullptr || !broker->serving()) continue;
    ++could;
    lost += p.leader != preferred.broker ? 1 : 0;
  }
  const double share = could > 0 ? static_cast<double>(lost) / could : 0;
  if (share <= input.options.lost_preferred_share) return std::nullopt;
  Anomaly anomaly;
  anomaly.type = kType;
  anomaly.subject = "preferred leaders";
  anomaly.severity = Severity::kWarning;
  anomaly.value = share;
  anomaly.threshold = input.options.lost_preferred_share;
  anomaly.message = fmt::format(
      "{} of {} partitions ({:.0f} %) are not led by their preferred leader although it "
      "is in sync",
      lost, could, share * 100);
  anomaly.evidence = {{"led by another", static_cast<double>(lost), ""},
                      {"could be led by their preferred", static_cast<double>(could), ""}};
  AskLeadership(anomaly);
  anomaly.next_step = "levelwind plan gives them back without copying a byte";
  return anomaly;
}

struct Skew {
  double factor = 0;  ///< Times its even share; unknown when the sum is.
  double share = 0;
};

Skew SkewOf(double part, double whole, std::int32_t brokers) {
  if (!(whole > 0) || brokers == 0) return {IsKnown(whole) ? 0.0 : kUnknown, 0};
  return {part / whole * brokers, part / whole};
}

std::optional<Anomaly> JudgeBroker(const DetectorInput& input, BrokerId id, const BrokerSum& sum,
                                   const ClusterSums& sums) {
  const Skew count = SkewOf(sum.leaders, sums.leaders, sums.serving);
  const bool quiet = !(sums.bytes_in >= input.options.quiet_rate_bytes_per_s);
  const Skew rate = quiet ? Skew{} : SkewOf(sum.leader_bytes_in, sums.bytes_in, sums.serving);
  // One leader more than even is not crowding, however few there are.
  const double even = static_cast<double>(sums.leaders) / std::max(1, sums.serving);
  const bool crowded = count.factor > input.options.leader_count_factor && sum.leaders > even + 1.5;
  const bool loaded = rate.factor > input.options.leader_rate_factor && sum.leaders > 1;
  if (!crowded && !loaded) return std::nullopt;
  const bool by_rate = loaded && (!crowded || rate.factor > count.factor);
  const Skew& skew = by_rate ? rate : count;
  Anomaly anomaly;
  anomaly.type = kType;
  anomaly.subject = fmt::format("broker {}", id);
  anomaly.severity = Severity::kWarning;
  anomaly.value = skew.factor;
  anomaly.threshold =
      by_rate ? input.options.leader_rate_factor : input.options.leader_count_factor;
  anomaly.message =
      fmt::format("broker {} leads {:.0f} % of the {}, {:.1f} times its even share", id,
                  skew.share * 100, by_rate ? "produced bytes" : "partitions", skew.factor);
  anomaly.brokers = {id};
  anomaly.evidence = {{"leaders", static_cast<double>(sum.leaders), ""},
                      {"even share", even, ""},
                      {"share", skew.share * 100, "%"}};
  if (IsKnown(sum.leader_bytes_in)) {
    anomaly.evidence.push_back({"produced to it", sum.leader_bytes_in, "bytes/s"});
  }
  AskLeadership(anomaly);
  anomaly.next_step = "levelwind plan --leadership-only";
  return anomaly;
}

}  // namespace

DetectorReport DetectLeaderImbalance(const DetectorInput& input) {
  DetectorReport report{.detector = std::string(kType), .anomalies = {}, .held_because = ""};
  if (input.now.partitions.empty()) {
    report.held_because = "no partitions known yet";
    return report;
  }
  if (auto lost = LostPreferred(input)) report.anomalies.push_back(std::move(*lost));
  const ClusterSums sums = SumUp(input.now);
  if (!IsKnown(sums.bytes_in)) report.held_because = "produce rates unknown: leaders by count only";
  if (sums.serving < 2) return report;
  for (const auto& [id, sum] : sums.brokers) {
    if (auto found = JudgeBroker(input, id, sum, sums)) {
      report.anomalies.push_back(std::move(*found));
    }
  }
  return report;
}

}  // namespace levelwind::detectors
