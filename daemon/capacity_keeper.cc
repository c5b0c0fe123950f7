#include "daemon/capacity_keeper.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "planner/capacity_file.h"

namespace levelwind::daemon {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds(5);
constexpr std::size_t kMostBytes = std::size_t{16} << 20;

}  // namespace

Result<std::string> CapacityKeeper::Read() const {
  std::ifstream in(file_, std::ios::binary);
  if (!in) return NotFound(fmt::format("capacity.file {}: it cannot be opened", file_));
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad() || text.size() > kMostBytes) {
    return InvalidArgument(fmt::format("capacity.file {}: it cannot be read, or is above {} bytes",
                                       file_, kMostBytes));
  }
  ClusterSnapshot nobody;
  const Status good = planner::ApplyCapacityJson(text, nobody);
  if (!good.ok()) return good.error().Wrap(fmt::format("capacity.file {}", file_));
  return text;
}

Status CapacityKeeper::Load() {
  LW_ASSIGN_OR_RETURN(text_, Read());
  looked_at_ = clock_.Now();
  return Ok();
}

void CapacityKeeper::Apply(ClusterSnapshot& snapshot) {
  const SteadyTime now = clock_.Now();
  if (now - looked_at_ >= kLookEvery) {
    looked_at_ = now;
    Result<std::string> text = Read();
    if (!text.ok()) {
      if (refused_ != text.error().message()) {
        LW_WARN("capacity", "{}; what it said before stays", text.error().message());
      }
      refused_ = text.error().message();
    } else {
      if (*text != text_) LW_INFO("capacity", "{} was read again", file_);
      text_ = *std::move(text);
      refused_.clear();
    }
  }
  const Status applied = planner::ApplyCapacityJson(text_, snapshot);
  if (!applied.ok()) LW_ERROR("capacity", "{}", applied.error().message());
}

}  // namespace levelwind::daemon
