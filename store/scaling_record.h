#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind::store {

class Database;

struct ScalingRecordOptions {
  /// Where `scaling.db` is or is to be; empty: nothing is kept, and Save is an error.
  std::string directory;
  std::size_t keep_groups = 10'000;  ///< The oldest copies go.
  std::int64_t max_bytes = std::int64_t{256} << 20;
};

struct SavedOffset {
  TopicPartition partition;
  std::string topic_id;  ///< As text; empty: the brokers' Kafka has none.
  std::int64_t offset = kUnknownCount;
  friend bool operator==(const SavedOffset&, const SavedOffset&) = default;
};
struct SavedOffsets {
  std::string group;
  WallTime at;
  std::vector<SavedOffset> offsets;
};

/// Copies of the committed offsets of groups that were scaled to zero: `scaling.db`, a file of
/// SQLite with one connection, `synchronous=FULL`. What Save returned Ok for survives a power
/// failure. Any thread; a mutex is held for the time of a call.
class ScalingRecord {
 public:
  /// Makes the directory (mode 0700) if it is missing. kDataLoss: the file is damaged or another
  /// program's; it is left as it is, for a person to move away.
  static Result<std::unique_ptr<ScalingRecord>> Open(const ScalingRecordOptions& options);
  ~ScalingRecord();

  /// In place of the group's earlier copy; all or nothing. kFailedPrecondition: nothing is kept.
  Status Save(const SavedOffsets& saved);
  /// Nothing: never saved, or forgotten.
  Result<std::optional<SavedOffsets>> Load(const std::string& group);
  Status Forget(const std::string& group);

 private:
  explicit ScalingRecord(ScalingRecordOptions options);
  Status Prepare();

  const ScalingRecordOptions options_;
  std::mutex mutex_;
  std::unique_ptr<Database> db_;  ///< Null: nothing is kept.
};

}  // namespace levelwind::store
