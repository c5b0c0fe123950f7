#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/ids.h"
#include "model/proposal.h"

namespace levelwind::store {

/// "1,4,2"; the empty list is "".
std::string BrokerListText(const std::vector<BrokerId>& brokers);
Result<std::vector<BrokerId>> ParseBrokerList(std::string_view text);

Result<MoveKind> ParseMoveKind(std::string_view name);

}  // namespace levelwind::store
