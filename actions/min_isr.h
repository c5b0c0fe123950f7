#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "actions/observation.h"
#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_client.h"
#include "model/proposal.h"

namespace levelwind::actions {

/// min.insync.replicas as it is in effect, by topic.
using MinIsr = std::map<std::string, std::int32_t>;

/// Reads it, for all `topics` or for none: an Error names the topic that did not tell, or why the
/// cluster could not be asked. No topics: no request.
Result<MinIsr> ReadMinIsr(kafka::AdminClient& admin, const std::set<std::string>& topics,
                          Duration timeout);

/// Whether the move lowers the replication factor.
inline bool Shrinks(const Move& move) { return move.after.size() < move.before.size(); }

/// Why a move that lowers the replication factor may not be made now; nothing for other moves.
/// Pure.
///
/// It would leave fewer replicas than min.insync.replicas, so that no producer with acks=all could
/// write; or fewer of the replicas that stay are in sync than that; or none is, so that what only
/// the others have would be lost. While new replicas are copied too, the old ones stay until these
/// are in sync, so that one in-sync replica among those that stay is enough. `min_isr` must have
/// the topic, `seen` the partition (I17: what is unknown is no permission).
std::optional<std::string> WhyNotShrink(const Move& move, const Observation& seen,
                                        const MinIsr& min_isr);

}  // namespace levelwind::actions
