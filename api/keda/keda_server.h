#pragma once

#include <cstdint>
#include <memory>

#include "api/keda/keda_options.h"
#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"
#include "model/scaling.h"

namespace levelwind::api {

/// Answers KEDA over gRPC as an `external` or `external-push` trigger does ask
/// (docs/autoscaling-interop.md): the metric levelwind-desired-members, target 1, so that KEDA's
/// HPA has exactly the wanted number. A trigger's metadata names the `group` and, optionally, the
/// `cluster`. It only reads what was published.
///
/// Errors as gRPC has them: UNAVAILABLE for stale or missing data (KEDA then keeps what is, or
/// takes its fallback), NOT_FOUND for a group that is not scaled, FAILED_PRECONDITION for one in
/// mode observe, INVALID_ARGUMENT for metadata without a group.
///
/// Threads: gRPC makes and owns its own (a few, whatever the number of clients; a stream holds
/// none). They read Published and the clock. `Step` is for the owner's thread.
class KedaServer {
 public:
  /// Listens and answers from now on. `views` and `clock` must outlive this.
  ///
  /// kInvalidArgument: not an IP address; a certificate without its key or the other way round; a
  /// client CA without a certificate; an address beyond the loopback without TLS (unless
  /// allow_plaintext) or without client_ca_file (unless allow_anonymous); files that do not fit.
  /// kFailedPrecondition: the port is taken. kUnimplemented: built without LEVELWIND_KEDA.
  static Result<std::unique_ptr<KedaServer>> Start(const KedaOptions& options,
                                                   const Published<ScalingView>& views,
                                                   const Clock& clock);
  /// Ends all streams and gRPC's threads, within about a second.
  virtual ~KedaServer() = default;

  /// Tells open streams of groups that became active or idle. To be called after each view that is
  /// published; quick, never waits for a client.
  virtual void Step() = 0;
  virtual std::uint16_t port() const = 0;
  virtual std::size_t open_streams() const = 0;
};

}  // namespace levelwind::api
