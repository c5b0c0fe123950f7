#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace levelwind::planner {

/// One replica of a broker, by its place; bytes.
struct DirReplica {
  std::size_t dir = 0;  ///< Where it is now.
  double bytes = 0;
  bool movable = true;
};

/// One log dir of a broker. Capacity > 0, bytes.
struct DirState {
  double capacity = 0;
  double used = 0;
  bool receives = true;  ///< False: is to be emptied, or has failed.
};

/// How full the log dirs may be, as shares of their capacity.
struct DirBand {
  double low = 0, high = 1;  ///< What counts as level.
  double cap = 1;            ///< What is allowed.
};

/// The replicas of one broker on its log dirs, and the search for better places: greedily what
/// relieves most per byte, then swaps. Deterministic.
class DirBalance {
 public:
  /// `replicas` of dirs that exist; their bytes are in the `used` of their dirs.
  DirBalance(std::vector<DirState> dirs, std::vector<DirReplica> replicas);

  /// Moves what is in dirs that receive nothing to the emptiest others, the largest first, as long
  /// as these stay under `cap`. Returns how many replicas found no place.
  std::size_t Empty(double cap);
  /// Moves until every dir is inside the band, or nothing helps.
  void Level(const DirBand& band);

  const std::vector<DirState>& dirs() const { return dirs_; }
  const std::vector<DirReplica>& replicas() const { return replicas_; }
  /// Share of its capacity that a dir has in use.
  double Share(std::size_t dir) const { return dirs_[dir].used / dirs_[dir].capacity; }
  /// Bytes in use by bytes of capacity over all dirs that receive.
  double MeanShare() const;

 private:
  struct Step {
    std::size_t replica = 0, to = 0;
    std::optional<std::size_t> back;  ///< The replica that comes back from `to`.
    double gain = 0, bytes = 0;
  };
  double Outside(std::size_t dir, double used, const DirBand& band) const;
  double Over(std::size_t dir, double used, const DirBand& band) const;
  double Gain(std::size_t from, std::size_t to, double bytes, const DirBand& band) const;
  std::optional<Step> BestMove(const DirBand& band) const;
  std::optional<Step> BestSwap(const DirBand& band) const;
  void Move(std::size_t replica, std::size_t to);

  std::vector<DirState> dirs_;
  std::vector<DirReplica> replicas_;
};

}  // namespace levelwind::planner
