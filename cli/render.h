#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace levelwind::cli {

struct RenderOptions {
  bool headers = true;
  std::size_t max_moves = 0;  ///< Moves shown of a proposal; 0: all.
};

// Answers of the API as text for people. Each takes the body of one answer and gives text that ends
// in a newline; unknown is "?". kDataLoss when the body is not what the API writes. Pure.

Result<std::string> RenderStatus(const std::string& body);
Result<std::string> RenderBrokers(const std::string& body, const RenderOptions& options);
Result<std::string> RenderTopics(const std::string& body, const RenderOptions& options);
Result<std::string> RenderGroups(const std::string& body, const RenderOptions& options);
Result<std::string> RenderGroup(const std::string& body, const RenderOptions& options);
Result<std::string> RenderGroupHistory(const std::string& body, const RenderOptions& options);
Result<std::string> RenderCanary(const std::string& body, const RenderOptions& options);
Result<std::string> RenderMetrics(const std::string& body, const RenderOptions& options);
Result<std::string> RenderAnomalies(const std::string& body, const RenderOptions& options);
/// What the autoscaler decided about all groups, and about one with the sum that led there.
Result<std::string> RenderScaling(const std::string& body, const RenderOptions& options);
Result<std::string> RenderScalingGroup(const std::string& body, const std::string& group);
/// The decision record of one anomaly.
Result<std::string> RenderAnomaly(const std::string& body);
/// Takes {"proposal": ...}: also what `levelwind plan --snapshot` makes without a daemon.
Result<std::string> RenderProposal(const std::string& body, const RenderOptions& options);
/// The reason of every move, goal by goal in the order of the moves.
Result<std::string> RenderExplanation(const std::string& body);
/// Takes {"placement": ...}: where a new topic should go, and the command that makes it so.
Result<std::string> RenderPlacement(const std::string& body, const RenderOptions& options);
/// Takes {"why_not": ...}: what each goal says about one move.
Result<std::string> RenderWhyNot(const std::string& body, const RenderOptions& options);
Result<std::string> RenderProposals(const std::string& body, const RenderOptions& options);
Result<std::string> RenderAudit(const std::string& body, const RenderOptions& options);
Result<std::string> RenderOperations(const std::string& body, const RenderOptions& options);

}  // namespace levelwind::cli
