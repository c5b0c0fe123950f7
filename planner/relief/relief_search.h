#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "planner/relief/relief_task.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// One replica off the broker that is relieved.
struct ReliefStep {
  std::uint32_t partition = 0;
  BrokerIndex to = 0;
  double bytes = 0;
};

/// What leaves one broker. The best is what leaves least above the threshold, then what lacks least
/// of the margin below it, too, then what copies least.
struct ReliefChoice {
  double over = std::numeric_limits<double>::infinity();     ///< Bytes left above the threshold.
  double lacking = std::numeric_limits<double>::infinity();  ///< With the margin.
  double bytes = std::numeric_limits<double>::infinity();
  std::vector<ReliefStep> steps;
};

struct ReliefLimits {
  double bytes = std::numeric_limits<double>::infinity();
  std::size_t moves = std::numeric_limits<std::size_t>::max();
  bool margin = true;  ///< Below the threshold, too, and not only down to it.
};

/// How many targets are tried for each replica.
enum class ReliefWidth : std::uint8_t { kEmptiest, kAll };

/// Which replicas leave one broker, and where they go: depth first, the largest replica first, cut
/// off where nothing better can come. `placement` is changed while it searches and is back as it
/// was afterwards. For one use.
class ReliefSearch {
 public:
  /// No lane of `kept` gets worse on any broker.
  ReliefSearch(const ReliefTask& task, Placement& placement, BrokerIndex broker,
               const LaneFlags& kept, const ReliefLimits& limits);

  ReliefChoice Run(ReliefWidth width);
  /// Whether no other choice of replicas has clearly fewer bytes, as far as can be told without
  /// trying other targets.
  bool is_near_least() const { return near_least_; }

 private:
  struct Item {
    std::uint32_t partition = 0;
    double copies = 0, frees = 0;
    std::size_t dir = 0;  ///< Of needs_; 0: of none that needs anything.
  };
  void ReadNeeds(const ReliefTask& task);
  void ReadItems(const ReliefTask& task);
  void ReadLanes();
  void Extend(std::size_t from);
  void Consider();
  bool Promises(std::size_t from) const;
  bool Helps(const Item& item) const;
  double Lacking() const;
  double Over() const;
  double LeastFurther() const;
  std::vector<BrokerIndex> TargetsFor(const Item& item);
  bool Fits(const Item& item, const Vec8& load, BrokerIndex to) const;
  bool SourceAllows(const Vec8& load) const;
  double FilledBy(const Item& item, BrokerIndex to) const;
  void Apply(const Item& item, BrokerIndex to, double sign);

  Placement& placement_;
  const ReliefTask& task_;
  const BrokerIndex broker_;
  const LaneFlags kept_;
  const double rounding_;
  ReliefLimits limits_;
  std::vector<double> needs_;   ///< Still to leave: the broker, then its log dirs.
  std::vector<double> spares_;  ///< Of each, the margin.
  std::vector<Item> items_;
  /// What all items from each one on take off each of needs_.
  std::vector<std::vector<double>> rest_;
  std::vector<LaneArray> loads_;
  std::vector<double> room_;
  double enough_ = 0;  ///< So few bytes that no search for fewer is worth while.
  double bytes_ = 0;   ///< Of steps_.
  std::vector<ReliefStep> steps_;
  ReliefChoice best_;
  std::size_t width_ = 1;
  std::size_t nodes_left_ = 0;
  bool done_ = false, blocked_ = false, near_least_ = false;
};

}  // namespace levelwind::planner
