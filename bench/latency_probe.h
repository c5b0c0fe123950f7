#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/data/producer.h"

namespace levelwind::bench {

/// Milliseconds from Send to the acknowledgement of all in-sync replicas.
struct ProbeFigures {
  std::size_t records = 0;
  std::uint64_t failed = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double worst_ms = 0;
};

/// Sends a small record every `gap` to the partitions of one topic in turn, for as long as it
/// lives, as a customer of the cluster that waits for each of its records.
class LatencyProbe {
 public:
  static Result<std::unique_ptr<LatencyProbe>> Start(const std::string& bootstrap,
                                                     std::string topic, std::int32_t partitions,
                                                     Duration gap) {
    std::unique_ptr<LatencyProbe> probe(new LatencyProbe(std::move(topic), partitions, gap));
    kafka::ProducerOptions options;
    options.bootstrap = bootstrap;
    options.client_id = "latency-probe";
    options.linger = Duration::zero();
    options.on_delivery = [raw = probe.get()](const kafka::Delivery& d) { raw->Delivered(d); };
    LW_ASSIGN_OR_RETURN(probe->producer_, kafka::Producer::Create(options));
    probe->thread_ = std::jthread([raw = probe.get()](std::stop_token stop) { raw->Run(stop); });
    return probe;
  }

  /// What was acknowledged since the last call, or the start.
  ProbeFigures Take() {
    std::vector<double> times;
    ProbeFigures figures;
    {
      const std::lock_guard lock(mutex_);
      times.swap(times_ms_);
      figures.failed = std::exchange(failed_, 0);
    }
    figures.records = times.size();
    if (times.empty()) return figures;
    std::ranges::sort(times);
    figures.p50_ms = times[times.size() / 2];
    figures.p99_ms = times[times.size() * 99 / 100];
    figures.worst_ms = times.back();
    return figures;
  }

 private:
  using Steady = std::chrono::steady_clock;

  LatencyProbe(std::string topic, std::int32_t partitions, Duration gap)
      : topic_(std::move(topic)), partitions_(partitions), gap_(gap) {}

  void Run(const std::stop_token& stop) {
    const std::string value(1000, 'v');
    auto next = Steady::now();
    for (std::uint64_t number = 0; !stop.stop_requested(); ++number) {
      sent_[number] = Steady::now();
      const auto partition = static_cast<std::int32_t>(number % partitions_);
      if (!producer_->Send(topic_, partition, {}, value, number).ok()) sent_.erase(number);
      next += gap_;
      do {
        producer_->Poll(std::chrono::milliseconds(1));
      } while (Steady::now() < next);
    }
    (void)producer_->Flush(std::chrono::seconds(10));
  }

  // On the probe's thread, from Poll.
  void Delivered(const kafka::Delivery& delivery) {
    const auto sent = sent_.find(delivery.opaque);
    if (sent == sent_.end()) return;
    const std::chrono::duration<double, std::milli> took = Steady::now() - sent->second;
    sent_.erase(sent);
    const std::lock_guard lock(mutex_);
    if (delivery.status.ok()) {
      times_ms_.push_back(took.count());
    } else {
      ++failed_;
    }
  }

  const std::string topic_;
  const std::uint64_t partitions_;
  const Duration gap_;
  std::unique_ptr<kafka::Producer> producer_;
  std::unordered_map<std::uint64_t, Steady::time_point> sent_;  // probe's thread only
  std::mutex mutex_;
  std::vector<double> times_ms_;
  std::uint64_t failed_ = 0;
  std::jthread thread_;  // last: ends before the rest
};

}  // namespace levelwind::bench
