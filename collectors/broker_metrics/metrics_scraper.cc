#include "collectors/broker_metrics/metrics_scraper.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/log.h"

namespace levelwind::collectors {
namespace {

constexpr Duration kIdle = std::chrono::seconds(1);
constexpr int kMostBackoff = 3;  ///< Twice that often.

void Replace(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

}  // namespace

std::string EndpointUrl(const std::string& url, BrokerId broker, const std::string& host) {
  std::string filled = url;
  const bool bare_v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  Replace(filled, "{id}", fmt::format("{}", broker));
  Replace(filled, "{host}", bare_v6 ? fmt::format("[{}]", host) : host);
  return filled;
}

MetricsScraper::MetricsScraper(const PageSource& source,
                               const Published<ClusterSnapshot>& snapshots, const Clock& clock,
                               const EndpointOptions& options)
    : source_(source), snapshots_(snapshots), clock_(clock), options_(options) {}

SteadyTime MetricsScraper::Step(SteadyTime now) {
  BrokerId broker = kNoBroker;
  std::string host;
  {
    const std::lock_guard lock(mutex_);
    FollowBrokers();
    SteadyTime soonest = now + kIdle;
    for (auto& [id, target] : targets_) {
      if (target.busy) continue;
      if (target.due > now) {
        soonest = std::min(soonest, target.due);
        continue;
      }
      if (broker == kNoBroker || target.due < targets_.at(broker).due) broker = id;
    }
    if (broker == kNoBroker) return soonest;
    targets_.at(broker).busy = true;
    host = targets_.at(broker).host;
    ++requests_;
  }
  const SteadyTime began = clock_.Now();
  Take(broker, began, Fetch(broker, host, began));
  return now;
}

void MetricsScraper::FollowBrokers() {
  const SnapshotPtr snapshot = snapshots_.Get();
  if (snapshot == nullptr) return;
  for (const Broker& broker : snapshot->brokers) {
    if (!broker.serving() || broker.host.empty()) continue;
    Target& target = targets_[broker.id];
    if (target.host == broker.host) continue;
    target.host = broker.host;
    target.due = {};
    target.before.reset();
  }
  std::erase_if(targets_, [&](const auto& entry) {
    const Broker* broker = snapshot->FindBroker(entry.first);
    return !entry.second.busy && (broker == nullptr || !broker->serving());
  });
}

Result<MetricsPage> MetricsScraper::Fetch(BrokerId broker, const std::string& host, SteadyTime at) {
  MetricsPage page;
  page.at = at;
  const MetricsPageLimits limits;
  MetricsTextLimits text_limits;
  text_limits.most_bytes = static_cast<std::size_t>(options_.http.most_bytes);
  MetricsText text([&](const MetricLine& line) { TakeLine(line, limits, page); }, text_limits);
  const std::string url = EndpointUrl(options_.url, broker, host);
  LW_RETURN_IF_ERROR(
      source_.Get(url, options_.http, [&](std::string_view piece) { return text.Feed(piece); }));
  if (!text.cut()) text.End();
  page.skipped += text.skipped();
  if (page.taken == 0) {
    return DataLoss(fmt::format(
        "{}: {} lines, but none of a Kafka broker; does the exporter have rules for kafka.server?",
        url, text.lines()));
  }
  if (text.cut()) {
    LW_WARN("metrics", "{}: longer than {} bytes: the rest was not read", url,
            options_.http.most_bytes);
  }
  return page;
}

void MetricsScraper::Take(BrokerId broker, SteadyTime began, Result<MetricsPage> page) {
  const std::lock_guard lock(mutex_);
  Target& target = targets_.at(broker);  // busy ones are not erased
  target.busy = false;
  if (!page.ok()) {
    target.failures = std::min(target.failures + 1, kMostBackoff + 1);
    if (target.problem.empty()) LW_WARN("metrics", "{}", page.error().ToString());
    target.problem = page.error().ToString();
    target.due = began + options_.interval * (1 << (target.failures - 1));
    return Publish();
  }
  if (!target.problem.empty()) LW_INFO("metrics", "broker {} tells its metrics again", broker);
  target.problem.clear();
  target.failures = 0;
  target.due = began + options_.interval;
  auto sample =
      std::make_shared<BrokerSample>(SampleOf(target.before.get(), *page, options_.processors));
  sample->broker = broker;
  sample->metrics.source = LoadSource::kEndpoint;
  sample->metrics.measured_at = clock_.WallNow();
  target.sample = std::move(sample);
  target.before = std::make_unique<MetricsPage>(CountersOf(*page));
  skipped_ += page->skipped;
  Publish();
}

void MetricsScraper::Publish() {
  auto facts = std::make_shared<LoadFacts>();
  facts->source = LoadSource::kEndpoint;
  facts->window = options_.interval;
  facts->skipped = skipped_;
  facts->requests = requests_;
  std::size_t failed = 0;
  std::string why;
  bool all = true;
  SteadyTime oldest = SteadyTime::max();
  for (const auto& [id, target] : targets_) {
    if (target.sample != nullptr) {
      facts->brokers.push_back(target.sample);
      oldest = std::min(oldest, target.sample->at);
    } else {
      all = false;
    }
    if (target.problem.empty()) continue;
    if (failed++ == 0) why = fmt::format("broker {}: {}", id, target.problem);
  }
  if (failed > 0) {
    facts->problem = fmt::format("{} of {} brokers did not tell their metrics; {}", failed,
                                 targets_.size(), why);
  }
  if (all && !targets_.empty()) facts->at = oldest;
  facts_.Publish(std::move(facts));
}

}  // namespace levelwind::collectors
