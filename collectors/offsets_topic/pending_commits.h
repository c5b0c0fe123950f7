#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collectors/offsets_topic/commit_tracks.h"
#include "model/ids.h"

namespace levelwind::collectors {

/// A commit inside a transaction.
struct PendingCommit {
  std::string group;
  TopicPartition partition;
  Commit commit;
};

/// Commits of transactions that are open: they count when the transaction commits, and never when
/// it aborts. A transaction is known by the partition of the offsets topic and its producer.
///
/// Bounded: when one more commit would be too many, its whole transaction is lost; half of one
/// would be worse than none. The looks at the groups show its offsets all the same.
class PendingCommits {
 public:
  explicit PendingCommits(std::size_t most) : most_(most) {}

  void Add(std::int32_t log, std::int64_t producer, PendingCommit commit);

  struct Ended {
    bool known = false;  ///< It had commits of offsets.
    bool lost = false;
    std::vector<PendingCommit> commits;  ///< In the order of the log.
  };
  Ended End(std::int32_t log, std::int64_t producer);

  /// What was read of this log is not to be continued.
  void Forget(std::int32_t log);

  std::size_t size() const { return size_; }

 private:
  struct Transaction {
    bool lost = false;
    std::vector<PendingCommit> commits;
  };

  const std::size_t most_;
  std::size_t size_ = 0;
  std::map<std::pair<std::int32_t, std::int64_t>, Transaction> open_;
};

}  // namespace levelwind::collectors
