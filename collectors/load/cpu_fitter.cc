#include "collectors/load/cpu_fitter.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr double kMiB = 1 << 20;

}  // namespace

void CpuFitter::Add(double cpu_percent, const BrokerTraffic& traffic) {
  if (!std::isfinite(cpu_percent) || cpu_percent < 0) return;
  Row row;
  row.x = {1, traffic.leader_in / kMiB, traffic.leader_out / kMiB, traffic.follower_in / kMiB};
  row.cpu = cpu_percent;
  row.weight = traffic.CpuWeight() / kMiB;
  if (rows_.size() < kMostRows) {
    rows_.push_back(row);
  } else {
    rows_[next_] = row;
  }
  next_ = (next_ + 1) % kMostRows;
}

/// The normal equations by Gauss with pivots; what cannot be told apart (a pivot of nothing) has no
/// solution.
bool CpuFitter::Solve(const std::array<bool, kTerms>& used, std::array<double, kTerms>& out) const {
  std::array<std::array<double, kTerms + 1>, kTerms> m{};
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < kTerms; ++i) {
      for (std::size_t j = 0; j < kTerms; ++j) m[i][j] += row.x[i] * row.x[j];
      m[i][kTerms] += row.x[i] * row.cpu;
    }
  }
  std::array<double, kTerms> size{};
  for (std::size_t i = 0; i < kTerms; ++i) {
    size[i] = m[i][i];
    if (used[i]) continue;
    m[i].fill(0);
    for (auto& line : m) line[i] = 0;
    m[i][i] = 1;
    size[i] = 1;
  }
  constexpr double kNothing = 1e-9;
  for (std::size_t k = 0; k < kTerms; ++k) {
    std::size_t best = k;
    for (std::size_t i = k + 1; i < kTerms; ++i) {
      if (std::abs(m[i][k]) > std::abs(m[best][k])) best = i;
    }
    std::swap(m[k], m[best]);
    if (std::abs(m[k][k]) <= kNothing * std::max(size[k], 1e-12)) return false;
    for (std::size_t i = 0; i < kTerms; ++i) {
      if (i == k) continue;
      const double factor = m[i][k] / m[k][k];
      for (std::size_t j = k; j <= kTerms; ++j) m[i][j] -= factor * m[k][j];
    }
  }
  for (std::size_t i = 0; i < kTerms; ++i) out[i] = used[i] ? m[i][kTerms] / m[i][i] : 0;
  return true;
}

void CpuFitter::Fit() {
  fit_ = {};
  if (rows_.size() < kLeastRows) return;
  std::array<bool, kTerms> used = {true, true, true, true};
  std::array<double, kTerms> terms{};
  for (std::size_t round = 0; round < kTerms; ++round) {
    if (!Solve(used, terms)) {
      // Two kinds of traffic always go together (no consumers, say): one of them speaks for both.
      const auto last = std::find(used.rbegin(), used.rend(), true);
      if (last == used.rend()) return;
      *last = false;
      continue;
    }
    const auto lowest = std::min_element(terms.begin(), terms.end());
    if (*lowest >= 0) break;
    used[static_cast<std::size_t>(lowest - terms.begin())] = false;
  }
  if (std::ranges::any_of(terms, [](double term) { return !(term >= 0); })) return;
  double mean = 0;
  double by_weight = 0;
  double weights = 0;
  for (const Row& row : rows_) {
    mean += row.cpu / static_cast<double>(rows_.size());
    by_weight += row.weight * row.cpu;
    weights += row.weight * row.weight;
  }
  const double scale = weights > 0 ? by_weight / weights : 0;
  double missed = 0;
  double missed_by_weights = 0;
  double spread = 0;
  for (const Row& row : rows_) {
    double said = 0;
    for (std::size_t i = 0; i < kTerms; ++i) said += terms[i] * row.x[i];
    missed += (row.cpu - said) * (row.cpu - said);
    missed_by_weights += (row.cpu - scale * row.weight) * (row.cpu - scale * row.weight);
    spread += (row.cpu - mean) * (row.cpu - mean);
  }
  const auto count = static_cast<double>(rows_.size());
  fit_.idle_percent = terms[0];
  fit_.leader_in = terms[1];
  fit_.leader_out = terms[2];
  fit_.follower_in = terms[3];
  fit_.error_percent = std::sqrt(missed / count);
  fit_.weights_error_percent = std::sqrt(missed_by_weights / count);
  fit_.explained = spread > 0 ? 1 - missed / spread : kUnknown;
  fit_.samples = static_cast<std::uint32_t>(rows_.size());
}

}  // namespace levelwind::collectors
