#include "collectors/offsets_topic/pending_commits.h"

#include <limits>

namespace levelwind::collectors {

void PendingCommits::Add(std::int32_t log, std::int64_t producer, PendingCommit commit) {
  const auto key = std::pair(log, producer);
  auto at = open_.find(key);
  if (at == open_.end()) {
    // Lost ones are remembered too, so that they are counted; but no more than there is room for.
    if (open_.size() >= most_) return;
    at = open_.emplace(key, Transaction{}).first;
  }
  Transaction& transaction = at->second;
  if (transaction.lost) return;
  if (size_ >= most_) {
    size_ -= transaction.commits.size();
    transaction = {.lost = true, .commits = {}};
    return;
  }
  transaction.commits.push_back(std::move(commit));
  ++size_;
}

PendingCommits::Ended PendingCommits::End(std::int32_t log, std::int64_t producer) {
  const auto at = open_.find({log, producer});
  if (at == open_.end()) return {};
  Ended ended{true, at->second.lost, std::move(at->second.commits)};
  size_ -= ended.commits.size();
  open_.erase(at);
  return ended;
}

void PendingCommits::Forget(std::int32_t log) {
  auto at = open_.lower_bound({log, std::numeric_limits<std::int64_t>::min()});
  while (at != open_.end() && at->first.first == log) {
    size_ -= at->second.commits.size();
    at = open_.erase(at);
  }
}

}  // namespace levelwind::collectors
