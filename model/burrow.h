#pragma once

// What Burrow's evaluation of consumer groups reckons with: the last commits of each partition of a
// group, and the last end offsets of each partition. The rules are detectors/burrow_verdict.h's.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/measure.h"

namespace levelwind {

/// Under Burrow's names and with its defaults.
struct BurrowRules {
  std::int32_t intervals = 10;   ///< Commits, and end offsets, that are kept. Range 2 to 100.
  std::int64_t allowed_lag = 0;  ///< Lag up to this is OK.
  double minimum_complete = 0;   ///< Share of `intervals` below which a partition is OK. 0 to 1.
  Duration expire_group = std::chrono::hours(168);  ///< A group without commits for this is gone.
  Duration min_distance{};  ///< Commits closer than this take the place of the one before.
};

struct BurrowCommit {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;  ///< When it was made.
  std::int64_t observed_ms = 0;   ///< When we saw it.
  std::int64_t order =
      0;  ///< Later commits of a partition have larger ones; Burrow takes offsets in
          ///< `__consumer_offsets`.
  std::int64_t lag = kUnknownCount;  ///< At that moment; unknown if it came out of order.
  friend bool operator==(const BurrowCommit&, const BurrowCommit&) = default;
};

/// What is kept of one group: per partition the last commits, packed into about a hundred bytes.
/// Immutable once it is in a BurrowHistory.
class BurrowGroup {
 public:
  struct Ring {
    std::int32_t partition = -1;    ///< Index into ClusterSnapshot::partitions.
    std::uint32_t begin = 0;        ///< Into the packed bytes.
    std::int64_t last_offset = -1;  ///< Of the last commit, also when the commits were forgotten.
    std::int64_t last_ms = -1;      ///< And its time.
    bool empty = true;              ///< Forgotten: there for what the last one was only.
  };

  explicit BurrowGroup(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  /// Sorted by partition.
  const std::vector<Ring>& rings() const { return rings_; }
  const Ring* Find(std::int32_t partition) const;
  /// Oldest first.
  std::vector<BurrowCommit> CommitsOf(const Ring& ring) const;
  /// Whether it has any commit.
  bool has_commits() const { return last_commit_ms_ >= 0; }
  std::int64_t last_commit_ms() const { return last_commit_ms_; }
  /// Memory, all told.
  std::size_t bytes() const;

  /// For building: appends a ring; partitions ascend. `commits` oldest first; none: forgotten.
  void Append(std::int32_t partition, std::span<const BurrowCommit> commits,
              std::int64_t last_offset, std::int64_t last_ms = kUnknownCount);
  void ShrinkToFit();

 private:
  std::string name_;
  std::vector<Ring> rings_;
  std::vector<std::uint8_t> packed_;
  std::int64_t last_commit_ms_ = -1;
};

struct BurrowHistory {
  BurrowRules rules;
  std::vector<std::shared_ptr<const BurrowGroup>> groups;  ///< Sorted by name.
  /// The last end offsets by partition index, oldest first; unknown where none was told.
  std::vector<std::shared_ptr<const std::vector<std::int64_t>>> ends;

  /// Null when there is none, it has no commit, or its last one is older than `expire_group`.
  const BurrowGroup* Find(std::string_view name, WallTime now) const;
  /// Whether Find would give it.
  bool IsAlive(const BurrowGroup& group, WallTime now) const;
  /// The known ones of a partition, oldest first.
  std::vector<std::int64_t> EndsOf(std::int32_t partition) const;
};

}  // namespace levelwind
