#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "collectors/load/broker_traffic.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// Fits a cluster's own cpu model to what its brokers showed: see CpuFit. Ordinary least squares;
/// a coefficient that would be negative is left out, for no traffic makes a broker cooler. The last
/// kMostRows figures count. It is shown beside the weights that plans use, not used by them. One
/// thread.
class CpuFitter {
 public:
  static constexpr std::size_t kMostRows = 600;
  static constexpr std::size_t kLeastRows = 20;

  /// One broker's cpu (percent) and traffic at one time. Unknown cpu is passed over.
  void Add(double cpu_percent, const BrokerTraffic& traffic);
  /// Fits anew.
  void Fit();
  /// Not known before there are kLeastRows rows with some variation.
  const CpuFit& fit() const { return fit_; }

 private:
  static constexpr std::size_t kTerms = 4;  ///< 1, leader in, leader out, follower in.
  struct Row {
    std::array<double, kTerms> x{};
    double cpu = 0;
    double weight = 0;  ///< BrokerTraffic::CpuWeight.
  };
  bool Solve(const std::array<bool, kTerms>& used, std::array<double, kTerms>& out) const;

  std::vector<Row> rows_;  ///< A ring.
  std::size_t next_ = 0;
  CpuFit fit_;
};

}  // namespace levelwind::collectors
