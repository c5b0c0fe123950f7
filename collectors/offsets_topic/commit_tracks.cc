#include "collectors/offsets_topic/commit_tracks.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "collectors/commit_interval.h"

namespace levelwind::collectors {

CommitTrack::Effect CommitTrack::Add(const Commit& commit) {
  if (commit.log_offset <= last.log_offset) return Effect::kOlder;
  interval_s = NextCommitInterval(interval_s, commit.at_ms - last.at_ms);
  const bool back = commit.offset < last.offset;
  if (back && rewinds < std::numeric_limits<std::uint8_t>::max()) ++rewinds;
  last = commit;
  return back ? Effect::kRewound : Effect::kCounted;
}

SharedName TopicNames::Get(std::string_view topic) {
  const auto known = names_.find(topic);
  if (known != names_.end()) return known->second;
  if (names_.size() >= sweep_at_) Sweep();
  auto name = std::make_shared<const std::string>(topic);
  names_.emplace(*name, name);
  return name;
}

/// Topics come and go; names that nobody uses any more must not pile up.
void TopicNames::Sweep() {
  std::erase_if(names_, [](const auto& entry) { return entry.second.use_count() == 1; });
  sweep_at_ = std::max<std::size_t>(1024, 2 * names_.size());
}

CommitTracks::TopicTracks* CommitTracks::FindTopic(std::string_view topic) {
  if (hint_ < topics_.size() && *topics_[hint_].topic == topic) return &topics_[hint_];
  const auto at = std::ranges::lower_bound(
      topics_, topic, {}, [](const TopicTracks& t) { return std::string_view(*t.topic); });
  if (at == topics_.end() || *at->topic != topic) return nullptr;
  hint_ = static_cast<std::size_t>(at - topics_.begin());
  return &*at;
}

CommitTrack* CommitTracks::Find(std::string_view topic, std::int32_t partition) {
  TopicTracks* tracks = FindTopic(topic);
  if (tracks == nullptr) return nullptr;
  std::vector<CommitTrack>& list = tracks->partitions;
  const std::size_t next = tracks->hint + 1 < list.size() ? tracks->hint + 1 : 0;
  if (next < list.size() && list[next].partition == partition) {
    tracks->hint = next;
    return &list[next];
  }
  const auto at = std::ranges::lower_bound(list, partition, {}, &CommitTrack::partition);
  if (at == list.end() || at->partition != partition) return nullptr;
  tracks->hint = static_cast<std::size_t>(at - list.begin());
  return &*at;
}

CommitTrack& CommitTracks::Insert(TopicNames& names, std::string_view topic,
                                  std::int32_t partition) {
  TopicTracks* tracks = FindTopic(topic);
  if (tracks == nullptr) {
    const auto at = std::ranges::lower_bound(
        topics_, topic, {}, [](const TopicTracks& t) { return std::string_view(*t.topic); });
    tracks = &*topics_.insert(at, TopicTracks{names.Get(topic), {}, 0});
  }
  std::vector<CommitTrack>& list = tracks->partitions;
  const auto at = std::ranges::lower_bound(list, partition, {}, &CommitTrack::partition);
  ++size_;
  CommitTrack& track = *list.insert(at, CommitTrack{});
  track.partition = partition;
  return track;
}

bool CommitTracks::Erase(std::string_view topic, std::int32_t partition) {
  TopicTracks* tracks = FindTopic(topic);
  if (tracks == nullptr) return false;
  const std::size_t erased = std::erase_if(
      tracks->partitions, [&](const CommitTrack& one) { return one.partition == partition; });
  if (tracks->partitions.empty()) topics_.erase(topics_.begin() + (tracks - topics_.data()));
  size_ -= erased;
  return erased > 0;
}

void CommitTracks::ForgetLogOffsets() {
  for (TopicTracks& topic : topics_) {
    for (CommitTrack& track : topic.partitions) track.last.log_offset = -1;
  }
}

std::vector<TopicFacts> CommitTracks::Facts() const {
  std::vector<TopicFacts> facts;
  facts.reserve(topics_.size());
  for (const TopicTracks& topic : topics_) {
    TopicFacts& told = facts.emplace_back();
    told.topic = topic.topic;
    told.partitions.reserve(topic.partitions.size());
    for (const CommitTrack& track : topic.partitions) {
      told.partitions.push_back(
          {track.partition, track.interval_s, track.last.at_ms, track.last.offset, track.rewinds});
    }
  }
  return facts;
}

}  // namespace levelwind::collectors
