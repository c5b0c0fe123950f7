#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/security/security_options.h"
#include "model/ids.h"

namespace levelwind::kafka {

enum class StartOffset { kEarliest, kLatest };

struct ConsumerOptions {
  std::string bootstrap;  ///< host:port,host:port. Required.
  std::string client_id = "levelwind";
  SecurityOptions security;  ///< Not OAUTHBEARER and AWS_MSK_IAM: kUnimplemented.
  /// Required for Subscribe and Commit. A consumer that only assigns needs none.
  std::string group;
  /// Where a partition without a committed offset starts.
  StartOffset start = StartOffset::kEarliest;
  Duration session_timeout = std::chrono::seconds(10);  ///< Classic protocol only.
  bool kip848 = false;  ///< The broker-side group protocol of Kafka 4.0+.
  /// Classic protocol: "range", "cooperative-sticky", ...; empty: librdkafka's range,roundrobin.
  std::string assignor = {};
  bool read_committed = true;                ///< Leave out records of aborted transactions.
  std::int32_t max_queued_bytes = 16 << 20;  ///< Fetched ahead of Poll.
  /// Called from Poll, on its caller's thread, once for every CommitLater.
  std::function<void(const Status&)> on_commit;
};

struct ConsumedRecord {
  TopicPartition partition;
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;  ///< -1: the record has none.
  std::optional<std::string> key;
  std::optional<std::string> value;  ///< Empty: a tombstone.
};

/// A partition and where to read on. Special offsets: kFromStart and kFromEnd.
struct PartitionPosition {
  static constexpr std::int64_t kFromStart = -2;
  static constexpr std::int64_t kFromEnd = -1;
  TopicPartition partition;
  std::int64_t offset = kFromStart;
};

/// A consumer over librdkafka: a member of a group (Subscribe) or a free reader (Assign).
///
/// One thread at a time. librdkafka fetches ahead and sends heartbeats on threads of its own, so a
/// caller that polls slowly stays in its group, up to five minutes between two polls.
class Consumer {
 public:
  static Result<std::unique_ptr<Consumer>> Create(const ConsumerOptions& options);
  /// Leaves the group (as Close does).
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// Joins the group for these topics; returns before the group has formed.
  Status Subscribe(const std::vector<std::string>& topics);
  /// Reads exactly these partitions, without a group. Replaces an earlier assignment.
  Status Assign(const std::vector<PartitionPosition>& positions);

  /// The next record; empty when none came within `timeout`. Transient trouble (a broker away, a
  /// rebalance) is not an error, it just brings no record; what is returned as an Error is for the
  /// caller: a topic that does not exist, an authorization that is missing, an offset out of range.
  Result<std::optional<ConsumedRecord>> Poll(Duration timeout);

  /// Commits the offsets after all records that Poll has returned, and waits for the answer.
  /// Nothing new to commit is success.
  Status Commit();

  /// The same without waiting: on_commit tells the outcome, which may take a minute where the
  /// coordinator hangs. kNotFound: nothing new to commit, and on_commit is not called.
  Status CommitLater();

  /// The partitions that this consumer reads now.
  std::vector<TopicPartition> Assignment() const;

  /// Leaves the group without committing. Poll must not be called again.
  void Close();

 private:
  struct Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace levelwind::kafka
