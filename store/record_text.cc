#include "store/record_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <system_error>

#include "base/text.h"

namespace levelwind::store {

std::string BrokerListText(const std::vector<BrokerId>& brokers) {
  return fmt::format("{}", fmt::join(brokers, ","));
}

Result<std::vector<BrokerId>> ParseBrokerList(std::string_view text) {
  std::vector<BrokerId> brokers;
  if (text.empty()) return brokers;
  for (std::string_view part : Split(text, ',')) {
    BrokerId id = kNoBroker;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), id);
    if (error != std::errc() || end != part.data() + part.size()) {
      return DataLoss(fmt::format("journal: '{}' is not a list of brokers", text));
    }
    brokers.push_back(id);
  }
  return brokers;
}

Result<MoveKind> ParseMoveKind(std::string_view name) {
  for (MoveKind kind :
       {MoveKind::kReplica, MoveKind::kLeader, MoveKind::kLogDir, MoveKind::kNewPartition}) {
    if (MoveKindName(kind) == name) return kind;
  }
  return DataLoss(fmt::format("journal: '{}' is not a kind of move", name));
}

}  // namespace levelwind::store
