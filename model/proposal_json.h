#pragma once

#include <string>

#include "model/proposal.h"

namespace levelwind {

/// A proposal as people's programs see it, from the HTTP API as from `levelwind plan -o json`:
/// bytes and bytes per second, RFC 3339 times, unknown is null. With `with_moves` false only the
/// head (for lists). One JSON object, no trailing newline.
std::string ProposalViewJson(const Proposal& proposal, bool with_moves = true);

}  // namespace levelwind
