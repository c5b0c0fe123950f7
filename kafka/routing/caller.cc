#include "kafka/routing/caller.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/sabotage.h"
#include "kafka/errors.h"
#include "kafka/protocol/releases.h"
#include "kafka/read_only.h"
#include "kafka/routing/broker_round.h"

namespace levelwind::kafka {

namespace {

constexpr auto kFirstBackOff = std::chrono::milliseconds(50);
constexpr auto kLongestBackOff = std::chrono::seconds(1);
/// How often the controller is looked for anew within one call.
constexpr int kControllerTries = 8;

/// A round of requests goes on to further brokers when no answer came for so long.
constexpr auto kPatience = std::chrono::milliseconds(50);

/// After whom was asked.
constexpr std::string_view kNoAnswer = ": no answer came before the deadline of the call";

Purpose PurposeOf(ApiKey api) {
  if (!IsReadOnly(api)) return Purpose::kAdmin;
  return IsForwardedRead(api) ? Purpose::kForwarded : Purpose::kMonitor;
}

/// Errors about the request itself: no other broker and no later time changes them.
bool IsAboutRequest(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kUnimplemented:
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kCancelled:
      return true;
    default:
      return false;
  }
}

/// Whether the request may be sent to the next broker. One that does not speak Kafka at all is a
/// reason to try the next bootstrap address as well.
bool MayGoOn(const RequestSpec& spec, const Outcome& outcome) {
  const Error& error = outcome.answer.error();
  if (outcome.progress == Progress::kNotSent) return !IsAboutRequest(error);
  return IsReadOnly(spec.api) && error.retriable();
}

/// One error for a round in which every broker failed.
Error AllFailed(const std::vector<Error>& errors) {
  constexpr std::size_t kTold = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(errors.size(), kTold); ++i) {
    text += (i > 0 ? "; " : "") + errors[i].message();
  }
  if (errors.size() > kTold) text += fmt::format("; and {} more", errors.size() - kTold);
  if (errors.size() > 1) text = "no broker can be asked: " + text;
  Error error(errors.front().code(), std::move(text));
  error.set_retriable(errors.front().retriable());
  return error;
}

/// A broker that is too old: says which release is needed, where the protocol alone does not.
Outcome WithRelease(Outcome outcome, ApiKey api, std::int16_t version) {
  if (outcome.answer.ok() || outcome.answer.error().code() != ErrorCode::kUnimplemented) {
    return outcome;
  }
  const std::string_view release = FirstRelease(api, version);
  if (release.empty()) return outcome;
  outcome.answer =
      Error{ErrorCode::kUnimplemented,
            fmt::format("{}; that came with Kafka {}", outcome.answer.error().message(), release)};
  return outcome;
}

bool MayRepeat(const RequestSpec& spec, const Outcome& outcome) {
  if (outcome.answer.ok() || !outcome.answer.error().retriable()) return false;
  return outcome.progress == Progress::kNotSent || IsReadOnly(spec.api);
}

}  // namespace

std::int32_t Caller::RemainingMs(SteadyTime deadline) const {
  const std::int64_t left = ToMillis(deadline - network_.clock().Now());
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(left, 1, std::numeric_limits<std::int32_t>::max()));
}

bool Caller::BackOff(int attempt, SteadyTime deadline) {
  const Duration longest =
      std::min<Duration>(kFirstBackOff * (1 << std::min(attempt, 10)), kLongestBackOff);
  double share = 0;
  {
    std::lock_guard lock(random_mutex_);
    share = std::uniform_real_distribution<double>(0.5, 1.0)(random_);
  }
  const auto pause = std::chrono::duration_cast<Duration>(longest * share);
  if (network_.clock().Now() + pause >= deadline) return false;
  return network_.Pause(pause);
}

void Caller::Send(const Endpoint& endpoint, RequestSpec spec, SteadyTime deadline, OnOutcome done) {
  const bool write = !IsReadOnly(spec.api);
  if (options_.read_only && write && !Sabotaged("I15.reads-only")) {
    done({Error{ErrorCode::kPermissionDenied,
                fmt::format("{} is refused in observe mode, which only reads; start "
                            "with mode: operate to let Levelwind change the cluster",
                            ApiName(spec.api))},
          Progress::kNotSent});
    return;
  }
  const ApiKey api = spec.api;
  const std::int16_t least = spec.min_version;
  network_.Submit(
      endpoint, PurposeOf(spec.api),
      {std::move(spec), deadline, [done = std::move(done), api, least](Outcome outcome) {
         done(WithRelease(std::move(outcome), api, least));
       }});
}

Outcome Caller::Ask(const Endpoint& endpoint, RequestSpec spec, SteadyTime until) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  std::future<Outcome> future = promise->get_future();
  Send(endpoint, std::move(spec), until,
       [promise = std::move(promise)](Outcome outcome) { promise->set_value(std::move(outcome)); });
  if (future.wait_until(until) == std::future_status::ready) return future.get();
  return {DeadlineExceeded(endpoint.ToString() + std::string(kNoAnswer)), Progress::kTimedOut};
}

Outcome Caller::AnyRaw(const RequestSpec& spec, SteadyTime deadline, Endpoint* answered_by) {
  for (int attempt = 0;; ++attempt) {
    const std::vector<Endpoint> candidates = router_.Candidates();
    std::vector<Error> errors;
    auto progress = Progress::kNotSent;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      // A broker that hangs must leave time to ask the others.
      const SteadyTime now = network_.clock().Now();
      const bool more = i + 1 < candidates.size();
      const SteadyTime until = more ? now + (deadline - now) / 2 : deadline;
      Outcome outcome = Ask(candidates[i], spec, until);
      if (outcome.answer.ok()) {
        router_.MarkGood(candidates[i]);
        if (answered_by != nullptr) *answered_by = candidates[i];
        return outcome;
      }
      if (!MayGoOn(spec, outcome)) return outcome;
      router_.MarkBad(candidates[i]);
      errors.push_back(outcome.answer.error());
      progress = outcome.progress;
    }
    // With a wrong bootstrap address waiting helps nobody; a cluster that was there comes back.
    if (!router_.knows_cluster() || !BackOff(attempt, deadline)) {
      return {AllFailed(errors), progress};
    }
  }
}

void Caller::ControllerRaw(const RequestSpec& spec, SteadyTime deadline,
                           const std::function<std::int16_t(Outcome)>& take) {
  const bool read = IsReadOnly(spec.api);
  for (int attempt = 0;; ++attempt) {
    std::optional<Endpoint> controller = router_.Controller();
    if (!controller) {
      Status status = Refresh({}, deadline);
      controller = router_.Controller();  // once: another thread may forget it at any time
      if (status.ok() && !controller) status = Unavailable("the cluster has no controller now");
      if (!status.ok() && (attempt >= kControllerTries || !BackOff(attempt, deadline))) {
        take({status.error().Wrap("looking for the controller"), Progress::kNotSent});
        return;
      }
      if (!status.ok()) continue;
    }
    Outcome outcome = Ask(*controller, spec, deadline);
    const bool again = MayRepeat(spec, outcome);
    const bool answered = outcome.answer.ok();
    const std::int16_t code = take(std::move(outcome));
    const bool moved = code == kNotController;
    const bool passing = read && RetryOf(code) != Retry::kFinal;
    if (answered ? !moved && !passing : !again) return;
    router_.ForgetController();
    if (attempt >= kControllerTries || !BackOff(attempt, deadline)) return;
  }
}

void Caller::BrokersRaw(const std::vector<std::pair<BrokerId, RequestSpec>>& requests,
                        SteadyTime deadline,
                        const std::function<void(std::size_t, Outcome)>& take) {
  const bool all_known = std::ranges::all_of(
      requests, [&](const auto& request) { return router_.EndpointOf(request.first).has_value(); });
  std::optional<Error> not_refreshed;
  if (!all_known) {
    if (Status status = Refresh({}, deadline); !status.ok()) not_refreshed = status.error();
  }
  BrokerRound round(requests.size());
  const auto send = [&](std::size_t index) {
    const auto& [broker, spec] = requests[index];
    const std::optional<Endpoint> endpoint = router_.EndpointOf(broker);
    if (endpoint) {
      Send(*endpoint, spec, deadline, round.Expect(index));
      return;
    }
    take(index, {not_refreshed
                     ? *not_refreshed
                     : Unavailable(fmt::format("broker {} is not among the live brokers", broker)),
                 Progress::kNotSent});
  };
  std::vector<bool> repeated(requests.size(), false);
  for (;;) {
    while (const auto next = round.NextToSend()) send(*next);
    if (!round.waiting()) return;
    const SteadyTime now = network_.clock().Now();
    if (now >= deadline) break;
    auto arrived = round.Wait(std::min(deadline, now + kPatience));
    if (!arrived) {
      round.Widen();
      continue;
    }
    auto& [index, outcome] = *arrived;
    if (outcome.progress == Progress::kLost && !repeated[index] &&
        MayRepeat(requests[index].second, outcome)) {
      repeated[index] = true;
      send(index);
    } else {
      take(index, std::move(outcome));
    }
  }
  round.ForEachOpen([&](std::size_t index, bool sent) {
    take(index, {DeadlineExceeded(fmt::format("broker {}{}", requests[index].first, kNoAnswer)),
                 sent ? Progress::kTimedOut : Progress::kNotSent});
  });
}

Status Caller::Refresh(const std::vector<std::string>& topics, SteadyTime deadline) {
  MetadataRequest request;
  for (const std::string& topic : topics) request.topics->push_back({{}, topic});
  Answer<MetadataResponse> answer = Any(std::move(request), deadline);
  if (!answer.response.ok()) return answer.response.error();
  router_.Update(*answer.response, false);
  return Ok();
}

}  // namespace levelwind::kafka
