#include "collectors/offsets_topic/rebalance_track.h"

#include <algorithm>
#include <functional>

namespace levelwind::collectors {
namespace {

std::uint64_t HashOf(std::string_view id) { return std::hash<std::string_view>{}(id); }

double Seconds(std::int64_t from_ms, std::int64_t to_ms) {
  return from_ms < to_ms ? static_cast<double>(to_ms - from_ms) / 1000 : 0;
}

}  // namespace

void RebalanceTrack::CountTo(std::int32_t epoch) {
  count_ += epoch_ < 0 ? 1 : std::max(0, epoch - epoch_);
  epoch_ = epoch;
}

void RebalanceTrack::Generation(std::int32_t generation, bool has_members, std::int64_t state_ms,
                                std::int64_t at_ms) {
  if (generation < 0 || generation == epoch_) return;  // the same one, written again
  if (!has_members) {
    epoch_ = generation;
    return;
  }
  CountTo(generation);
  start_ms_ = state_ms > 0 ? state_ms : at_ms;
  last_end_ms_ = at_ms;
  if (state_ms <= 0) return;
  last_s_ = Seconds(start_ms_, at_ms);
  total_s_ = KnownOr(total_s_, 0.0) + last_s_;
}

void RebalanceTrack::GroupEpoch(std::int32_t epoch, std::int64_t at_ms) {
  if (epoch == epoch_) return;  // something else about the group changed
  CountTo(epoch);
  if (!open_ || members_.empty()) start_ms_ = at_ms;
  open_ = true;
  left_ = false;
}

void RebalanceTrack::Member(std::string_view id, const kafka::MemberEpoch& member,
                            std::int64_t at_ms) {
  const std::uint64_t hash = HashOf(id);
  const auto at = std::ranges::find(members_, hash, &MemberState::id);
  const bool news = at == members_.end() || at->epoch != member.epoch || !at->settled;
  if (at != members_.end()) {
    *at = {hash, member.epoch, member.settled};
  } else if (members_.size() < kMostMembers) {
    members_.push_back({hash, member.epoch, member.settled});
  }
  if (epoch_ >= 0 && news && member.settled && member.epoch == epoch_ && AllSettled()) Close(at_ms);
}

void RebalanceTrack::MemberGone(std::string_view id) {
  std::erase_if(members_, [hash = HashOf(id)](const MemberState& one) { return one.id == hash; });
  left_ = true;
}

bool RebalanceTrack::AllSettled() const {
  return std::ranges::all_of(
      members_, [this](const MemberState& one) { return one.settled && one.epoch >= epoch_; });
}

void RebalanceTrack::Close(std::int64_t at_ms) {
  if (start_ms_ == 0) return;   // its beginning was not seen
  if (!open_ && left_) return;  // a static member came back, under a new id
  const double seconds = Seconds(start_ms_, at_ms);
  // A member that was not known came to the same epoch: the rebalance took longer than thought.
  const double counted = open_ ? 0 : KnownOr(last_s_, 0.0);
  open_ = false;
  total_s_ = KnownOr(total_s_, 0.0) + std::max(0.0, seconds - counted);
  last_s_ = seconds;
  last_end_ms_ = at_ms;
}

RebalanceTrack RebalanceTrack::Kept() const {
  RebalanceTrack kept = *this;
  kept.members_.clear();
  kept.open_ = false;
  kept.start_ms_ = 0;
  return kept;
}

}  // namespace levelwind::collectors
