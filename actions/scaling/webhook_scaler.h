#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "actions/http/http_client.h"
#include "actions/scaling/action_log.h"
#include "actions/scaling/kube_scaler.h"
#include "actions/scaling/scaler.h"
#include "actions/scaling/scaling_options.h"
#include "actions/scaling/webhook_message.h"

namespace levelwind::actions {

/// One try, for people.
struct WebhookAttempt {
  WallTime at;
  std::string group;
  std::uint64_t number = 0;
  std::int32_t attempt = 1;
  int status = 0;  ///< 0: no answer came.
  double took_s = 0;
  std::string detail;
};

/// Tells a program of the user's own what a group should have, signed (webhook_message.h). A late
/// order does harm, so that this is not as patient as webhooks about events: a decision is tried
/// again after up to 1, 2, 4 and 8 s (full jitter, and not before what Retry-After says), only
/// while it is the group's newest and not expired; then it is dropped, and the next decision has
/// the whole truth. One request at a time.
///
/// After `breaker_failures` tries in a row without an answer that settles anything, nothing is sent
/// for `breaker_rest`. 410 ends it for good. Apply, Step and Replay on one thread; attempts() on
/// any.
class WebhookScaler final : public Scaler {
 public:
  /// kInvalidArgument: a URL, secret or certificate that cannot be used; names no secret.
  /// `cluster`: what the receiver is told. `log` and `clock` must outlive this; the seed is the
  /// jitter's.
  static Result<std::unique_ptr<WebhookScaler>> Make(const ScalingWebhookOptions& options,
                                                     std::string cluster, ActionLog& log,
                                                     const Clock& clock, MayAct may_act,
                                                     std::uint64_t seed);
  /// With another client, for tests.
  WebhookScaler(ScalingWebhookOptions options, std::string cluster,
                std::unique_ptr<HttpClient> client, ActionLog& log, const Clock& clock,
                MayAct may_act, std::uint64_t seed);

  /// Sends it at once. The same decision again is not sent again while it is under way.
  Result<ScalingOutcome> Apply(const ScalingDecision& decision) override;
  Result<WorkloadSighting> Observe(const ScalingTarget& target) override;
  std::vector<std::pair<std::string, ScalingOutcome>> Step(SteadyTime now) override;

  /// Sends a group's newest decision once more, if it is still good. kNotFound: there is none.
  Result<ScalingOutcome> Replay(const std::string& group);
  /// The newest 100, oldest first.
  std::vector<WebhookAttempt> attempts() const;

 private:
  struct Order {
    ScalingDecision decision;
    std::int32_t tries = 0;
    SteadyTime next{};
    bool open = false;  // to be tried again
    ScalingOutcome outcome;
  };
  Result<std::vector<Secret>> Keys() const;
  Result<ScalingOutcome> Try(Order& order);
  void Settle(Order& order, const Result<HttpAnswer>& answer);
  void Note(const Order& order, const Result<HttpAnswer>& answer, SteadyTime began);
  void CountFailure();
  ScalingOutcome OutcomeOf(const ScalingDecision& decision, const char* state,
                           std::string detail) const;

  const ScalingWebhookOptions options_;
  const std::string cluster_;
  const std::string host_;
  const std::unique_ptr<HttpClient> client_;
  ActionLog& log_;
  const Clock& clock_;
  const MayAct may_act_;
  std::mt19937_64 random_;
  std::map<std::string, Order> orders_;  // the newest of each group
  std::int32_t failures_ = 0;
  std::optional<SteadyTime> rests_until_;
  std::string gone_;  // why nothing is sent any more
  mutable std::mutex mutex_;
  std::deque<WebhookAttempt> attempts_;
};

}  // namespace levelwind::actions
