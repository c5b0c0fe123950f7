#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/cluster_table.h"
#include "collectors/collector_options.h"
#include "model/burrow.h"
#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// A commit as its source tells it.
struct SeenCommit {
  std::string_view group;
  std::int32_t partition = -1;  ///< Index into the table's partitions.
  std::int64_t offset = 0;
  WallTime made_at;
  std::int64_t order = 0;  ///< Where the source has it; of one source only.
};

/// Keeps the commits and end offsets that Burrow's rules look at, as Burrow's storage does.
///
/// Whoever sees a commit tells it: looks at the groups (Poll), which only see that a commit changed
/// and take the time of the look for the commit's; what was read last of `__consumer_offsets`
/// (Hear), which has the commits' own times; or a source of single commits that knows their order
/// (AddCommit). Orders of different sources do not compare: AddCommit is for all commits of a group
/// or for none.
///
/// Groups are shared with the snapshots that were published: one that changed is written anew, the
/// others are not touched. Monitor thread only.
class BurrowRings {
 public:
  explicit BurrowRings(const BurrowOptions& options) : options_(options) {}

  /// A look at the end offsets, by partition index. Looks closer together than `offset_refresh`
  /// take each other's place.
  void AddEnds(SteadyTime at, const std::vector<std::int64_t>& ends);

  /// Takes a commit in, with its lag against the newest end offset. Not those that are older than
  /// `expire_group`, nor of partitions whose end was never told, nor what the ring already has.
  /// What is older than the newest commit of a partition is put where it belongs, without a lag.
  void AddCommit(const SeenCommit& commit, WallTime now);

  /// Adds a commit for each offset that is not what it was at the last look, but for the partitions
  /// in `heard` (ascending).
  void Poll(const ConsumerGroup& group, std::span<const std::int32_t> heard, WallTime at);
  /// The last commit of a partition, as records tell it: added unless it is the one that was told
  /// last, so also when the same offset was committed again. `order` is not looked at: those of
  /// looks and these come one after the other.
  void Hear(SeenCommit last, WallTime now);

  /// Forgets the commits of a group, or (`topic` not null) of one of its topics. They are back when
  /// the group commits something else.
  void Forget(const std::string& group, const Topic* topic);
  /// The group is gone.
  void Drop(const std::string& group) { groups_.erase(group); }
  template <class Keep>
  void DropAllBut(Keep keep) {
    std::erase_if(groups_, [&](const auto& entry) { return !keep(entry.first); });
  }

  void Renumber(const Renumbering& map);

  /// Everything that was told until now.
  std::shared_ptr<const BurrowHistory> History();

 private:
  using Pending = std::vector<std::pair<std::int32_t, BurrowCommit>>;  // by partition
  struct Kept {
    std::shared_ptr<const BurrowGroup> group;
    Pending pending;
  };

  Kept& KeptOf(std::string_view group);
  std::int64_t NewestEnd(std::int32_t partition) const;
  void Apply(Kept& kept) const;

  const BurrowOptions options_;
  std::map<std::string, Kept, std::less<>> groups_;
  std::vector<std::shared_ptr<const std::vector<std::int64_t>>> ends_;
  SteadyTime ends_at_{};  // when the last of them was begun
  std::int64_t looks_ = 0;
};

/// Takes one commit into a ring of at most `rules.intervals`, oldest first: what AddCommit does to
/// a partition. Pure.
void InsertCommit(const BurrowRules& rules, BurrowCommit commit, std::vector<BurrowCommit>& ring);

}  // namespace levelwind::collectors
