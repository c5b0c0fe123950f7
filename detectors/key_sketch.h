#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/cluster_facts.h"

namespace levelwind::detectors {

/// The most frequent keys of a stream in bounded memory: Space-Saving (Metwally, Agrawal and El
/// Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005). Every key
/// with more than 1/capacity of the stream is among them; a count is too high by at most its error,
/// never too low. O(log capacity) a key. Not thread-safe.
///
/// Keys are told apart by a hash of 64 bits; of long ones only the beginning is kept for people.
class KeySketch {
 public:
  static constexpr std::size_t kShownBytes = 64;

  explicit KeySketch(std::size_t capacity) : capacity_(capacity < 1 ? 1 : capacity) {}

  void Add(std::string_view key);
  std::uint64_t seen() const { return seen_; }
  /// Most frequent first.
  std::vector<HotKey> Top(std::size_t count) const;

 private:
  struct Entry {
    std::string shown;
    std::uint64_t count = 0;
    std::uint64_t error = 0;
  };

  std::size_t capacity_;
  std::uint64_t seen_ = 0;
  std::unordered_map<std::uint64_t, Entry> entries_;            ///< By hash.
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_count_;  ///< Count, hash.
};

}  // namespace levelwind::detectors
