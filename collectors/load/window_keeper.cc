#include "collectors/load/window_keeper.h"

#include <cmath>
#include <limits>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr float kNoFigure = std::numeric_limits<float>::quiet_NaN();

template <class T>
std::vector<T> Renumbered(const std::vector<T>& column, const Renumbering& map, T missing) {
  std::vector<T> next(map.old_of_new.size(), missing);
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::int32_t was = map.old_of_new[i];
    if (was >= 0 && static_cast<std::size_t>(was) < column.size()) {
      next[i] = column[static_cast<std::size_t>(was)];
    }
  }
  return next;
}

}  // namespace

bool WindowKeeper::Add(SteadyTime now, const ClusterSnapshot& snapshot) {
  if (from_ == SteadyTime{}) from_ = now;
  if (last_ != SteadyTime{} && now - last_ < kApart) return false;
  const bool closes = now - from_ >= kLength;
  if (closes) Close(now);
  last_ = now;
  sums_.resize(snapshot.partitions.size());
  ++taken_;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const PartitionLoad& load = snapshot.partitions[i].load;
    Sum& sum = sums_[i];
    if (std::isfinite(load.bytes_in_per_s) && sum.in_samples < 255) {
      sum.in += static_cast<float>(load.bytes_in_per_s);
      ++sum.in_samples;
    }
    if (std::isfinite(load.bytes_out_per_s) && sum.out_samples < 255) {
      sum.out += static_cast<float>(load.bytes_out_per_s);
      ++sum.out_samples;
    }
  }
  return closes;
}

void WindowKeeper::Close(SteadyTime now) {
  auto window = std::make_shared<LoadWindow>();
  window->from = from_;
  window->to = now;
  window->expected = taken_;
  window->in.reserve(sums_.size());
  window->out.reserve(sums_.size());
  window->samples.reserve(sums_.size());
  for (const Sum& sum : sums_) {
    const auto mean = [](float total, std::uint8_t count) {
      return count == 0 ? kNoFigure : total / static_cast<float>(count);
    };
    window->in.push_back(mean(sum.in, sum.in_samples));
    window->out.push_back(mean(sum.out, sum.out_samples));
    window->samples.push_back(sum.in_samples);
  }
  auto next = windows_ == nullptr ? std::make_shared<LoadWindows>()
                                  : std::make_shared<LoadWindows>(*windows_);
  next->most = kMost;
  next->closed.push_back(std::move(window));
  if (next->closed.size() > kMost) next->closed.erase(next->closed.begin());
  windows_ = std::move(next);
  sums_.assign(sums_.size(), Sum());
  taken_ = 0;
  from_ = now;
}

void WindowKeeper::Renumber(const Renumbering& map) {
  sums_ = Renumbered(sums_, map, Sum());
  if (windows_ == nullptr) return;
  auto next = std::make_shared<LoadWindows>();
  next->most = windows_->most;
  for (const auto& old : windows_->closed) {
    auto window = std::make_shared<LoadWindow>(*old);
    window->in = Renumbered(old->in, map, kNoFigure);
    window->out = Renumbered(old->out, map, kNoFigure);
    window->samples = Renumbered(old->samples, map, std::uint8_t{0});
    next->closed.push_back(std::move(window));
  }
  windows_ = std::move(next);
}

}  // namespace levelwind::collectors
