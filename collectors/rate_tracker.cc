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

/// Room for a new look at the back, without those that left the window. The look that is just older
/// than the window stays: with slow looks it is the only one to compare with.
template <class Look>
Look& NextLook(std::deque<Look>& looks, SteadyTime at, Duration window) {
  while (looks.size() >= 2 && at - looks[1].at >= window) looks.pop_front();
  looks.emplace_back().at = at;
  return looks.back();
}

template <class T>
std::shared_ptr<const std::vector<T>> Keep(std::vector<T> column) {
  return std::make_shared<const std::vector<T>>(std::move(column));
}

/// `column` or, if it is the same, the one that is kept already.
template <class T>
std::shared_ptr<const std::vector<T>> KeepOnce(std::vector<T> column,
                                               const std::shared_ptr<const std::vector<T>>& last) {
  return last != nullptr && *last == column ? last : Keep(std::move(column));
}

template <class T>
std::vector<T> Sized(std::vector<T> column, std::size_t size, T missing) {
  column.resize(size, missing);
  return column;
}

template <class T, class Value>
std::vector<T> OfPartitions(const ClusterTable& table, Value value) {
  std::vector<T> column;
  column.reserve(table.partition_count());
  for (const Partition& partition : table.shape().partitions) column.push_back(partition.*value);
  return column;
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

template <class T>
void RenumberColumn(std::shared_ptr<const std::vector<T>>& column, const Renumbering& map,
                    T missing) {
  if (column == nullptr) return;
  std::vector<T> next = *column;
  RenumberColumn(next, map, missing);
  column = Keep(std::move(next));
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
  const Column<std::int32_t> epoch = offset_looks_.empty() ? nullptr : offset_looks_.back().epoch;
  OffsetLook& look = NextLook(offset_looks_, at, options_.rate_window);
  look.end = Keep(Sized(end, table.partition_count(), kUnknownCount));
  look.epoch = KeepOnce(OfPartitions<std::int32_t>(table, &Partition::leader_epoch), epoch);
  for (std::size_t i = 0; i < table.partition_count(); ++i) UpdateMessages(i);
}

void RateTracker::UpdateMessages(std::size_t partition) {
  const OffsetLook& last = offset_looks_.back();
  const std::int64_t newest = (*last.end)[partition];
  if (!IsKnown(newest)) return;
  const OffsetLook* first = nullptr;
  std::int64_t bound = newest;
  for (auto look = offset_looks_.rbegin() + 1; look != offset_looks_.rend(); ++look) {
    const std::int64_t end = (*look->end)[partition];
    if (!IsKnown(end)) continue;
    if (end > bound || (*look->epoch)[partition] != (*last.epoch)[partition]) break;
    bound = end;
    first = &*look;
  }
  if (first == nullptr || last.at <= first->at) return;
  messages_.rate[partition] = static_cast<double>(newest - bound) / ToSeconds(last.at - first->at);
  messages_.at[partition] = last.at;
}

void RateTracker::AddSizeLook(SteadyTime at, const ClusterTable& table,
                              const std::vector<std::int64_t>& leader_bytes) {
  Resize(table.partition_count());
  const Column<BrokerId> leader = size_looks_.empty() ? nullptr : size_looks_.back().leader;
  SizeLook& look = NextLook(size_looks_, at, options_.rate_window);
  look.bytes = Keep(Sized(leader_bytes, table.partition_count(), kUnknownCount));
  look.leader = KeepOnce(OfPartitions<BrokerId>(table, &Partition::leader), leader);
  if (!offset_looks_.empty() && at - offset_looks_.back().at <= kSameTime) {
    look.end = offset_looks_.back().end;
  }
  for (std::size_t i = 0; i < table.partition_count(); ++i) UpdateBytes(i);
}

void RateTracker::UpdateBytes(std::size_t partition) {
  const SizeLook& last = size_looks_.back();
  const SizeLook* first = nullptr;
  std::int64_t bound = (*last.bytes)[partition];
  for (auto look = size_looks_.rbegin() + 1; IsKnown(bound) && look != size_looks_.rend(); ++look) {
    const std::int64_t bytes = (*look->bytes)[partition];
    if (!IsKnown(bytes)) continue;
    if (bytes > bound || (*look->leader)[partition] != (*last.leader)[partition]) break;
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
  const double grown = static_cast<double>((*last.bytes)[partition] - (*first.bytes)[partition]);
  const double seconds = ToSeconds(last.at - first.at);
  const std::int64_t from = first.end == nullptr ? kUnknownCount : (*first.end)[partition];
  const std::int64_t to = last.end == nullptr ? kUnknownCount : (*last.end)[partition];
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
