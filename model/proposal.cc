#include "model/proposal.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "base/json_text.h"

namespace levelwind {
namespace {

std::vector<BrokerId> Difference(const std::vector<BrokerId>& from,
                                 const std::vector<BrokerId>& minus) {
  std::vector<BrokerId> out;
  for (BrokerId id : from) {
    if (std::find(minus.begin(), minus.end(), id) == minus.end()) out.push_back(id);
  }
  return out;
}

std::string DirList(const Move& move, const std::map<BrokerId, const Move*>& moves) {
  std::string out;
  for (const BrokerId id : move.after) {
    if (!out.empty()) out += ',';
    const auto found = moves.find(id);
    out += found == moves.end() ? "\"any\"" : JsonQuoted(found->second->to_dir);
  }
  return out;
}

}  // namespace

std::vector<BrokerId> Move::Added() const {
  if (kind == MoveKind::kNewPartition) return {};
  return Difference(after, before);
}
std::vector<BrokerId> Move::Removed() const { return Difference(before, after); }

std::string ToReassignmentJson(const Proposal& proposal) {
  std::map<TopicPartition, std::map<BrokerId, const Move*>> dirs;
  for (const Move& move : proposal.moves) {
    if (move.kind == MoveKind::kLogDir) dirs[move.partition][move.broker] = &move;
  }
  std::string out = "{\"version\":1,\"partitions\":[";
  bool first = true;
  for (const Move& move : proposal.moves) {
    auto within = dirs.end();
    if (move.kind == MoveKind::kLogDir) {
      within = dirs.find(move.partition);
      if (within->second.begin()->second != &move) continue;  // listed with the first of them
    }
    out += first ? "\n" : ",\n";
    first = false;
    out += "  {\"topic\":" + JsonQuoted(move.partition.topic) +
           ",\"partition\":" + std::to_string(move.partition.partition) + ",\"replicas\":[";
    for (std::size_t i = 0; i < move.after.size(); ++i) {
      if (i > 0) out += ',';
      out += std::to_string(move.after[i]);
    }
    out += within == dirs.end() ? "]}" : "],\"log_dirs\":[" + DirList(move, within->second) + "]}";
  }
  out += "\n]}\n";
  return out;
}

}  // namespace levelwind
