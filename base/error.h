#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace levelwind {

/// Why something could not be done, in the canonical vocabulary of absl::Status. A caller that
/// decides what to do next looks at the code; the message is for the person who reads it.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,     ///< The input is wrong whatever the state of the world is.
  kNotFound,            ///< The named thing does not exist.
  kAlreadyExists,       ///< The thing to be made is there already.
  kFailedPrecondition,  ///< The world is not in the state that the call needs.
  kAborted,             ///< Somebody else changed the world meanwhile; re-read and decide again.
  kPermissionDenied,    ///< Not allowed to this principal, or refused by a safety rule.
  kUnauthenticated,     ///< No valid credentials.
  kResourceExhausted,   ///< A limit, a quota or a disk is full.
  kUnavailable,         ///< Not reachable now; the same call may work later.
  kDeadlineExceeded,    ///< No answer in time; for a write the outcome is unknown.
  kCancelled,           ///< Stopped by the caller.
  kUnimplemented,       ///< The peer cannot do this (for example an API version too low).
  kDataLoss,            ///< Stored or received bytes are corrupt.
  kInternal,            ///< A bug on our side.
};

/// The code's name as users and logs see it, for example "FailedPrecondition".
std::string_view ErrorCodeName(ErrorCode code);

/// An error as a value. Cheap to move, comparable by hand through its accessors.
///
/// A message that can reach a user names the thing, the value, the reason and the next step, in one
/// line and without a full stop at its end, so that contexts can be chained: "outer: inner".
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  /// An error that a broker answered. `kafka_code` is Kafka's number (41 is NOT_CONTROLLER).
  static Error FromKafka(ErrorCode code, std::int16_t kafka_code, bool retriable,
                         std::string message);

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  std::optional<std::int16_t> kafka_code() const { return kafka_code_; }

  /// Whether the same call, unchanged, may succeed later. A timed-out write is retriable only after
  /// its outcome has been read back from the cluster.
  bool retriable() const { return retriable_; }
  Error& set_retriable(bool retriable) {
    retriable_ = retriable;
    return *this;
  }

  /// The same error with "context: " before its message.
  Error Wrap(std::string_view context) const&;

  /// "Unavailable: connecting to 127.0.0.1:9092: connection refused".
  std::string ToString() const;

 private:
  ErrorCode code_;
  bool retriable_ = false;
  std::optional<std::int16_t> kafka_code_;
  std::string message_;
};

std::ostream& operator<<(std::ostream& out, const Error& error);

// Shorthands for the codes that are used most.
Error InvalidArgument(std::string message);
Error NotFound(std::string message);
Error FailedPrecondition(std::string message);
Error Unavailable(std::string message);       // retriable
Error DeadlineExceeded(std::string message);  // retriable
Error DataLoss(std::string message);
Error Internal(std::string message);

}  // namespace levelwind
