#include "collectors/rate_tracker.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr double kShrinkSuspicion = 0.5;
constexpr std::uint8_t kShrinkLooks = 3;
/// Weight of the newest window in the usual bytes per message.
constexpr double kNewest = 0.3;
/// Ends that were read longer than this before the sizes are not counted together with them.
constexpr Duration kSameTime = std::chrono::seconds(2);

/// Room for a new look at the back, with the memory of one that left the window. The look that is
/// just older than the window stays: with slow looks it is the only one to compare with.
template <class Look>
Look& NextLook(std::deque<Look>& looks, SteadyTime at, Duration window) {
  Look reused;
  while (looks.size() >= 2 && at - looks[1].at >= window) {
    reused = std::move(looks.front());
    looks.pop_front();
  }
  looks.push_back(std::move(reused));
  looks.back().at = at;
  return looks.back();
}

template <class T>
void RenumberColumn(std::vector<T>& column, const Renumbering& map, T missing) {
  std::vector<T> next(map.old_of_new.size(), missing);
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::int32_t was = map.old_of_new[i];
    if (was >= 0 && static_cast<std::size_t>(was) < column.size()) {
      next[i] = column[static_cast<std::size_t>(was)];
    }
  }
  column = std::move(next);
}

}  // namespace

void RateTracker::Resize(std::size_t partitions) {
  messages_.rate.resize(partitions, kUnknown);
  messages_.at.resize(partitions);
  bytes_.rate.resize(partitions, kUnknown);
  bytes_.at.resize(partitions);
  message_bytes_.resize(partitions, kUnknown);
  shrink_looks_.resize(partitions, 0);
}

void RateTracker::AddOffsetLook(SteadyTime at, const ClusterTable& table,
                                const std::vector<std::int64_t>& end) {
  Resize(table.partition_count());
  OffsetLook& look = NextLook(offset_looks_, at, options_.rate_window);
  look.end = end;
  look.end.resize(table.partition_count(), kUnknownCount);
  look.epoch.clear();
  look.epoch.reserve(table.partition_count());
  for (const Partition& partition : table.shape().partitions) {
    look.epoch.push_back(partition.leader_epoch);
  }
  for (std::size_t i = 0; i < table.partition_count(); ++i) UpdateMessages(i);
}

void RateTracker::UpdateMessages(std::size_t partition) {
  const OffsetLook& last = offset_looks_.back();
  if (!IsKnown(last.end[partition])) return;
  const OffsetLook* first = nullptr;
  std::int64_t bound = last.end[partition];
  for (auto look = offset_looks_.rbegin() + 1; look != offset_looks_.rend(); ++look) {
    const std::int64_t end = look->end[partition];
    if (!IsKnown(end)) continue;
    if (end > bound || look->epoch[partition] != last.epoch[partition]) break;
    bound = end;
    first = &*look;
  }
  if (first == nullptr || last.at <= first->at) return;
  messages_.rate[partition] =
      static_cast<double>(last.end[partition] - bound) / ToSeconds(last.at - first->at);
  messages_.at[partition] = last.at;
}

void RateTracker::AddSizeLook(SteadyTime at, const ClusterTable& table,
                              const std::vector<std::int64_t>& leader_bytes) {
  Resize(table.partition_count());
  SizeLook& look = NextLook(size_looks_, at, options_.rate_window);
  look.bytes = leader_bytes;
  look.bytes.resize(table.partition_count(), kUnknownCount);
  if (offset_looks_.empty() || at - offset_looks_.back().at > kSameTime) {
    look.end.clear();
  } else {
    look.end = offset_looks_.back().end;
  }
  look.end.resize(table.partition_count(), kUnknownCount);
  look.leader.clear();
  look.leader.reserve(table.partition_count());
  for (const Partition& partition : table.shape().partitions) {
    look.leader.push_back(partition.leader);
  }
  for (std::size_t i = 0; i < table.partition_count(); ++i) UpdateBytes(i);
}

void RateTracker::UpdateBytes(std::size_t partition) {
  const SizeLook& last = size_looks_.back();
  const SizeLook* first = nullptr;
  std::int64_t bound = last.bytes[partition];
  for (auto look = size_looks_.rbegin() + 1; IsKnown(bound) && look != size_looks_.rend(); ++look) {
    const std::int64_t bytes = look->bytes[partition];
    if (!IsKnown(bytes)) continue;
    if (bytes > bound || look->leader[partition] != last.leader[partition]) break;
    bound = bytes;
    first = &*look;
  }
  double rate = kUnknown;
  if (first != nullptr && last.at > first->at) {
    rate = BelievableBytes(partition, *first, last);
  } else {
    // The log shrank, or another broker leads: what the messages say, at their usual size.
    rate = MessagesPerSecond(partition, last.at) * message_bytes_[partition];
  }
  if (!IsKnown(rate)) return;
  bytes_.rate[partition] = rate;
  bytes_.at[partition] = last.at;
}

double RateTracker::BelievableBytes(std::size_t partition, const SizeLook& first,
                                    const SizeLook& last) {
  const double grown = static_cast<double>(last.bytes[partition] - first.bytes[partition]);
  const double seconds = ToSeconds(last.at - first.at);
  const std::int64_t from = first.end[partition];
  const std::int64_t to = last.end[partition];
  if (!IsKnown(from) || !IsKnown(to) || to <= from) return grown / seconds;
  const double messages = static_cast<double>(to - from);
  const double size = grown / messages;
  double& usual = message_bytes_[partition];
  std::uint8_t& suspicious = shrink_looks_[partition];
  if (IsKnown(usual) && size < usual * kShrinkSuspicion && suspicious < kShrinkLooks) {
    ++suspicious;
    return messages * usual / seconds;
  }
  const bool believed = !IsKnown(usual) || suspicious >= kShrinkLooks;
  usual = believed ? size : usual + kNewest * (size - usual);
  suspicious = 0;
  return grown / seconds;
}

void RateTracker::Renumber(const Renumbering& map) {
  for (OffsetLook& look : offset_looks_) {
    RenumberColumn(look.end, map, kUnknownCount);
    RenumberColumn(look.epoch, map, -1);
  }
  for (SizeLook& look : size_looks_) {
    RenumberColumn(look.bytes, map, kUnknownCount);
    RenumberColumn(look.leader, map, kNoBroker);
    RenumberColumn(look.end, map, kUnknownCount);
  }
  RenumberColumn(messages_.rate, map, kUnknown);
  RenumberColumn(messages_.at, map, SteadyTime{});
  RenumberColumn(bytes_.rate, map, kUnknown);
  RenumberColumn(bytes_.at, map, SteadyTime{});
  RenumberColumn(message_bytes_, map, kUnknown);
  RenumberColumn(shrink_looks_, map, std::uint8_t{0});
}

double RateTracker::Fresh(const RateColumn& column, std::size_t partition, SteadyTime now) const {
  if (partition >= column.rate.size()) return kUnknown;
  return now - column.at[partition] <= options_.keep_for ? column.rate[partition] : kUnknown;
}

double RateTracker::MessagesPerSecond(std::size_t partition, SteadyTime now) const {
  return Fresh(messages_, partition, now);
}

double RateTracker::BytesPerSecond(std::size_t partition, SteadyTime now) const {
  return Fresh(bytes_, partition, now);
}

Duration RateTracker::Span() const {
  const auto span = [](const auto& looks) {
    return looks.size() < 2 ? Duration::zero() : looks.back().at - looks.front().at;
  };
  return std::min<Duration>(span(offset_looks_), span(size_looks_));
}

SteadyTime RateTracker::LastLook() const {
  if (offset_looks_.empty() || size_looks_.empty()) return {};
  return std::min(offset_looks_.back().at, size_looks_.back().at);
}

}  // namespace levelwind::collectors
