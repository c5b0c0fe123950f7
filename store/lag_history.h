#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/disk_history.h"
#include "model/lag_history.h"
#include "model/offset_points.h"
#include "store/lag_series.h"

namespace levelwind::store {

class Database;
class SpanSums;

struct LagHistoryOptions {
  /// Where `lag-history.db` is or is to be; empty: in memory only, as long as the daemon runs.
  std::string directory;
  std::int64_t max_bytes = std::int64_t{256} << 20;  ///< The oldest spans go when it is full.
};

/// Every consumer group's lag over the last weeks, so that it can be drawn without a Prometheus.
///
/// | spans of | in memory for | on disk for |
/// |---|---|---|
/// | 10 s | 10 min | - |
/// | 1 min | 90 min | 48 h |
/// | 10 min | 11 h | 30 days |
///
/// Nothing depends on it: what the disk refuses is told and lost, a damaged file is put aside. The
/// file is one of SQLite, with one connection. About 3 KB of memory a group; on disk 750 B a group
/// and 60 spans, 30 B where all are alike.
///
/// Any thread; a mutex is held for the time of a call, during Flush for the time of a write.
class LagHistory {
 public:
  /// Makes the directory (mode 0700) if it is missing; its parent must exist.
  /// kFailedPrecondition: another process has the file; kNotFound, kPermissionDenied, kUnavailable,
  /// kResourceExhausted: as the disk says. A file that is damaged or of another program is renamed
  /// to lag-history.db.damaged-N and a new one begun; `note` says so.
  static Result<std::unique_ptr<LagHistory>> Open(const LagHistoryOptions& options,
                                                  std::string* note = nullptr);
  ~LagHistory();

  /// Takes all groups' lags; a snapshot that it has seen counts once.
  void Add(const ClusterSnapshot& snapshot);

  /// Writes what came since the last call. After an error the same is tried again the next time.
  Status Flush();

  /// A group's lag from `from_ms` to before `to_ms` (unix time), in the finest spans that are kept
  /// for so long and are at most `most_points` (at least 1). kNotFound: nothing is known of the
  /// group; kInvalidArgument: from >= to, or below 0, or longer than 400 days.
  Result<GroupLagHistory> Read(const std::string& group, std::int64_t from_ms, std::int64_t to_ms,
                               std::size_t most_points);

  /// Replaces what is kept of the ends of logs over time; written at once.
  Status SaveOffsets(const std::vector<PartitionHistory>& histories);
  /// Nothing without a file. Rows that make no sense are left out.
  Result<std::vector<PartitionHistory>> LoadOffsets();

  /// The same for how full log dirs were.
  Status SaveDisks(const std::vector<DiskHistory>& disks);
  Result<std::vector<DiskHistory>> LoadDisks();

  std::size_t group_count() const;

 private:
  struct Group;

  explicit LagHistory(const LagHistoryOptions& options);
  Status Prepare();
  Group& GroupOf(const std::string& name);
  Status Restore(Group& group);
  Status WriteAll();
  Status WriteGroup(const std::string& name, Group& group);
  Status Prune();
  Status MakeRoom();
  Status ReadFile(std::int64_t series, std::size_t tier, std::int64_t before_ms, SpanSums& sums);

  const LagHistoryOptions options_;
  const std::string path_;
  mutable std::mutex mutex_;
  std::unique_ptr<Database> db_;  ///< Null: in memory only.
  std::map<std::string, Group> groups_;
  std::uint64_t last_sequence_ = 0;
  std::int64_t newest_ms_ = 0;
  std::int64_t flushed_ms_ = 0;
};

}  // namespace levelwind::store
