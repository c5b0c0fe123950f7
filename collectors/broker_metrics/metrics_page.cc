#include "collectors/broker_metrics/metrics_page.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "collectors/most_log_bytes.h"

namespace levelwind::collectors {
namespace {

/// Below what planner/search takes for impossible; a counter of bytes may be larger than any rate.
constexpr double kMostCounter = 1e18;
constexpr double kMostRate = 1e13;   // 10 TB/s through one broker
constexpr double kMostMillis = 1e9;  // 11 days
constexpr double kMostQueue = 1e7;
constexpr double kMostProcessors = 1e5;
constexpr double kMostTimePercent = 1e7;
/// Shares are measured: a little more than all of it is all of it.
constexpr double kMostShare = 1.1;

double MostOf(Meaning meaning) {
  if (meaning.form == Form::kCounter) return kMostCounter;
  switch (meaning.figure) {
    case Figure::kCpuLoad:
    case Figure::kHandlerIdle:
    case Figure::kNetworkIdle:
      return kMostShare;
    case Figure::kProcessors:
      return kMostProcessors;
    case Figure::kRequestQueue:
      return kMostQueue;
    case Figure::kLogFlushTime:
    case Figure::kProduceLocalTime:
    case Figure::kProduceTotalTime:
    case Figure::kFetchTotalTime:
      return kMostMillis;
    case Figure::kLogSize:
      return static_cast<double>(kMostLogBytes);
    case Figure::kClientTime:
      return kMostTimePercent;
    default:
      return kMostRate;
  }
}

bool MakesSense(Meaning meaning, double value) {
  return std::isfinite(value) && value >= 0 && value <= MostOf(meaning);
}

bool TakePartition(double size, std::string_view topic, std::string_view text,
                   const MetricsPageLimits& limits, MetricsPage& page) {
  std::int32_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (topic.empty() || !whole || number < 0) return false;
  if (page.sizes.size() >= limits.most_partitions) return false;
  page.sizes.emplace(std::pair(std::string(topic), number), size);
  return true;
}

bool TakeClient(const MetricLine& line, Figure figure, const MetricsPageLimits& limits,
                MetricsPage& page) {
  const std::string_view user = LooseLabel(line, "user");
  const std::string_view id = LooseLabel(line, "clientid");
  if (user.empty() && id.empty()) return false;
  std::string name(user);
  if (!user.empty() && !id.empty()) name += '/';
  name += id;
  if (!page.clients.contains(name) && page.clients.size() >= limits.most_clients) return false;
  ClientUse& use = page.clients[name];
  use.client = name;
  if (figure == Figure::kClientProduce) use.produce_bytes_per_s = line.value;
  if (figure == Figure::kClientFetch) use.fetch_bytes_per_s = line.value;
  if (figure == Figure::kClientTime) use.request_time_percent = line.value;
  return true;
}

bool TakeTopic(Meaning meaning, double value, std::string_view topic,
               const MetricsPageLimits& limits, MetricsPage& page) {
  auto known = page.topics.find(topic);
  if (known == page.topics.end()) {
    if (page.topics.size() >= limits.most_topics) return false;
    known = page.topics.emplace(topic, MetricsPage::TopicFigures()).first;
  }
  double& place = known->second[static_cast<std::size_t>(meaning.figure)][meaning.form];
  if (!IsKnown(place)) place = value;
  return true;
}

/// Of one figure in two pages.
class Rates {
 public:
  Rates(const MetricsPage* before, const MetricsPage& page)
      : seconds_(before == nullptr ? 0 : ToSeconds(page.at - before->at)) {}

  double Of(const Figures* before, const Figures& now) const {
    const double grown = Growth(before, now);
    return IsKnown(grown) ? grown : now[Form::kRate];
  }
  double Growth(const Figures* before, const Figures& now) const {
    if (before == nullptr || seconds_ <= 0) return kUnknown;
    const double rate = (now[Form::kCounter] - (*before)[Form::kCounter]) / seconds_;
    return rate >= 0 && rate <= kMostRate ? rate : kUnknown;  // NaN >= 0 is false
  }

 private:
  double seconds_;
};

void FillBroker(const MetricsPage* before, const MetricsPage& page, int processors,
                BrokerMetrics& metrics) {
  const Rates rates(before, page);
  const auto at = [](Figure figure) { return static_cast<std::size_t>(figure); };
  const auto old = [&](Figure figure) {
    return before == nullptr ? nullptr : &before->broker[at(figure)];
  };
  const auto rate = [&](Figure figure) { return rates.Of(old(figure), page.broker[at(figure)]); };
  const auto gauge = [&](Figure figure) { return page.broker[at(figure)][Form::kGauge]; };
  const auto p999 = [&](Figure figure) { return page.broker[at(figure)][Form::kP999]; };
  metrics.bytes_in_per_s = rate(Figure::kBytesIn);
  metrics.bytes_out_per_s = rate(Figure::kBytesOut);
  metrics.messages_in_per_s = rate(Figure::kMessagesIn);
  metrics.replication_in_per_s = rate(Figure::kReplicationIn);
  metrics.replication_out_per_s = rate(Figure::kReplicationOut);
  metrics.produce_requests_per_s = rate(Figure::kProduceRequests);
  metrics.fetch_requests_per_s = rate(Figure::kFetchRequests);
  metrics.log_flush_p999_ms = p999(Figure::kLogFlushTime);
  metrics.produce_local_p999_ms = p999(Figure::kProduceLocalTime);
  metrics.produce_total_p999_ms = p999(Figure::kProduceTotalTime);
  metrics.fetch_total_p999_ms = p999(Figure::kFetchTotalTime);
  metrics.request_queue_size = gauge(Figure::kRequestQueue);

  // The meter counts nanoseconds of idleness, over all threads together as one.
  constexpr double kNanos = 1e9;
  const Figures& idle = page.broker[at(Figure::kHandlerIdle)];
  double share = rates.Growth(old(Figure::kHandlerIdle), idle) / kNanos;
  if (!(share <= kMostShare)) share = idle[Form::kRate];
  if (!IsKnown(share)) share = idle[Form::kMeanRate];
  metrics.handler_idle_share = IsKnown(share) ? std::min(share, 1.0) : kUnknown;
  const double network = gauge(Figure::kNetworkIdle);
  metrics.network_idle_share = IsKnown(network) ? std::min(network, 1.0) : kUnknown;

  constexpr double kPercent = 100;
  const double cores = KnownOr(gauge(Figure::kProcessors), processors);
  const double used = rate(Figure::kCpuSeconds);
  double cpu = cores >= 1 ? used / cores * kPercent : kUnknown;
  if (!IsKnown(cpu)) cpu = gauge(Figure::kCpuLoad) * kPercent;
  metrics.cpu_percent = cpu <= kMostShare * kPercent ? std::min(cpu, kPercent) : kUnknown;
}

}  // namespace

void TakeFigure(Meaning meaning, std::string_view topic, std::string_view partition, double value,
                const MetricsPageLimits& limits, MetricsPage& page) {
  bool taken = false;
  if (!MakesSense(meaning, value)) {
    // counted below
  } else if (meaning.figure == Figure::kLogSize) {
    taken = TakePartition(value, topic, partition, limits, page);
  } else if (!topic.empty()) {
    // Requests and replication of a topic are of no use here.
    if (meaning.figure >= Figure::kTopicFigures) return;
    taken = TakeTopic(meaning, value, topic, limits, page);
  } else if (meaning.figure < Figure::kBrokerFigures) {
    double& place = page.broker[static_cast<std::size_t>(meaning.figure)][meaning.form];
    if (!IsKnown(place)) place = value;
    taken = true;
  }
  ++(taken ? page.taken : page.skipped);
}

void TakeLine(const MetricLine& line, const MetricsPageLimits& limits, MetricsPage& page) {
  const auto meaning = MeaningOf(line);
  if (!meaning) return;
  if (meaning->figure <= Figure::kLogSize) {
    return TakeFigure(*meaning, LooseLabel(line, "topic"), LooseLabel(line, "partition"),
                      line.value, limits, page);
  }
  const bool taken =
      MakesSense(*meaning, line.value) && TakeClient(line, meaning->figure, limits, page);
  ++(taken ? page.taken : page.skipped);
}

MetricsPage CountersOf(const MetricsPage& page) {
  MetricsPage kept;
  kept.at = page.at;
  kept.broker = page.broker;
  kept.topics = page.topics;
  return kept;
}

BrokerSample SampleOf(const MetricsPage* before, const MetricsPage& page, int processors) {
  BrokerSample sample;
  sample.at = page.at;
  FillBroker(before, page, processors, sample.metrics);
  const Rates rates(before, page);
  sample.topics.reserve(page.topics.size());
  for (const auto& entry : page.topics) {
    const std::string& name = entry.first;
    const MetricsPage::TopicFigures& figures = entry.second;
    const MetricsPage::TopicFigures* old = nullptr;
    if (before != nullptr) {
      const auto known = before->topics.find(name);
      if (known != before->topics.end()) old = &known->second;
    }
    const auto rate = [&](Figure figure) {
      const auto i = static_cast<std::size_t>(figure);
      return rates.Of(old == nullptr ? nullptr : &(*old)[i], figures[i]);
    };
    TopicSample topic{name, rate(Figure::kBytesIn), rate(Figure::kBytesOut),
                      rate(Figure::kMessagesIn)};
    const bool told = IsKnown(topic.bytes_in_per_s) || IsKnown(topic.bytes_out_per_s) ||
                      IsKnown(topic.messages_in_per_s);
    if (told) sample.topics.push_back(std::move(topic));
  }
  sample.partitions.reserve(page.sizes.size());
  for (const auto& [key, size] : page.sizes) {
    PartitionSample& partition = sample.partitions.emplace_back();
    partition.topic = key.first;
    partition.partition = key.second;
    partition.size_bytes = size;
  }
  for (const auto& [name, use] : page.clients) sample.metrics.clients.push_back(use);
  return sample;
}

}  // namespace levelwind::collectors
