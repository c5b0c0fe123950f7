#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/net/frame_buffer.h"
#include "kafka/protocol/api.h"
#include "kafka/protocol/codec.h"
#include "kafka/protocol/reader.h"

namespace levelwind::kafka {

/// A connection serves one purpose, so that neither a slow write nor a controller that hangs delays
/// monitoring: a broker works on one request per connection at a time.
enum class Purpose : std::uint8_t {
  kMonitor,    ///< Reads that the broker answers by itself.
  kForwarded,  ///< Reads that it passes on to the controller (kForwardedReads).
  kAdmin,      ///< Writes.
};

/// A request whose version is not chosen yet: that is done when the broker's versions are known.
struct RequestSpec {
  ApiKey api = ApiKey::kApiVersions;
  std::int16_t min_version = 0;  ///< Lower ones cannot express what is meant.
  std::int16_t max_version = 0;
  bool throttle_first = false;  ///< The response body begins with ThrottleTimeMs.
  /// Gives a whole frame. Called on the loop's thread, once per try.
  std::function<Result<std::vector<std::uint8_t>>(std::int16_t version, std::int32_t correlation_id,
                                                  const std::string& client_id)>
      encode;
};

/// How far a request got. What was sent may have been carried out, whatever came back.
enum class Progress : std::uint8_t {
  kAnswered,  ///< A whole frame came back.
  kNotSent,   ///< No byte of it left: not reachable, wrong version, out of time before its turn.
  kLost,      ///< Sent; the connection broke before the answer.
  kTimedOut,  ///< Sent, or about to be; no answer in time.
};

/// A response frame after its header, and the version it is in.
struct RawAnswer {
  std::int16_t version = 0;
  FrameBuffer body;
  /// For what the body decodes to: the connection's frame cap less the frame's own bytes.
  MemoryLimit memory;
  std::string from;  ///< The broker's address, for errors about the body.

  /// At the start of the body; this object must outlive it.
  Reader reader() const { return Reader(body.bytes(), memory); }
};

struct Outcome {
  Result<RawAnswer> answer;
  Progress progress = Progress::kAnswered;
};

using OnOutcome = std::function<void(Outcome)>;

/// A request with its deadline: after it the request is not sent any more.
struct PendingRequest {
  RequestSpec spec;
  SteadyTime deadline;
  OnOutcome done;
};

/// Whether a response begins with ThrottleTimeMs in every version that we speak (all but
/// ApiVersions do).
template <class Response>
constexpr bool BeginsWithThrottle() {
  const auto& first = std::get<0>(Response::kFields);
  return first.name == "ThrottleTimeMs" && first.In(Response::kInfo.min);
}

/// `min_version` may be raised by callers that need what a later version brought.
template <class Request>
RequestSpec MakeSpec(Request request, std::int16_t min_version = Request::kInfo.min) {
  RequestSpec spec;
  spec.api = Request::kInfo.api;
  spec.min_version = min_version;
  spec.max_version = Request::kInfo.max;
  spec.throttle_first = BeginsWithThrottle<typename Request::Response>();
  // Shared, because a request may be tried at several brokers and can be large.
  spec.encode = [request = std::make_shared<const Request>(std::move(request))](
                    std::int16_t version, std::int32_t correlation_id,
                    const std::string& client_id) {
    return EncodeRequestFrame(*request, version, correlation_id, client_id);
  };
  return spec;
}

}  // namespace levelwind::kafka
