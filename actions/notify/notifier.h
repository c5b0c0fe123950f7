#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "actions/notify/notify_options.h"
#include "actions/notify/transport.h"
#include "base/clock.h"
#include "base/result.h"
#include "model/notice.h"

namespace levelwind::actions {

/// Tells people, over each service that is configured: groups what comes together, keeps to so many
/// messages an hour, tries again what may pass. `Offer` is for any thread and never waits; `Step`
/// sends and may take as long as a service does, so that it has a thread of its own (daemon/).
class Notifier {
 public:
  using Counts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

  /// `clock` must outlive this. The seed is that of the jitter.
  Notifier(NotifyOptions options, std::unique_ptr<Transport> transport, const Clock& clock,
           std::uint64_t seed);
  ~Notifier();

  bool on() const { return !services_.empty(); }
  void Offer(std::vector<Notice> notices);
  /// Sends what is due; when something is due next.
  SteadyTime Step(SteadyTime now);
  /// (service, "sent" | "failed" | "dropped" | "filtered") -> notices since the start.
  Counts counts() const;

 private:
  /// One service: how it is told of some notices.
  struct Service {
    std::string name;
    NoticeFilter filter;
    bool one_by_one = false;
    std::function<Status(const std::vector<Notice>&)> send;
    std::deque<Notice> queue;                // under mutex_
    std::optional<SteadyTime> first_queued;  // under mutex_
    std::vector<Notice> batch;               // being sent, with its tries
    std::int32_t tries = 0;
    SteadyTime not_before{};
    std::deque<SteadyTime> sent;  // in the last hour
  };

  void AddServices();
  void Add(std::string name, const NoticeFilter& filter, bool one_by_one,
           std::function<Status(const std::vector<Notice>&)> send);
  void StepService(Service& service, SteadyTime now);
  bool TakeBatch(Service& service, SteadyTime now);
  void Count(const Service& service, const char* outcome, std::size_t notices);

  const NotifyOptions options_;
  const std::unique_ptr<Transport> transport_;
  const Clock& clock_;
  std::mt19937_64 random_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Service>> services_;
  Counts counts_;
};

}  // namespace levelwind::actions
