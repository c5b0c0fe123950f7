#include "detectors/noisy_neighbour.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"

namespace levelwind::detectors {
namespace {

/// Who takes most of a broker.
struct Taker {
  std::string what;  ///< "client etl", "topic clicks".
  std::string topic;
  double share = 0;
  double amount = 0;
  std::string unit;
  std::size_t others = 0;
};

template <class Amount>
std::optional<Taker> MostOf(const std::vector<ClientUse>& clients, Amount amount,
                            std::string_view unit) {
  double total = 0;
  const ClientUse* most = nullptr;
  std::size_t counted = 0;
  for (const ClientUse& client : clients) {
    const double value = amount(client);
    if (!std::isfinite(value) || value <= 0) continue;
    ++counted;
    total += value;
    if (most == nullptr || value > amount(*most)) most = &client;
  }
  if (most == nullptr || counted < 2) return std::nullopt;
  return Taker{.what = "client " + EscapeControl(most->client),
               .topic = "",
               .share = amount(*most) / total,
               .amount = amount(*most),
               .unit = std::string(unit),
               .others = counted - 1};
}

/// By the time that its requests take where that is told, else by bytes.
std::optional<Taker> ByClient(const std::vector<ClientUse>& clients) {
  const auto time = MostOf(
      clients, [](const ClientUse& c) { return c.request_time_percent; }, "%");
  if (time) return time;
  return MostOf(
      clients,
      [](const ClientUse& c) {
        return KnownOr(c.produce_bytes_per_s, 0) + KnownOr(c.fetch_bytes_per_s, 0);
      },
      "bytes/s");
}

/// Produced bytes by topic of what each broker leads.
using TopicBytes = std::map<BrokerId, std::map<std::int32_t, double>>;

TopicBytes LedBytes(const ClusterSnapshot& snapshot) {
  TopicBytes bytes;
  for (const Partition& p : snapshot.partitions) {
    if (p.leader != kNoBroker) bytes[p.leader][p.topic] += KnownOr(p.load.bytes_in_per_s, 0);
  }
  return bytes;
}

std::optional<Taker> ByTopic(const ClusterSnapshot& snapshot, const TopicBytes& bytes,
                             BrokerId broker) {
  const auto of = bytes.find(broker);
  if (of == bytes.end() || of->second.size() < 2) return std::nullopt;
  double total = 0;
  for (const auto& [topic, rate] : of->second) total += rate;
  const auto most = std::ranges::max_element(
      of->second, [](const auto& a, const auto& b) { return a.second < b.second; });
  if (!(total > 0)) return std::nullopt;
  const std::string& name = snapshot.topics[static_cast<std::size_t>(most->first)].name;
  return Taker{.what = "topic " + EscapeControl(name),
               .topic = name,
               .share = most->second / total,
               .amount = most->second,
               .unit = "bytes/s",
               .others = of->second.size() - 1};
}

}  // namespace

DetectorReport DetectNoisyNeighbour(const DetectorInput& input) {
  DetectorReport report = ReportOf("noisy_neighbour");
  std::size_t untold = 0, serving = 0;
  std::optional<TopicBytes> led;
  for (const Broker& broker : input.now.brokers) {
    if (!broker.serving()) continue;
    ++serving;
    const double handlers = broker.metrics.handler_idle_share;
    const double network = broker.metrics.network_idle_share;
    if (!IsKnown(handlers) && !IsKnown(network)) {
      ++untold;
      continue;
    }
    const double idle = std::min(KnownOr(handlers, 1), KnownOr(network, 1));
    if (!(idle < input.options.noisy_idle_share)) continue;
    std::optional<Taker> taker = ByClient(broker.metrics.clients);
    if (!taker && broker.metrics.clients.empty()) {
      if (!led) led = LedBytes(input.now);
      taker = ByTopic(input.now, *led, broker.id);
    }
    if (!taker || taker->share < input.options.noisy_share) continue;
    Anomaly anomaly =
        FindingOf(report, fmt::format("broker {} {}", broker.id, taker->what), Severity::kWarning);
    anomaly.brokers = {broker.id};
    if (!taker->topic.empty()) anomaly.topics = {taker->topic};
    anomaly.value = taker->share;
    anomaly.threshold = input.options.noisy_share;
    anomaly.evidence = {{"share", taker->share * 100, "%"},
                        {taker->what, taker->amount, taker->unit},
                        {"others", static_cast<double>(taker->others), ""},
                        {"idle threads", idle * 100, "%"}};
    anomaly.message = fmt::format(
        "{} takes {:.0f} % of broker {}, whose threads are idle for {:.0f} % of the time only; {} "
        "others share the rest",
        taker->what, taker->share * 100, broker.id, idle * 100, taker->others);
    anomaly.next_step =
        "give it a quota (kafka-configs --add-config producer_byte_rate, "
        "consumer_byte_rate, request_percentage), or a broker of its own";
    report.anomalies.push_back(std::move(anomaly));
  }
  if (untold > 0) {
    report.held_because =
        fmt::format("{} of {} brokers do not tell how idle their threads are", untold, serving);
  }
  return report;
}

}  // namespace levelwind::detectors
