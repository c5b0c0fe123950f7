#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/healing.h"

namespace levelwind::store {

class Database;

struct HealingRecordOptions {
  /// Where `healing.db` is or is to be; empty: nothing is kept.
  std::string directory;
  std::size_t keep_closed = 1000;  ///< The newest closed cases.
  std::int64_t max_bytes = std::int64_t{64} << 20;
};

/// The decision records of self-healing and what was done lately, over restarts: `healing.db`, a
/// file of SQLite with one connection, `synchronous=FULL`. What Save returned Ok for survives a
/// power failure, so that the healing may act upon it. What the planner is to be asked for
/// (Anomaly::request) is not kept: it is made anew from what the cluster shows.
///
/// Any thread; a mutex is held for the time of a call.
class HealingRecord {
 public:
  /// Makes the directory (mode 0700) if it is missing. kDataLoss: the file is damaged or another
  /// program's; it is left as it is, for a person to move away. Others as the disk says.
  static Result<std::unique_ptr<HealingRecord>> Open(const HealingRecordOptions& options);
  ~HealingRecord();

  /// All of it, or nothing.
  Status Save(const std::vector<HealingCase>& cases, const std::vector<HealingAct>& acts);

  struct Stored {
    std::vector<HealingCase> cases;  ///< Open ones and the newest closed ones, oldest first.
    std::vector<HealingAct> acts;    ///< Of the last days, oldest first.
  };
  /// Rows that make no sense are kDataLoss: then nobody knows what was done.
  Result<Stored> Load();

 private:
  explicit HealingRecord(HealingRecordOptions options);
  Status Prepare();
  Status Prune();

  const HealingRecordOptions options_;
  std::mutex mutex_;
  std::unique_ptr<Database> db_;  ///< Null: nothing is kept.
};

}  // namespace levelwind::store
