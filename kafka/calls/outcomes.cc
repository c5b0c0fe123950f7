#include <cstdint>
#include <string>

#include "kafka/calls/calls.h"
#include "kafka/errors.h"

namespace levelwind::kafka::calls {

Error WriteError(const Error& error, Progress progress, const std::string& what) {
  const Error told = error.Wrap(what);
  if (progress == Progress::kNotSent || progress == Progress::kAnswered) return told;
  Error uncertain(told.code(), told.message() +
                                   "; it may have been carried out, so read it back before trying "
                                   "again");
  return uncertain.set_retriable(told.retriable());
}

std::int16_t CodeFor(const Error& error) {
  if (error.kafka_code()) return *error.kafka_code();
  return error.code() == ErrorCode::kUnimplemented ? kUnsupportedVersion : kNetworkException;
}

}  // namespace levelwind::kafka::calls
