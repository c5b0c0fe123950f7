#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"
#include "tests/sim_cluster/sim_state.h"
#include "tests/sim_cluster/sim_types.h"

namespace levelwind::testing {

/// Consumer groups and their commits. Not thread-safe.
class SimGroups {
 public:
  struct Commit {
    double offset = 0;  ///< At `since`.
    double records_per_s = 0;
    SteadyTime since;
  };
  struct Group {
    SimGroup info;  ///< Its `commits` are moved to the member below.
    std::map<TopicPartition, Commit> commits;
  };

  /// Replaces a group of the same name.
  void Put(const SimGroup& group, SteadyTime now);
  void Erase(const std::string& name) {
    groups_.erase(name);
    ++version_;
  }
  const Group* Find(const std::string& name) const;
  const std::map<std::string, Group>& all() const { return groups_; }
  void SetCommit(const std::string& group, const SimCommit& commit, SteadyTime now);

  /// The committed offset now: it never runs past the end of the log.
  static double OffsetNow(const Commit& commit, const TopicPartition& tp, const SimState& state);
  /// The live broker that looks after a group of this name; kNoBroker when there is none. A chosen
  /// coordinator that is dead has no stand-in, since its partition of the offsets topic has no
  /// other replica; a broker chosen by the name is replaced at once.
  BrokerId CoordinatorOf(const std::string& name, const SimState& state) const;
  /// The groups that a broker coordinates, by name; the list is kept until groups or brokers
  /// change.
  const std::vector<const Group*>& On(BrokerId broker, const SimState& state) const;

 private:
  std::map<std::string, Group> groups_;
  std::uint64_t version_ = 1;
  mutable std::map<BrokerId, std::vector<const Group*>> on_;
  mutable std::uint64_t on_groups_ = 0;  ///< The versions that on_ is of.
  mutable std::uint64_t on_alive_ = 0;
};

}  // namespace levelwind::testing
