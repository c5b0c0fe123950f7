#pragma once

#include <cstdint>
#include <iosfwd>
#include <vector>

#include "tests/properties/nasty_cluster.h"

namespace levelwind::planner::testing {

/// A cluster in few small numbers, each of which is plainer the smaller it is and plainest at 0, so
/// that making them smaller makes a failing cluster a small one that can be read.

/// A number of a snapshot.
enum class Figure : std::uint8_t {
  kUsual,
  kGiant,  ///< A thousand times the usual.
  kZero,
  kUnknownFigure,
  kNegative,
  kInfinite,
  kTiny,
};
inline constexpr int kFigures = 7;

struct BrokerShape {
  int rack = 0;   ///< 0: none.
  int state = 0;  ///< Alive, new, leaving, dead.
  bool operator==(const BrokerShape&) const = default;
};

struct PartitionShape {
  int first = 0;             ///< Which of the brokers leads, modulo their number.
  int stride = 0;            ///< Followers are on the brokers this many (and one) apart.
  int more = 0;              ///< Percent of load and size above the usual.
  int load = 0;              ///< A Figure.
  int size = 0;              ///< A Figure.
  int lost = 0;              ///< 1: another replica leads; 2: nobody does.
  bool offline = false;      ///< The last replica is in a failed log dir.
  bool reassigning = false;  ///< Being moved by someone else.
  bool operator==(const PartitionShape&) const = default;
};

struct TopicShape {
  int replicas = 1;
  std::vector<PartitionShape> partitions;
  bool operator==(const TopicShape&) const = default;
};

struct ClusterShape {
  std::vector<BrokerShape> brokers;
  std::vector<TopicShape> topics;
  int capacity = 0;      ///< None known, plenty, scarce, of unlike brokers, senseless.
  int max_moves = 0;     ///< 0: no limit; else one more than the limit.
  int max_bytes = 0;     ///< 0: no limit; else one more than the limit in usual partitions.
  int filter = 0;        ///< None, everything excluded, the first topic only.
  int max_replicas = 0;  ///< Per broker; 0: the default.
  int margin = 0;        ///< Percent; 0: the default.
  int extra = 0;         ///< Which property that costs a plan more (plan_properties.h).
  bool operator==(const ClusterShape&) const = default;
};

/// The cluster and the options of a shape. Any shape makes one.
NastyCase Build(const ClusterShape& shape);

/// One line per broker and partition.
std::ostream& operator<<(std::ostream& out, const ClusterShape& shape);

}  // namespace levelwind::planner::testing
