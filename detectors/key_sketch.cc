#include "detectors/key_sketch.h"

namespace levelwind::detectors {
namespace {

/// FNV-1a with a finish that spreads the low bits; the same on every machine.
std::uint64_t HashOf(std::string_view key) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : key) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  hash ^= hash >> 32;
  return hash * 0x9E3779B97F4A7C15ULL;
}

}  // namespace

void KeySketch::Add(std::string_view key) {
  ++seen_;
  const std::uint64_t hash = HashOf(key);
  const auto known = entries_.find(hash);
  if (known != entries_.end()) {
    by_count_.erase({known->second.count, hash});
    ++known->second.count;
    by_count_.emplace(known->second.count, hash);
    return;
  }
  Entry entry;
  entry.shown = key.substr(0, kShownBytes);
  if (key.size() > kShownBytes) entry.shown += "...";
  if (entries_.size() >= capacity_) {
    // It may have been as frequent as the one that it takes the place of.
    const auto least = *by_count_.begin();
    entry.error = least.first;
    by_count_.erase(by_count_.begin());
    entries_.erase(least.second);
  }
  entry.count = entry.error + 1;
  by_count_.emplace(entry.count, hash);
  entries_.emplace(hash, std::move(entry));
}

std::vector<HotKey> KeySketch::Top(std::size_t count) const {
  std::vector<HotKey> top;
  for (auto at = by_count_.rbegin(); at != by_count_.rend() && top.size() < count; ++at) {
    const Entry& entry = entries_.at(at->second);
    top.push_back({entry.shown, entry.count, entry.error});
  }
  return top;
}

}  // namespace levelwind::detectors
