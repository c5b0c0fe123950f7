#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/proposal.h"

namespace levelwind::daemon {

/// The proposals that can be shown and applied: numbered, immutable, the newest `capacity` of them.
/// Safe from any thread.
class ProposalBook {
 public:
  /// Called with each numbered proposal before anybody sees its id; an error keeps it unpublished.
  /// Operate mode passes the journal here, so that `apply p7` works after a restart.
  using Persist = std::function<Status(const Proposal&)>;

  ProposalBook(std::size_t capacity, std::uint64_t next_number, Persist persist);

  /// Takes up what was stored before a restart, oldest first.
  void Restore(std::vector<ProposalPtr> stored);

  /// Numbers and keeps `proposal`. If the newest one was asked for the same and has the very same
  /// moves, that one is returned instead: asking twice does not make two proposals.
  Result<ProposalPtr> Add(Proposal proposal);

  /// kNotFound names the newest id.
  Result<ProposalPtr> Find(const std::string& id) const;
  /// Newest first.
  std::vector<ProposalPtr> All() const;
  ProposalPtr Newest() const;

 private:
  const std::size_t capacity_;
  const Persist persist_;
  mutable std::mutex mutex_;
  std::uint64_t next_number_;
  std::vector<ProposalPtr> proposals_;  // oldest first
};

}  // namespace levelwind::daemon
