#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collectors/offsets_topic/offsets_facts.h"

namespace levelwind::collectors {

/// An offset that a group has committed, as a record tells it.
struct Commit {
  std::int64_t offset = 0;
  std::int64_t at_ms = 0;       ///< On the coordinator's clock.
  std::int64_t log_offset = 0;  ///< Of the record: of two, the larger one counts.
};

/// What is remembered of a group's commits in one partition.
struct CommitTrack {
  std::int32_t partition = 0;
  float interval_s = std::numeric_limits<float>::quiet_NaN();
  Commit last;
  std::uint8_t rewinds = 0;  ///< Stops at its largest value.

  enum class Effect : std::uint8_t { kCounted, kRewound, kOlder };
  Effect Add(const Commit& commit);
};

/// Topic names, each once.
class TopicNames {
 public:
  SharedName Get(std::string_view topic);
  std::size_t size() const { return names_.size(); }

 private:
  void Sweep();

  std::unordered_map<std::string_view, SharedName> names_;  ///< Keys are the names' own text.
  std::size_t sweep_at_ = 1024;
};

/// All commits of one group. Sorted lists with a memory of where the last one was: commits of one
/// request come in the same order each time.
class CommitTracks {
 public:
  /// Null where nothing was committed.
  CommitTrack* Find(std::string_view topic, std::int32_t partition);
  /// Only where Find says null.
  CommitTrack& Insert(TopicNames& names, std::string_view topic, std::int32_t partition);
  /// False: there was none.
  bool Erase(std::string_view topic, std::int32_t partition);

  /// The log may have been cut back: its next records count whatever their offset.
  void ForgetLogOffsets();

  std::size_t size() const { return size_; }
  std::vector<TopicFacts> Facts() const;

 private:
  struct TopicTracks {
    SharedName topic;
    std::vector<CommitTrack> partitions;  ///< Sorted.
    std::size_t hint = 0;
  };

  TopicTracks* FindTopic(std::string_view topic);

  std::vector<TopicTracks> topics_;  ///< Sorted by name.
  std::size_t hint_ = 0;
  std::size_t size_ = 0;
};

}  // namespace levelwind::collectors
