#include "actions/scaling/webhook_scaler.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

constexpr std::size_t kMostBody = 20'000;
constexpr std::size_t kMostAttempts = 100;
constexpr std::int32_t kMostTries = 5;  // the first, and after 1, 2, 4 and 8 s

}  // namespace

Result<std::unique_ptr<WebhookScaler>> WebhookScaler::Make(const ScalingWebhookOptions& options,
                                                           std::string cluster, ActionLog& log,
                                                           const Clock& clock, MayAct may_act,
                                                           std::uint64_t seed) {
  AddressGuard guard(options.allow_hosts, "the scaling webhook's allow_hosts");
  if (const Status url = guard.CheckUrl(options.url); !url.ok()) {
    return url.error().Wrap("the scaling webhook's URL");
  }
  if (options.client_cert_file.empty() != options.client_key_file.empty()) {
    return InvalidArgument(
        "the scaling webhook has a client certificate without a key or a key "
        "without a certificate; give both or none");
  }
  HttpClientOptions http{.timeout = options.timeout};
  http.ca_file = options.ca_file;
  http.client_cert_file = options.client_cert_file;
  http.client_key_file = options.client_key_file;
  auto scaler = std::make_unique<WebhookScaler>(options, std::move(cluster),
                                                MakeCurlClient(std::move(guard), std::move(http)),
                                                log, clock, std::move(may_act), seed);
  LW_RETURN_IF_ERROR(scaler->Keys());
  return scaler;
}

WebhookScaler::WebhookScaler(ScalingWebhookOptions options, std::string cluster,
                             std::unique_ptr<HttpClient> client, ActionLog& log, const Clock& clock,
                             MayAct may_act, std::uint64_t seed)
    : options_(std::move(options)),
      cluster_(std::move(cluster)),
      host_(AddressGuard::HostOf(options_.url)),
      client_(std::move(client)),
      log_(log),
      clock_(clock),
      may_act_(std::move(may_act)),
      random_(seed) {}

ScalingOutcome WebhookScaler::OutcomeOf(const ScalingDecision& decision, const char* state,
                                        std::string detail) const {
  return {decision.number, clock_.WallNow(), decision.current, decision.desired,
          state,           std::move(detail)};
}

Result<std::vector<Secret>> WebhookScaler::Keys() const {
  std::vector<Secret> keys;
  for (const SecretSource* const source : {&options_.secret, &options_.previous_secret}) {
    if (!source->given() && source == &options_.previous_secret) continue;
    LW_ASSIGN_OR_RETURN(const Secret text, ReadSecret(*source, "the scaling webhook's secret"));
    LW_ASSIGN_OR_RETURN(Secret key, WebhookKey(options_.signing, text));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<ScalingOutcome> WebhookScaler::Apply(const ScalingDecision& decision) {
  LW_RETURN_IF_ERROR(CheckActionable(decision, clock_.WallNow()));
  if (may_act_) LW_RETURN_IF_ERROR(may_act_());
  const auto known = orders_.find(decision.group);
  if (known != orders_.end()) {
    const ScalingDecision& newest = known->second.decision;
    const auto order = std::pair(decision.epoch, decision.number);
    const auto last = std::pair(newest.epoch, newest.number);
    if (order == last) return known->second.outcome;
    if (order < last) {
      return OutcomeOf(decision, "superseded",
                       fmt::format("decision {} was told already", newest.number));
    }
  }
  Order order;
  order.decision = decision;
  auto outcome = Try(order);
  // What was not even tried is asked for again with the same number.
  if (outcome.ok()) orders_[decision.group] = std::move(order);
  return outcome;
}

Result<ScalingOutcome> WebhookScaler::Replay(const std::string& group) {
  const auto known = orders_.find(group);
  if (known == orders_.end()) {
    return NotFound(fmt::format("nothing was told about group '{}' yet", EscapeControl(group)));
  }
  LW_RETURN_IF_ERROR(CheckActionable(known->second.decision, clock_.WallNow()));
  if (may_act_) LW_RETURN_IF_ERROR(may_act_());
  known->second.tries = 0;
  return Try(known->second);
}

Result<WorkloadSighting> WebhookScaler::Observe(const ScalingTarget&) {
  return Error(ErrorCode::kUnimplemented,
               "a webhook cannot be asked how many there are; the group's members tell");
}

std::vector<std::pair<std::string, ScalingOutcome>> WebhookScaler::Step(SteadyTime now) {
  std::vector<std::pair<std::string, ScalingOutcome>> changed;
  for (auto& [group, order] : orders_) {
    if (!order.open || now < order.next) continue;
    Status good = CheckActionable(order.decision, clock_.WallNow());
    if (good.ok() && may_act_) good = may_act_();
    const Result<ScalingOutcome> outcome =
        good.ok() ? Try(order) : Result<ScalingOutcome>(good.error());
    if (!outcome.ok()) {
      order.open = false;
      order.outcome = OutcomeOf(
          order.decision, "failed",
          fmt::format("given up after {} tries: {}", order.tries, outcome.error().message()));
    }
    if (!order.open) changed.emplace_back(group, order.outcome);
  }
  return changed;
}

Result<ScalingOutcome> WebhookScaler::Try(Order& order) {
  const ScalingDecision& decision = order.decision;
  if (!gone_.empty()) return FailedPrecondition(gone_);
  const SteadyTime now = clock_.Now();
  if (rests_until_ && now < *rests_until_) {
    return Unavailable(fmt::format(
        "{} failed {} times in a row; nothing is sent there for another "
        "{}",
        host_, options_.breaker_failures, HumanDuration(ToSeconds(*rests_until_ - now))));
  }
  rests_until_.reset();
  LW_ASSIGN_OR_RETURN(const std::vector<Secret> keys, Keys());
  const std::string body = WebhookBody(cluster_, decision, options_.dry_run, clock_.WallNow());
  if (body.size() > kMostBody) {
    return InvalidArgument(
        fmt::format("what would be told about group '{}' is larger than {} "
                    "bytes; its names are too long",
                    EscapeControl(decision.group), kMostBody));
  }
  const std::string id = DecisionId(cluster_, decision);
  ++order.tries;
  LW_ASSIGN_OR_RETURN(
      store::AuditRecord row,
      log_.Intend(ScalingOperation(decision.group, decision.number), "webhook",
                  fmt::format("{}: {} '{}' to {}{}, try {}", host_, decision.target.kind,
                              EscapeControl(decision.target.name), decision.desired,
                              options_.dry_run ? " (dry run)" : "", order.tries)));
  const auto answer =
      client_->Send({"POST", options_.url,
                     WebhookHeaders(options_.signing, keys, id, body, clock_.WallNow()), body});
  Note(order, answer, now);
  Settle(order, answer);
  log_.Done(std::move(row), order.outcome.state + ": " + order.outcome.detail);
  return order.outcome;
}

void WebhookScaler::Settle(Order& order, const Result<HttpAnswer>& answer) {
  const ScalingDecision& decision = order.decision;
  WebhookReading reading;
  if (answer.ok()) {
    reading = ReadWebhookAnswer(*answer, host_);
  } else {
    const bool passes = answer.error().retriable();
    reading = {passes ? WebhookVerdict::kRetry : WebhookVerdict::kFailed, answer.error().message()};
  }
  const bool settled = reading.verdict != WebhookVerdict::kRetry;
  order.open = false;
  const char* state = "failed";
  switch (reading.verdict) {
    case WebhookVerdict::kApplied:
      state = options_.dry_run ? "dry_run" : "applied";
      break;
    case WebhookVerdict::kAccepted:
      state = "sent";
      break;
    case WebhookVerdict::kSuperseded:
      state = "superseded";
      break;
    case WebhookVerdict::kRefused:
      state = "refused";
      break;
    case WebhookVerdict::kGone:
      state = "refused";
      gone_ = reading.detail;
      break;
    case WebhookVerdict::kFailed:
    case WebhookVerdict::kRetry:
      break;
  }
  if (settled && reading.verdict != WebhookVerdict::kFailed) {
    failures_ = 0;
    rests_until_.reset();
  } else {
    CountFailure();
  }
  if (!settled && order.tries < kMostTries && !rests_until_) {
    const double most_s = static_cast<double>(1U << (order.tries - 1));
    Duration wait = std::chrono::milliseconds(static_cast<std::int64_t>(
        std::uniform_real_distribution<double>(0, most_s)(random_) * 1000));
    if (answer.ok() && answer->retry_after) wait = std::max(wait, *answer->retry_after);
    order.next = clock_.Now() + std::chrono::duration_cast<SteadyTime::duration>(wait);
    order.open = true;
    state = "sent";
  }
  order.outcome = OutcomeOf(decision, state, reading.detail);
}

void WebhookScaler::CountFailure() {
  if (++failures_ < options_.breaker_failures) return;
  failures_ = options_.breaker_failures - 1;  // after the rest one more is enough
  rests_until_ =
      clock_.Now() + std::chrono::duration_cast<SteadyTime::duration>(options_.breaker_rest);
  LW_WARN("autoscale", "webhook {}: {} failures in a row, resting for {}", host_,
          options_.breaker_failures, HumanDuration(ToSeconds(options_.breaker_rest)));
}

void WebhookScaler::Note(const Order& order, const Result<HttpAnswer>& answer, SteadyTime began) {
  WebhookAttempt attempt;
  attempt.at = clock_.WallNow();
  attempt.group = order.decision.group;
  attempt.number = order.decision.number;
  attempt.attempt = order.tries;
  attempt.took_s = ToSeconds(clock_.Now() - began);
  if (answer.ok()) {
    attempt.status = answer->status;
    attempt.detail = ReadWebhookAnswer(*answer, host_).detail;
  } else {
    attempt.detail = answer.error().message();
  }
  const std::lock_guard lock(mutex_);
  attempts_.push_back(std::move(attempt));
  if (attempts_.size() > kMostAttempts) attempts_.pop_front();
}

std::vector<WebhookAttempt> WebhookScaler::attempts() const {
  const std::lock_guard lock(mutex_);
  return {attempts_.begin(), attempts_.end()};
}

}  // namespace levelwind::actions
