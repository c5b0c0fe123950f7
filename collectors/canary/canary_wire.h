#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "collectors/canary/canary_options.h"
#include "kafka/client_options.h"

namespace levelwind::collectors {

/// The canary's way to the cluster, so that a test can lose and delay records. One thread.
class CanaryWire {
 public:
  virtual ~CanaryWire() = default;

  /// Reads from now on what comes to partitions 0 to `partitions` - 1 of the topic.
  virtual Status Follow(std::int32_t partitions) = 0;
  virtual Status Send(std::int32_t partition, std::string_view value, std::uint64_t number) = 0;

  struct Outcome {
    std::uint64_t number = 0;
    Status status;  ///< Ok: acknowledged.
  };
  /// What has become of sent records since the last call; never waits.
  virtual std::vector<Outcome> TakeOutcomes() = 0;
  /// The value of the next record; empty when none came within `timeout`.
  virtual Result<std::string> Read(Duration timeout) = 0;
  /// Begins to commit what was read; TakeCommit tells the outcome. kNotFound: nothing new.
  virtual Status Commit() = 0;
  /// How a commit ended since the last call, if one has.
  virtual std::optional<Status> TakeCommit() = 0;
};

/// Through librdkafka: an idempotent producer with acks=all and a reader without a membership.
/// kUnimplemented: a login that librdkafka cannot do here (OAUTHBEARER, AWS MSK IAM).
Result<std::unique_ptr<CanaryWire>> MakeKafkaCanaryWire(const kafka::ClientOptions& client,
                                                        const CanaryOptions& options);

}  // namespace levelwind::collectors
