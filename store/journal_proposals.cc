// Journal's side that keeps proposals.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "store/journal.h"
#include "store/proposal_json.h"
#include "store/sqlite.h"

namespace levelwind::store {
namespace {

Result<std::int64_t> NumberOf(const std::string& id) {
  std::int64_t number = 0;
  const char* end = id.data() + id.size();
  if (id.size() > 1 && id.front() == 'p') {
    const auto [stop, error] = std::from_chars(id.data() + 1, end, number);
    if (error == std::errc() && stop == end && number > 0) return number;
  }
  return Internal(fmt::format("proposal '{}' is not numbered", id));
}

}  // namespace

Status Journal::SaveProposal(const Proposal& proposal) {
  LW_ASSIGN_OR_RETURN(const std::int64_t number, NumberOf(proposal.id));
  const std::string json = ProposalToJson(proposal);
  std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  LW_RETURN_IF_ERROR(Statement(*db_, "INSERT OR REPLACE INTO proposals VALUES(?,?,?)")
                         .Bind(number)
                         .Bind(proposal.id)
                         .Bind(json)
                         .Run());
  LW_RETURN_IF_ERROR(
      Statement(*db_, "UPDATE counters SET value = max(value, ?) WHERE name = 'next_proposal'")
          .Bind(number + 1)
          .Run());
  LW_RETURN_IF_ERROR(
      Statement(*db_,
                "DELETE FROM proposals WHERE number <= (SELECT max(number) FROM proposals) - ?")
          .Bind(static_cast<std::int64_t>(options_.keep_proposals))
          .Run());
  return transaction.Commit();
}

Result<std::vector<ProposalPtr>> Journal::LoadProposals(std::size_t limit) {
  std::lock_guard lock(mutex_);
  std::vector<ProposalPtr> proposals;
  Statement query(*db_, "SELECT json FROM proposals ORDER BY number DESC LIMIT ?");
  query.Bind(static_cast<std::int64_t>(limit));
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) break;
    LW_ASSIGN_OR_RETURN(Proposal proposal, ProposalFromJson(query.Text(0)));
    proposals.push_back(std::make_shared<const Proposal>(std::move(proposal)));
  }
  std::reverse(proposals.begin(), proposals.end());
  return proposals;
}

Result<std::uint64_t> Journal::NextProposalNumber() {
  std::lock_guard lock(mutex_);
  LW_ASSIGN_OR_RETURN(const std::int64_t number,
                      db_->QueryInt("SELECT value FROM counters WHERE name = 'next_proposal'"));
  return static_cast<std::uint64_t>(number);
}

}  // namespace levelwind::store
