#pragma once

#include <string>

#include "base/result.h"
#include "model/proposal.h"

namespace levelwind::store {

/// The journal's own form of a proposal; everything survives the way there and back. Unknown is
/// null.
std::string ProposalToJson(const Proposal& proposal);
/// kDataLoss when the text is not what ProposalToJson wrote.
Result<Proposal> ProposalFromJson(const std::string& text);

}  // namespace levelwind::store
