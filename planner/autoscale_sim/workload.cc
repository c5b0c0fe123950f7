#include "planner/autoscale_sim/workload.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "planner/autoscale_sim/random.h"

namespace levelwind::planner::sim {
namespace {

constexpr int kHour = 3600;
using TotalAt = std::function<double(int)>;

struct Shape {
  std::string_view name;
  int partitions;
  int hours;
};
constexpr std::array<Shape, kWorkloads> kShapes{{{"flat", 64, 6},
                                                 {"steps x5", 64, 6},
                                                 {"daily wave", 97, 24},
                                                 {"spikes x10", 64, 6},
                                                 {"random walks", 64, 6},
                                                 {"hot partition", 64, 6},
                                                 {"slow database", 64, 6},
                                                 {"poison record", 12, 6},
                                                 {"bursts from zero", 12, 6},
                                                 {"outage and replay", 64, 6},
                                                 {"transactions", 12, 6},
                                                 {"rolling deploy", 64, 6},
                                                 {"slow leak", 97, 6}}};

/// Shares of partitions that are nearly alike: exp(0.1 N(0, 1)), scaled to a sum of one.
std::vector<double> EvenShares(int partitions, Random& random) {
  std::vector<double> shares(static_cast<std::size_t>(partitions));
  double sum = 0;
  for (double& share : shares) sum += share = std::exp(0.1 * random.Normal());
  for (double& share : shares) share /= sum;
  return shares;
}

/// Noise as of a Poisson process: the standard deviation of n records is sqrt(n).
float Noisy(double mean, Random& random) {
  if (mean <= 0) return 0;
  return static_cast<float>(std::max(0.0, mean + std::sqrt(mean) * random.Normal()));
}

void Fill(Workload& w, const TotalAt& total, Random& random) {
  const std::vector<double> shares = EvenShares(w.partitions, random);
  for (int t = 0; t < w.seconds; ++t) {
    const double now = total(t);
    for (const double share : shares) w.arrivals.push_back(Noisy(now * share, random));
  }
}

double Steps(int t) {
  const bool high = (t >= kHour && t < 2 * kHour) || (t >= 7 * kHour / 2 && t < 4 * kHour) ||
                    (t >= 5 * kHour && t < 21 * kHour / 4);
  return high ? 20000 : 4000;
}

double Spikes(int t) {
  const bool high =
      (t >= 2 * kHour && t < 2 * kHour + 900) || (t >= 4 * kHour && t < 4 * kHour + 900);
  return high ? 25000 : 2500;
}

double Hump(int t) {
  const double x = static_cast<double>(t) / (6 * kHour);
  return 6000 + 10000 * std::pow(std::sin(3.141592653589793 * std::clamp(x, 0.0, 1.0)), 2);
}

void FillWave(Workload& w, Random& random) {
  double slow = 0;  // an Ornstein-Uhlenbeck process of 5 % and ten minutes
  std::vector<double> noise(static_cast<std::size_t>(w.seconds));
  for (double& n : noise) {
    slow += -slow / 600 + 0.05 * std::sqrt(2.0 / 600) * random.Normal();
    n = slow;
  }
  Fill(
      w,
      [&noise](int t) {
        const double angle = 6.283185307179586 * t / (24.0 * kHour);
        return 12000 * (1 + 0.6 * std::sin(angle)) *
               std::max(0.0, 1 + noise[static_cast<std::size_t>(t)]);
      },
      random);
}

void FillWalks(Workload& w, Random& random) {
  constexpr double kTop = 540;
  std::vector<double> rate(static_cast<std::size_t>(w.partitions));
  for (double& r : rate) r = random.Uniform(0, kTop);
  for (int t = 0; t < w.seconds; ++t) {
    for (double& r : rate) {
      if (t % 60 == 0 && t > 0) {
        r = std::abs(r + kTop * random.Uniform(-0.15, 0.15));
        if (r > kTop) r = 2 * kTop - r;
      }
      w.arrivals.push_back(Noisy(r, random));
    }
  }
}

void FillZipf(Workload& w, Random& random) {
  // Keys are hashed, so that the hot partition is anywhere.
  std::vector<double> rate(static_cast<std::size_t>(w.partitions));
  for (std::size_t k = 0; k < rate.size(); ++k) {
    rate[k] = 900 * std::pow(static_cast<double>(k + 1), -1.2);
  }
  for (std::size_t k = rate.size() - 1; k > 0; --k)
    std::swap(rate[k], rate[random.Next() % (k + 1)]);
  const auto hot = static_cast<std::size_t>(std::ranges::max_element(rate) - rate.begin());
  for (int t = 0; t < w.seconds; ++t) {
    rate[hot] = t >= kHour && t < 3 * kHour ? 1.5 * kPartitionRate : 0.4 * kPartitionRate;
    for (const double r : rate) w.arrivals.push_back(Noisy(r, random));
  }
}

void FillLoad(Workload& w, Random& random) {
  switch (w.number) {
    case 2:
      return Fill(w, Steps, random);
    case 3:
      return FillWave(w, random);
    case 4:
      return Fill(w, Spikes, random);
    case 5:
      return FillWalks(w, random);
    case 6:
      return FillZipf(w, random);
    case 8:
      return Fill(
          w, [](int) { return 4000.0; }, random);
    case 9:
      return Fill(
          w, [](int t) { return t % 2400 >= 1200 && t % 2400 < 1500 ? 3000.0 : 0.0; }, random);
    case 10:
      return Fill(
          w, [](int) { return 8000.0; }, random);
    case 11:
      return Fill(
          w, [](int t) { return t / (3 * kHour / 2) % 2 == 0 ? 3000.0 : 0.0; }, random);
    case 12:
      return Fill(w, Hump, random);
    case 13:
      return Fill(
          w, [](int) { return 10000.0; }, random);
    default:
      return Fill(
          w, [](int) { return 12000.0; }, random);
  }
}

}  // namespace

double Workload::Total(int second) const {
  double sum = 0;
  for (int p = 0; p < partitions; ++p) sum += At(second, p);
  return sum;
}

std::string_view WorkloadName(int number) {
  return number >= 1 && number <= kWorkloads ? kShapes[static_cast<std::size_t>(number - 1)].name
                                             : "trace";
}

Workload MakeWorkload(int number, std::uint64_t seed, double hours) {
  const Shape& shape = kShapes[static_cast<std::size_t>(std::clamp(number, 1, kWorkloads) - 1)];
  Workload w;
  w.number = number;
  w.name = shape.name;
  w.partitions = shape.partitions;
  w.seconds = shape.hours * kHour;
  if (hours > 0) w.seconds = std::min(w.seconds, static_cast<int>(hours * kHour));
  w.to_zero = number == 9 || number == 11;
  w.transactional = number == 11;
  if (number == 7) w.slow = {2 * kHour, 2 * kHour + 1800};
  if (number == 8) w.poison = {kHour, 3 * kHour};
  if (number == 10) w.outage = {2 * kHour, 3 * kHour};
  if (number == 12) w.rollout_at = 3 * kHour;
  if (number == 13) w.leak = {kHour, 3 * kHour};
  Random random(seed * 1000003 + static_cast<std::uint64_t>(number));
  if (number == 8) w.poisoned = static_cast<int>(random.Next() % 12);
  w.arrivals.reserve(static_cast<std::size_t>(w.seconds) * static_cast<std::size_t>(w.partitions));
  FillLoad(w, random);
  return w;
}

}  // namespace levelwind::planner::sim
