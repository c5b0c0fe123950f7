#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/security/security_options.h"
#include "model/ids.h"

namespace levelwind::kafka {

/// What became of one record. `opaque` is the number given to Send.
struct Delivery {
  TopicPartition partition;
  std::int64_t offset = -1;  ///< -1 when it failed.
  std::uint64_t opaque = 0;
  Status status;
};

struct ProducerOptions {
  std::string bootstrap;  ///< host:port,host:port. Required.
  std::string client_id = "levelwind";
  SecurityOptions security;  ///< Not OAUTHBEARER and AWS_MSK_IAM: kUnimplemented.
  Duration linger = std::chrono::milliseconds(5);  ///< How long a batch waits for company.
  std::int32_t max_batch_bytes = 1 << 20;
  /// Records that wait for their answer, at most; then Send says kResourceExhausted.
  std::int32_t max_queued_messages = 20'000;
  std::int32_t max_queued_bytes = 64 << 20;
  std::string compression = "none";  ///< none, gzip, snappy, lz4 or zstd.
  /// From Send to success or failure, retries included.
  Duration delivery_timeout = std::chrono::seconds(30);
  /// Called from Poll and Flush, on their caller's thread, once for every accepted record.
  std::function<void(const Delivery&)> on_delivery;
};

/// Totals since Create.
struct ProducerStats {
  std::uint64_t accepted = 0;         ///< Records that Send took.
  std::uint64_t delivered = 0;        ///< Acknowledged by all in-sync replicas.
  std::uint64_t failed = 0;           ///< Given up; accepted = delivered + failed + in flight.
  std::uint64_t delivered_bytes = 0;  ///< Key and value bytes of the delivered ones.
};

/// An idempotent producer that asks for all acknowledgements, over librdkafka.
///
/// Send and stats: any thread. Poll and Flush: one thread at a time. librdkafka runs threads of its
/// own, which never call into our code except to log.
class Producer {
 public:
  static constexpr std::int32_t kByKey = -1;  ///< As partition: chosen by the key's hash.

  /// Does not connect: an unreachable cluster shows as failed deliveries.
  static Result<std::unique_ptr<Producer>> Create(const ProducerOptions& options);
  /// Drops what was not delivered yet; call Flush first to keep it.
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Queues a copy of the record. kResourceExhausted (retriable) when the queue is full: Poll, then
  /// try again. kNotFound: no such topic or partition. kFailedPrecondition: the producer met a
  /// fatal error and must be made anew.
  Status Send(std::string_view topic, std::int32_t partition, std::optional<std::string_view> key,
              std::string_view value, std::uint64_t opaque = 0);

  /// Handles answers that have come, waiting up to `timeout` for the first. Must be called now and
  /// then, else the queue stays full.
  void Poll(Duration timeout);

  /// Waits until nothing is in flight. The first delivery error since the last Flush, or
  /// kDeadlineExceeded when records are still in flight after `timeout`.
  Status Flush(Duration timeout);

  std::size_t in_flight() const;
  ProducerStats stats() const;

 private:
  struct Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace levelwind::kafka
