#include "model/proposal.h"

#include <algorithm>

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

}  // namespace

std::vector<BrokerId> Move::Added() const { return Difference(after, before); }
std::vector<BrokerId> Move::Removed() const { return Difference(before, after); }

std::string ToReassignmentJson(const Proposal& proposal) {
  std::string out = "{\"version\":1,\"partitions\":[";
  bool first = true;
  for (const Move& move : proposal.moves) {
    out += first ? "\n" : ",\n";
    first = false;
    out += "  {\"topic\":" + JsonQuoted(move.partition.topic) +
           ",\"partition\":" + std::to_string(move.partition.partition) + ",\"replicas\":[";
    for (std::size_t i = 0; i < move.after.size(); ++i) {
      if (i > 0) out += ',';
      out += std::to_string(move.after[i]);
    }
    out += "]}";
  }
  out += "\n]}\n";
  return out;
}

}  // namespace levelwind
