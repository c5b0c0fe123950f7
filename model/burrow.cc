#include "model/burrow.h"

#include <algorithm>

namespace levelwind {
namespace {

// Each figure is packed as its distance from the one before: commits are close to each other, so
// that most take one or two bytes.
void PutUnsigned(std::uint64_t value, std::vector<std::uint8_t>& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

void PutDistance(std::int64_t from, std::int64_t to, std::vector<std::uint8_t>& out) {
  // Modulo 2^64: the distance of any two values fits.
  const auto distance =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from));
  PutUnsigned(
      (static_cast<std::uint64_t>(distance) << 1) ^ static_cast<std::uint64_t>(distance >> 63),
      out);
}

/// Reads what the two above wrote; stops at the end of the bytes.
class Unpacker {
 public:
  explicit Unpacker(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t Unsigned() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const std::uint8_t byte = bytes_.front();
      bytes_ = bytes_.subspan(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  std::int64_t From(std::int64_t from) {
    const std::uint64_t folded = Unsigned();
    const std::uint64_t distance = (folded >> 1) ^ (~(folded & 1) + 1);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + distance);
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace

const BurrowGroup::Ring* BurrowGroup::Find(std::int32_t partition) const {
  const auto at = std::ranges::lower_bound(rings_, partition, {}, &Ring::partition);
  return at != rings_.end() && at->partition == partition ? &*at : nullptr;
}

void BurrowGroup::Append(std::int32_t partition, std::span<const BurrowCommit> commits,
                         std::int64_t last_offset, std::int64_t last_ms) {
  rings_.push_back({partition, static_cast<std::uint32_t>(packed_.size()), last_offset, last_ms,
                    commits.empty()});
  if (commits.empty()) return;
  PutUnsigned(commits.size(), packed_);
  BurrowCommit before;
  for (const BurrowCommit& commit : commits) {
    PutDistance(before.offset, commit.offset, packed_);
    PutDistance(before.timestamp_ms, commit.timestamp_ms, packed_);
    PutDistance(commit.timestamp_ms, commit.observed_ms, packed_);
    PutDistance(before.order, commit.order, packed_);
    PutUnsigned(static_cast<std::uint64_t>(commit.lag + 1), packed_);
    before = commit;
  }
  last_commit_ms_ = std::max(last_commit_ms_, commits.back().timestamp_ms);
}

std::vector<BurrowCommit> BurrowGroup::CommitsOf(const Ring& ring) const {
  std::vector<BurrowCommit> commits;
  if (ring.empty) return commits;
  const std::span<const std::uint8_t> packed(packed_);
  Unpacker unpack(packed.subspan(ring.begin));
  const std::uint64_t count = unpack.Unsigned();
  commits.reserve(count);
  BurrowCommit before;
  for (std::uint64_t i = 0; i < count; ++i) {
    BurrowCommit commit;
    commit.offset = unpack.From(before.offset);
    commit.timestamp_ms = unpack.From(before.timestamp_ms);
    commit.observed_ms = unpack.From(commit.timestamp_ms);
    commit.order = unpack.From(before.order);
    commit.lag = static_cast<std::int64_t>(unpack.Unsigned()) - 1;
    commits.push_back(commit);
    before = commit;
  }
  return commits;
}

std::size_t BurrowGroup::bytes() const {
  return sizeof(*this) + name_.capacity() + rings_.capacity() * sizeof(Ring) + packed_.capacity();
}

void BurrowGroup::ShrinkToFit() {
  rings_.shrink_to_fit();
  packed_.shrink_to_fit();
}

bool BurrowHistory::IsAlive(const BurrowGroup& group, WallTime now) const {
  const auto expire_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(rules.expire_group).count();
  return group.has_commits() && group.last_commit_ms() >= now.unix_ms - expire_ms;
}

const BurrowGroup* BurrowHistory::Find(std::string_view name, WallTime now) const {
  const auto at = std::ranges::lower_bound(
      groups, name, {}, [](const auto& group) { return std::string_view(group->name()); });
  if (at == groups.end() || (*at)->name() != name || !IsAlive(**at, now)) return nullptr;
  return at->get();
}

std::vector<std::int64_t> BurrowHistory::EndsOf(std::int32_t partition) const {
  std::vector<std::int64_t> known;
  const auto index = static_cast<std::size_t>(partition);
  for (const auto& look : ends) {
    if (index < look->size() && IsKnown((*look)[index])) known.push_back((*look)[index]);
  }
  return known;
}

}  // namespace levelwind
