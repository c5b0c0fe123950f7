#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace levelwind::planner {

/// How many replicas and leaders of one topic one broker has, and may have.
struct TopicCell {
  std::uint16_t replicas = 0;
  std::uint16_t leaders = 0;
};

/// The cells of every topic that has a row, only those that are not empty: a table per row, with
/// open addressing and linear probing. Topics times brokers would be most of a large plan's memory.
class TopicCells {
 public:
  struct Entry {
    std::uint16_t broker = kFree;
    TopicCell cell;
  };
  static constexpr std::uint16_t kFree = 0xffff;

  /// Adds a row that at most `brokers` brokers can share.
  void AddRow(std::size_t brokers) {
    const std::size_t capacity = std::bit_ceil(brokers + brokers / 2 + 1);
    rows_.push_back(
        {static_cast<std::uint32_t>(entries_.size()), static_cast<std::uint32_t>(capacity - 1)});
    entries_.resize(entries_.size() + capacity);
  }

  std::size_t rows() const { return rows_.size(); }
  /// Every entry of a row; free ones have the broker kFree.
  std::span<const Entry> Row(std::size_t row) const {
    return std::span(entries_).subspan(rows_[row].first, std::size_t{rows_[row].mask} + 1);
  }

  TopicCell Get(std::size_t row, std::uint16_t broker) const {
    const Entry& entry = Table(row)[Find(row, broker)];
    return entry.broker == broker ? entry.cell : TopicCell{};
  }

  void Add(std::size_t row, std::uint16_t broker, int replicas, int leaders) {
    Entry* table = entries_.data() + rows_.data()[row].first;
    const std::size_t at = Find(row, broker);
    Entry& entry = table[at];
    entry.broker = broker;
    entry.cell.replicas = static_cast<std::uint16_t>(entry.cell.replicas + replicas);
    entry.cell.leaders = static_cast<std::uint16_t>(entry.cell.leaders + leaders);
    if (entry.cell.replicas == 0) Erase(row, at);
  }

 private:
  struct Place {
    std::uint32_t first = 0;
    std::uint32_t mask = 0;
  };

  const Entry* Table(std::size_t row) const { return entries_.data() + rows_.data()[row].first; }
  static std::size_t Home(std::uint16_t broker) { return (broker * 0x9e3779b1U) >> 12; }

  /// Where the broker's entry is, or the free one where it would be.
  std::size_t Find(std::size_t row, std::uint16_t broker) const {
    const Entry* table = Table(row);
    const std::size_t mask = rows_.data()[row].mask;
    std::size_t at = Home(broker) & mask;
    while (table[at].broker != kFree && table[at].broker != broker) at = (at + 1) & mask;
    return at;
  }

  /// Frees an entry and moves up those that were pushed past it.
  void Erase(std::size_t row, std::size_t hole) {
    Entry* table = entries_.data() + rows_[row].first;
    const std::size_t mask = rows_[row].mask;
    for (std::size_t at = (hole + 1) & mask; table[at].broker != kFree; at = (at + 1) & mask) {
      const std::size_t home = Home(table[at].broker) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      table[hole] = table[at];
      hole = at;
    }
    table[hole] = {};
  }

  std::vector<Place> rows_;
  std::vector<Entry> entries_;
};

}  // namespace levelwind::planner
