#include "store/lag_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "store/sqlite.h"
#include "store/state_directory.h"

namespace levelwind::store {
namespace {

constexpr int kMostAttempts = 4;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

struct Tier {
  std::int64_t step_ms;
  std::size_t in_memory;  ///< Spans; more than a chunk, so that the one being filled is all here.
  std::int64_t on_disk_ms;
};
constexpr std::array<Tier, 3> kTiers = {{
    {10'000, 60, 0},
    {kMinuteMs, 90, 2 * kDayMs},
    {10 * kMinuteMs, 66, 30 * kDayMs},
}};

// "LWH1": tells our file from any other SQLite file.
constexpr std::int64_t kApplicationId = 0x4c574831;
// By age first: what is deleted together lies together, and its pages become free.
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS series(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS chunks(
  tier INTEGER NOT NULL, start INTEGER NOT NULL, series INTEGER NOT NULL, points BLOB NOT NULL,
  PRIMARY KEY(tier, start, series)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_ends(
  topic BLOB NOT NULL, partition INTEGER NOT NULL, topic_id TEXT NOT NULL, points BLOB NOT NULL,
  PRIMARY KEY(topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_dirs(
  broker INTEGER NOT NULL, path BLOB NOT NULL, step_ms INTEGER NOT NULL, newest_ms INTEGER NOT NULL,
  used BLOB NOT NULL, PRIMARY KEY(broker, path)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chunks_by_series ON chunks(tier, series, start);
)sql";

std::int64_t ChunkMs(const Tier& tier) {
  return tier.step_ms * static_cast<std::int64_t>(kChunkPoints);
}

/// PATH.damaged-N, the first that is free; SQLite's side files go along.
Result<std::string> PutAside(const std::string& path) {
  for (int n = 1; n < 1000; ++n) {
    const std::string aside = fmt::format("{}.damaged-{}", path, n);
    std::error_code problem;
    if (std::filesystem::exists(aside, problem)) continue;
    std::filesystem::rename(path, aside, problem);
    if (problem) {
      return Error(ErrorCode::kPermissionDenied,
                   fmt::format("renaming {}: {}", path, problem.message()));
    }
    for (const char* side : {"-wal", "-shm"}) std::filesystem::remove(path + side, problem);
    return aside;
  }
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("{} was put aside too often; delete {}.damaged-*", path, path));
}

}  // namespace

/// Points of any tier added up into the spans that were asked for.
class SpanSums {
 public:
  SpanSums(std::int64_t from_ms, std::int64_t to_ms, std::int64_t step_ms)
      : from_ms_(from_ms / step_ms * step_ms),
        to_ms_(to_ms),
        step_ms_(step_ms),
        sums_(static_cast<std::size_t>((to_ms - from_ms_ + step_ms - 1) / step_ms)) {}

  void Add(std::int64_t at_ms, const LagPoint& point) {
    if (point.empty() || at_ms < from_ms_ || at_ms >= to_ms_) return;
    sums_[static_cast<std::size_t>((at_ms - from_ms_) / step_ms_)].Add(point);
  }
  std::int64_t from_ms() const { return from_ms_; }
  std::int64_t to_ms() const { return to_ms_; }

  GroupLagHistory Take(const std::string& group) const {
    GroupLagHistory history{group, from_ms_, step_ms_, {}};
    history.points.reserve(sums_.size());
    for (const PointSum& sum : sums_) history.points.push_back(sum.point());
    return history;
  }

 private:
  std::int64_t from_ms_;
  std::int64_t to_ms_;
  std::int64_t step_ms_;
  std::vector<PointSum> sums_;
};

struct LagHistory::Group {
  std::array<LagSeries, kTiers.size()> tiers = {{
      {kTiers[0].step_ms, kTiers[0].in_memory},
      {kTiers[1].step_ms, kTiers[1].in_memory},
      {kTiers[2].step_ms, kTiers[2].in_memory},
  }};
  std::int64_t series = 0;  ///< Its row in the file; 0: none yet.
};

LagHistory::LagHistory(const LagHistoryOptions& options)
    : options_(options), path_(options.directory + "/lag-history.db") {}
LagHistory::~LagHistory() = default;

Result<std::unique_ptr<LagHistory>> LagHistory::Open(const LagHistoryOptions& options,
                                                     std::string* note) {
  for (int attempt = 0;; ++attempt) {
    std::unique_ptr<LagHistory> history(new LagHistory(options));
    if (options.directory.empty()) return history;
    const Status ready = history->Prepare();
    if (ready.ok()) return history;
    if (ready.error().code() != ErrorCode::kDataLoss || attempt > 0) return ready.error();
    const std::string path = history->path_;
    history.reset();
    LW_ASSIGN_OR_RETURN(const std::string aside, PutAside(path));
    if (note != nullptr) {
      *note = fmt::format("{}; it was put aside as {}", ready.error().ToString(), aside);
    }
  }
}

Status LagHistory::Prepare() {
  LW_RETURN_IF_ERROR(StateDirectory::Make(options_.directory));
  LW_RETURN_IF_ERROR(StateDirectory::EnsurePrivate(path_));
  LW_ASSIGN_OR_RETURN(Database db, Database::Open(path_, "lag history"));
  db_ = std::make_unique<Database>(std::move(db));
  LW_RETURN_IF_ERROR(db_->Exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0;"));
  // Not FULL: a power failure may cost the last minutes, never the file.
  LW_RETURN_IF_ERROR(db_->Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
  LW_ASSIGN_OR_RETURN(const std::int64_t owner, db_->QueryInt("PRAGMA application_id"));
  LW_ASSIGN_OR_RETURN(const std::int64_t tables,
                      db_->QueryInt("SELECT count(*) FROM sqlite_master"));
  if (owner != kApplicationId && tables > 0) {
    return DataLoss(fmt::format("{} is not a lag history of Levelwind", path_));
  }
  LW_ASSIGN_OR_RETURN(const std::string verdict, db_->QueryText("PRAGMA quick_check(1)"));
  if (verdict != "ok") return DataLoss(fmt::format("{} is damaged: {}", path_, verdict));
  LW_ASSIGN_OR_RETURN(const std::int64_t page_size, db_->QueryInt("PRAGMA page_size"));
  const std::int64_t pages = std::max<std::int64_t>(16, options_.max_bytes / page_size);
  LW_RETURN_IF_ERROR(db_->Exec(fmt::format("PRAGMA max_page_count={}", pages).c_str()));
  LW_RETURN_IF_ERROR(db_->Exec(fmt::format("PRAGMA application_id={}", kApplicationId).c_str()));
  return db_->Exec(kTables);
}

LagHistory::Group& LagHistory::GroupOf(const std::string& name) {
  const auto [at, fresh] = groups_.try_emplace(name);
  if (fresh && db_ != nullptr) {
    Statement known(*db_, "SELECT id FROM series WHERE name = ?");
    const auto row = known.BindBlob(name).Next();
    if (row.ok() && *row) at->second.series = known.Int(0);
    // What cannot be read is missing in the picture; the next write says what is wrong.
    const Status ignored = Restore(at->second);
    static_cast<void>(ignored);
  }
  return at->second;
}

/// The chunk that was being filled, so that going on does not overwrite its beginning.
Status LagHistory::Restore(Group& group) {
  if (group.series == 0) return Ok();
  for (std::size_t tier = 1; tier < kTiers.size(); ++tier) {
    Statement newest(*db_,
                     "SELECT start, points FROM chunks WHERE tier = ? AND series = ? "
                     "ORDER BY start DESC LIMIT 1");
    newest.Bind(static_cast<std::int64_t>(tier)).Bind(group.series);
    LW_ASSIGN_OR_RETURN(const bool row, newest.Next());
    if (!row) continue;
    const auto points = DecodeChunk(newest.Blob(1));
    if (!points) continue;
    for (std::size_t i = 0; i < points->size(); ++i) {
      if ((*points)[i].empty()) continue;
      const auto back = static_cast<std::int64_t>(i) * kTiers[tier].step_ms;
      group.tiers[tier].Add(newest.Int(0) + back, (*points)[i]);
    }
  }
  return Ok();
}

void LagHistory::Add(const ClusterSnapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  if (snapshot.sequence == last_sequence_) return;
  last_sequence_ = snapshot.sequence;
  const std::int64_t now = snapshot.taken_at.unix_ms;
  newest_ms_ = std::max(newest_ms_, now);
  for (const ConsumerGroup& group : snapshot.groups) {
    LagPoint point;
    if (IsKnown(group.total_lag)) point.lag = static_cast<float>(group.total_lag);
    point.lag_seconds = static_cast<float>(group.time_lag.seconds);
    if (point.empty()) continue;
    point.consumed_per_s = static_cast<float>(group.consume_rate_per_s);
    for (LagSeries& series : GroupOf(group.name).tiers) series.Add(now, point);
  }
}

Status LagHistory::Flush() {
  const std::lock_guard lock(mutex_);
  if (db_ == nullptr) {
    std::erase_if(groups_, [&](const auto& entry) {
      return entry.second.tiers[0].to_ms() < newest_ms_ - kDayMs;
    });
    return Ok();
  }
  LW_RETURN_IF_ERROR(Prune());
  Status written = WriteAll();
  for (int attempt = 0; attempt < kMostAttempts && !written.ok(); ++attempt) {
    if (written.error().code() != ErrorCode::kResourceExhausted) break;
    LW_RETURN_IF_ERROR(MakeRoom());
    written = WriteAll();
  }
  LW_RETURN_IF_ERROR(written);
  flushed_ms_ = newest_ms_;
  std::erase_if(groups_, [&](const auto& entry) {
    return entry.second.tiers[0].to_ms() < newest_ms_ - kDayMs;
  });
  return Ok();
}

Status LagHistory::WriteAll() {
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  for (auto& [name, group] : groups_) LW_RETURN_IF_ERROR(WriteGroup(name, group));
  return transaction.Commit();
}

Status LagHistory::WriteGroup(const std::string& name, Group& group) {
  if (group.tiers[0].to_ms() <= flushed_ms_) return Ok();
  Statement add(*db_, "INSERT OR IGNORE INTO series(name) VALUES(?)");
  LW_RETURN_IF_ERROR(add.BindBlob(name).Run());
  Statement find(*db_, "SELECT id FROM series WHERE name = ?");
  LW_ASSIGN_OR_RETURN(const bool row, find.BindBlob(name).Next());
  if (row) group.series = find.Int(0);
  for (std::size_t tier = 1; tier < kTiers.size(); ++tier) {
    const LagSeries& series = group.tiers[tier];
    const std::int64_t length = ChunkMs(kTiers[tier]);
    const std::int64_t from = std::max(flushed_ms_, series.from_ms()) / length * length;
    for (std::int64_t start = from; start < series.to_ms(); start += length) {
      std::vector<LagPoint> points;
      for (std::size_t i = 0; i < kChunkPoints; ++i) {
        points.push_back(series.At(start + static_cast<std::int64_t>(i) * kTiers[tier].step_ms));
      }
      if (std::ranges::all_of(points, &LagPoint::empty)) continue;
      Statement write(*db_, "REPLACE INTO chunks VALUES(?, ?, ?, ?)");
      LW_RETURN_IF_ERROR(write.Bind(static_cast<std::int64_t>(tier))
                             .Bind(start)
                             .Bind(group.series)
                             .BindBlob(EncodeChunk(points))
                             .Run());
    }
  }
  return Ok();
}

Status LagHistory::Prune() {
  for (std::size_t tier = 1; tier < kTiers.size(); ++tier) {
    Statement old(*db_, "DELETE FROM chunks WHERE tier = ? AND start < ?");
    LW_RETURN_IF_ERROR(old.Bind(static_cast<std::int64_t>(tier))
                           .Bind(newest_ms_ - kTiers[tier].on_disk_ms - ChunkMs(kTiers[tier]))
                           .Run());
  }
  return Ok();
}

/// The oldest eighth of each tier's time.
Status LagHistory::MakeRoom() {
  return db_->Exec(
      "DELETE FROM chunks WHERE start < (SELECT min(o.start) + (max(o.start) - min(o.start)) / 8 "
      "+ 1 FROM chunks o WHERE o.tier = chunks.tier);"
      "DELETE FROM series WHERE id NOT IN (SELECT series FROM chunks);");
}

Status LagHistory::ReadFile(std::int64_t series, std::size_t tier, std::int64_t before_ms,
                            SpanSums& sums) {
  Statement chunks(*db_,
                   "SELECT start, points FROM chunks WHERE tier = ? AND series = ? AND start > ? "
                   "AND start < ? ORDER BY start");
  chunks.Bind(static_cast<std::int64_t>(tier))
      .Bind(series)
      .Bind(sums.from_ms() - ChunkMs(kTiers[tier]))
      .Bind(std::min(before_ms, sums.to_ms()));
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool row, chunks.Next());
    if (!row) return Ok();
    const auto points = DecodeChunk(chunks.Blob(1));
    if (!points) continue;
    for (std::size_t i = 0; i < points->size(); ++i) {
      const std::int64_t at = chunks.Int(0) + static_cast<std::int64_t>(i) * kTiers[tier].step_ms;
      if (at < before_ms) sums.Add(at, (*points)[i]);
    }
  }
}

Result<GroupLagHistory> LagHistory::Read(const std::string& group, std::int64_t from_ms,
                                         std::int64_t to_ms, std::size_t most_points) {
  if (from_ms < 0 || from_ms >= to_ms || to_ms - from_ms > 400 * kDayMs) {
    return InvalidArgument(fmt::format(
        "a history from {} to {} (unix ms) cannot be shown; ask for a span of up to 400 days",
        from_ms, to_ms));
  }
  const std::lock_guard lock(mutex_);
  std::size_t tier = 0;
  const auto kept_ms = [&](const Tier& one) {
    const std::int64_t in_memory = one.step_ms * static_cast<std::int64_t>(one.in_memory);
    return db_ != nullptr ? std::max(in_memory, one.on_disk_ms) : in_memory;
  };
  while (tier + 1 < kTiers.size() && newest_ms_ - from_ms > kept_ms(kTiers[tier])) ++tier;
  const auto live = groups_.find(group);
  // The finest spans are lost with the process: they do only where they reach back far enough.
  const bool fine =
      live != groups_.end() && live->second.tiers[0].from_ms() <= from_ms + kTiers[0].step_ms;
  if (tier == 0 && !fine) tier = 1;
  const auto most = static_cast<std::int64_t>(std::max<std::size_t>(1, most_points));
  const std::int64_t spans = (to_ms - from_ms) / kTiers[tier].step_ms + 1;
  SpanSums sums(from_ms, to_ms, kTiers[tier].step_ms * ((spans + most - 1) / most));

  std::int64_t series = 0;
  std::int64_t memory_from = to_ms;
  if (live != groups_.end()) {
    const LagSeries& kept = live->second.tiers[tier];
    series = live->second.series;
    memory_from = kept.from_ms();
    for (std::int64_t at = kept.from_ms(); at < kept.to_ms(); at += kept.step_ms()) {
      sums.Add(at, kept.At(at));
    }
  } else if (db_ != nullptr) {
    Statement known(*db_, "SELECT id FROM series WHERE name = ?");
    LW_ASSIGN_OR_RETURN(const bool row, known.BindBlob(group).Next());
    if (row) series = known.Int(0);
  }
  if (live == groups_.end() && series == 0) {
    return NotFound(fmt::format("nothing is known of a group '{}'", EscapeControl(group)));
  }
  if (db_ != nullptr && series != 0 && tier > 0) {
    LW_RETURN_IF_ERROR(ReadFile(series, tier, memory_from, sums));
  }
  return sums.Take(group);
}

std::size_t LagHistory::group_count() const {
  const std::lock_guard lock(mutex_);
  return groups_.size();
}

}  // namespace levelwind::store
