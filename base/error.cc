#include "base/error.h"

#include <utility>

namespace levelwind {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "InvalidArgument";
    case ErrorCode::kNotFound:
      return "NotFound";
    case ErrorCode::kAlreadyExists:
      return "AlreadyExists";
    case ErrorCode::kFailedPrecondition:
      return "FailedPrecondition";
    case ErrorCode::kAborted:
      return "Aborted";
    case ErrorCode::kPermissionDenied:
      return "PermissionDenied";
    case ErrorCode::kUnauthenticated:
      return "Unauthenticated";
    case ErrorCode::kResourceExhausted:
      return "ResourceExhausted";
    case ErrorCode::kUnavailable:
      return "Unavailable";
    case ErrorCode::kDeadlineExceeded:
      return "DeadlineExceeded";
    case ErrorCode::kCancelled:
      return "Cancelled";
    case ErrorCode::kUnimplemented:
      return "Unimplemented";
    case ErrorCode::kDataLoss:
      return "DataLoss";
    case ErrorCode::kInternal:
      return "Internal";
  }
  return "Unknown";
}

Error Error::FromKafka(ErrorCode code, std::int16_t kafka_code, bool retriable,
                       std::string message) {
  Error error(code, std::move(message));
  error.kafka_code_ = kafka_code;
  error.retriable_ = retriable;
  return error;
}

Error Error::Wrap(std::string_view context) const& {
  Error wrapped = *this;
  wrapped.message_ = std::string(context) + ": " + message_;
  return wrapped;
}

std::string Error::ToString() const { return std::string(ErrorCodeName(code_)) + ": " + message_; }

std::ostream& operator<<(std::ostream& out, const Error& error) { return out << error.ToString(); }

Error InvalidArgument(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}
Error NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }
Error FailedPrecondition(std::string message) {
  return {ErrorCode::kFailedPrecondition, std::move(message)};
}
Error Unavailable(std::string message) {
  return Error(ErrorCode::kUnavailable, std::move(message)).set_retriable(true);
}
Error DeadlineExceeded(std::string message) {
  return Error(ErrorCode::kDeadlineExceeded, std::move(message)).set_retriable(true);
}
Error DataLoss(std::string message) { return {ErrorCode::kDataLoss, std::move(message)}; }
Error Internal(std::string message) { return {ErrorCode::kInternal, std::move(message)}; }

}  // namespace levelwind
