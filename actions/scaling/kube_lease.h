#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "actions/scaling/kube_client.h"
#include "actions/scaling/scaling_options.h"
#include "base/clock.h"
#include "base/result.h"

namespace levelwind::actions {

/// Kubernetes' MicroTime: six digits after the second, no more and no less.
std::string MicroTime(WallTime time);

/// One daemon of several acts: the holder of a coordination.k8s.io Lease, by client-go's rules
/// (leaderelection.go), written anew. A foreign holder's clock is never compared with ours: what
/// counts is for how long we have not seen the record change.
///
/// A lease does not fence by itself. So each change also carries (epoch, number) or a resource
/// version, and Leads() says no once renew_deadline has passed since a renewal that was answered
/// was sent, however long a call hangs: well before anybody else may take over.
///
/// `Step` and `Release` on one thread; the others on any.
class KubeLease {
 public:
  /// `client` (its own: a busy one must not keep it from renewing) and `clock` must outlive this.
  /// kInvalidArgument: times that do not fit each other, or names that cannot be.
  static Status CheckOptions(const LeaseOptions& options);
  KubeLease(LeaseOptions options, KubeClient& client, const Clock& clock);

  /// Tries to take or renew the lease if that is due. Blocks for a call or two. When to be called
  /// next.
  SteadyTime Step(SteadyTime now);
  /// Gives it up, so that another need not wait. Only if we lead.
  void Release();

  bool Leads(SteadyTime now) const;
  /// Ok, or why we do not act: fit for MayAct.
  Status MayAct() const;
  /// leaseTransitions of the lease while we have it: grows each time that it changes hands. With
  /// the number of a decision it tells an old leader's from ours.
  std::uint64_t epoch() const;
  std::string holder() const;   ///< Whoever had it when we looked last; empty: nobody.
  std::string problem() const;  ///< Why the last try failed; empty: it did not.

 private:
  struct Record {
    std::string holder;
    std::string text;  // as it came: a change of anything is a sign of life
    std::string resource_version;
    std::string acquire_time;
    std::int64_t duration_s = 0;
    std::int64_t transitions = 0;
  };
  Status Try(SteadyTime now);
  Status Create(SteadyTime now);
  Status Take(const Record& record, SteadyTime now);
  static Result<Record> Parse(const std::string& json);
  std::string Body(const std::string& holder, std::int64_t duration_s,
                   const std::string& acquire_time, std::int64_t transitions,
                   const std::string& resource_version) const;
  std::string Path(bool collection) const;
  void Led(SteadyTime since, std::int64_t transitions);

  const LeaseOptions options_;
  KubeClient& client_;
  const Clock& clock_;
  // Step's thread only.
  std::string seen_;
  SteadyTime seen_at_{};
  SteadyTime next_{};

  mutable std::mutex mutex_;
  std::optional<SteadyTime> renewed_;  // the last renewal that was answered was sent then
  std::uint64_t epoch_ = 0;
  std::string holder_, problem_;
};

}  // namespace levelwind::actions
