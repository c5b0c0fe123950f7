#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/client_options.h"
#include "kafka/net/endpoint.h"
#include "kafka/net/network.h"
#include "kafka/net/request.h"
#include "kafka/protocol/codec.h"
#include "kafka/routing/router.h"
#include "model/ids.h"

namespace levelwind::kafka {

/// A decoded response, or why there is none and how far the request got.
template <class Response>
struct Answer {
  Result<Response> response;
  Progress progress = Progress::kAnswered;
  std::int16_t version = 0;
};

/// Sends requests to the right brokers and blocks until their answers are there: the layer between
/// the admin calls (kafka/calls/) and the connections.
///
/// Whether a request may be tried again follows from kafka/read_only.h: reads are, within the
/// deadline; writes only when they were certainly not sent, or the broker said that it is not the
/// controller. Any thread; the I/O thread must never call it.
class Caller {
 public:
  Caller(const ClientOptions& options, Network& network, Router& router)
      : options_(options), network_(network), router_(router) {}

  Router& router() { return router_; }
  SteadyTime DeadlineIn(Duration timeout) const { return network_.clock().Now() + timeout; }
  /// For TimeoutMs fields: what is left, at least a millisecond.
  std::int32_t RemainingMs(SteadyTime deadline) const;

  /// To any broker that answers. `answered_by` (if given) tells which one did.
  template <class Request>
  Answer<typename Request::Response> Any(Request request, SteadyTime deadline,
                                         std::int16_t min_version = Request::kInfo.min,
                                         Endpoint* answered_by = nullptr) {
    return DecodeAs<Request>(
        AnyRaw(MakeSpec(std::move(request), min_version), deadline, answered_by));
  }

  /// To one address, once.
  template <class Request>
  Answer<typename Request::Response> One(const Endpoint& endpoint, Request request,
                                         SteadyTime deadline,
                                         std::int16_t min_version = Request::kInfo.min) {
    return DecodeAs<Request>(Ask(endpoint, MakeSpec(std::move(request), min_version), deadline));
  }

  /// To the controller; `error_of` gives the response's own error code, so that NOT_CONTROLLER
  /// (and, for reads, other passing errors) lead to another try.
  template <class Request>
  Answer<typename Request::Response> Controller(
      Request request, SteadyTime deadline,
      std::int16_t (*error_of)(const typename Request::Response&),
      std::int16_t min_version = Request::kInfo.min) {
    using Response = typename Request::Response;
    std::optional<Answer<Response>> last;
    ControllerRaw(MakeSpec(std::move(request), min_version), deadline, [&](Outcome outcome) {
      last = DecodeAs<Request>(std::move(outcome));
      return last->response.ok() ? error_of(*last->response) : std::int16_t{0};
    });
    return *std::move(last);
  }

  /// One request to each listed broker (a broker may be listed twice), very many of them at once;
  /// the answers in the same order. A broker that hangs does not hold up the others. A request that
  /// was lost with a stale connection is sent once more if it is a read.
  template <class Request>
  std::vector<Answer<typename Request::Response>> Brokers(
      std::vector<std::pair<BrokerId, Request>> requests, SteadyTime deadline,
      std::int16_t min_version = Request::kInfo.min) {
    std::vector<std::optional<Answer<typename Request::Response>>> arrived(requests.size());
    EachBroker(
        std::move(requests), deadline,
        [&](std::size_t index, auto answer) { arrived[index] = std::move(answer); }, min_version);
    std::vector<Answer<typename Request::Response>> answers;
    answers.reserve(arrived.size());
    for (auto& answer : arrived) answers.push_back(*std::move(answer));
    return answers;
  }

  /// As Brokers, but each answer is given to `visit(index of the request, answer)` when it comes
  /// and is then forgotten: a thousand large answers need the memory of a few. `visit` runs on the
  /// caller's thread.
  template <class Request, class Visit>
  void EachBroker(std::vector<std::pair<BrokerId, Request>> requests, SteadyTime deadline,
                  Visit visit, std::int16_t min_version = Request::kInfo.min) {
    std::vector<std::pair<BrokerId, RequestSpec>> specs;
    specs.reserve(requests.size());
    for (auto& [broker, request] : requests) {
      specs.emplace_back(broker, MakeSpec(std::move(request), min_version));
    }
    BrokersRaw(specs, deadline, [&](std::size_t index, Outcome outcome) {
      visit(index, DecodeAs<Request>(std::move(outcome)));
    });
  }

  /// Asks for the live brokers and the controller, and for the leaders of `topics`.
  Status Refresh(const std::vector<std::string>& topics, SteadyTime deadline);

  /// Waits a jittered, growing time before try number `attempt` (0, 1, ...). False when the
  /// deadline would pass or the client stops: give up then.
  bool BackOff(int attempt, SteadyTime deadline);

 private:
  void Send(const Endpoint& endpoint, RequestSpec spec, SteadyTime deadline, OnOutcome done);
  /// Sends and waits; an answer that does not come in time is told with the address.
  Outcome Ask(const Endpoint& endpoint, RequestSpec spec, SteadyTime until);
  Outcome AnyRaw(const RequestSpec& spec, SteadyTime deadline, Endpoint* answered_by);
  void ControllerRaw(const RequestSpec& spec, SteadyTime deadline,
                     const std::function<std::int16_t(Outcome)>& take);
  void BrokersRaw(const std::vector<std::pair<BrokerId, RequestSpec>>& requests,
                  SteadyTime deadline, const std::function<void(std::size_t, Outcome)>& take);

  template <class Request>
  Answer<typename Request::Response> DecodeAs(Outcome outcome) const {
    if (!outcome.answer.ok()) return {outcome.answer.error(), outcome.progress, 0};
    const RawAnswer& raw = *outcome.answer;
    Reader reader = raw.reader();
    auto response = Decode<typename Request::Response>(reader, raw.version);
    if (!response.ok()) response = response.error().Wrap("answer of " + raw.from);
    return {std::move(response), outcome.progress, raw.version};
  }

  const ClientOptions& options_;
  Network& network_;
  Router& router_;
  std::mutex random_mutex_;
  std::minstd_rand random_;
};

}  // namespace levelwind::kafka
