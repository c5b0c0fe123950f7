#include "daemon/proposal_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace levelwind::daemon {
namespace {

bool SameMoves(const Proposal& a, const Proposal& b) {
  return std::ranges::equal(a.moves, b.moves, [](const Move& x, const Move& y) {
    return x.partition == y.partition && x.topic_id == y.topic_id && x.before == y.before &&
           x.after == y.after && x.leader_before == y.leader_before && x.kind == y.kind &&
           x.broker == y.broker && x.from_dir == y.from_dir && x.to_dir == y.to_dir;
  });
}

}  // namespace

ProposalBook::ProposalBook(std::size_t capacity, std::uint64_t next_number, Persist persist)
    : capacity_(capacity), persist_(std::move(persist)), next_number_(next_number) {}

void ProposalBook::Restore(std::vector<ProposalPtr> stored) {
  std::lock_guard lock(mutex_);
  proposals_ = std::move(stored);
  if (proposals_.size() > capacity_) {
    proposals_.erase(proposals_.begin(), proposals_.end() - static_cast<std::ptrdiff_t>(capacity_));
  }
}

Result<ProposalPtr> ProposalBook::Add(Proposal proposal) {
  std::lock_guard lock(mutex_);
  if (!proposals_.empty() && proposals_.back()->confidence.label == proposal.confidence.label &&
      proposals_.back()->asked_for == proposal.asked_for &&
      SameMoves(*proposals_.back(), proposal)) {
    return proposals_.back();
  }
  proposal.id = fmt::format("p{}", next_number_);
  if (persist_) LW_RETURN_IF_ERROR(persist_(proposal));
  ++next_number_;
  if (proposals_.size() == capacity_) proposals_.erase(proposals_.begin());
  proposals_.push_back(std::make_shared<const Proposal>(std::move(proposal)));
  return proposals_.back();
}

Result<ProposalPtr> ProposalBook::Find(const std::string& id) const {
  std::lock_guard lock(mutex_);
  for (const ProposalPtr& proposal : proposals_) {
    if (proposal->id == id) return proposal;
  }
  if (proposals_.empty()) {
    return NotFound(
        fmt::format("there is no proposal '{}', nor any other; make one with "
                    "'levelwind plan'",
                    id));
  }
  return NotFound(
      fmt::format("there is no proposal '{}'; the newest is {}, 'levelwind plans' lists all", id,
                  proposals_.back()->id));
}

std::vector<ProposalPtr> ProposalBook::All() const {
  std::lock_guard lock(mutex_);
  return {proposals_.rbegin(), proposals_.rend()};
}

ProposalPtr ProposalBook::Newest() const {
  std::lock_guard lock(mutex_);
  return proposals_.empty() ? nullptr : proposals_.back();
}

}  // namespace levelwind::daemon
