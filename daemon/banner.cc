#include "daemon/banner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "daemon/version.h"

namespace levelwind::daemon {

std::string StartBanner(const config::Config& config, const std::string& api_url) {
  const bool operate = config.mode == config::Mode::kOperate;
  return fmt::format(
      "Levelwind {}\n"
      "  mode       {}\n"
      "  bootstrap  {}\n"
      "  API        {}\n"
      "{}"
      "  try        levelwind status | brokers | groups | plan{}\n",
      kVersion,
      operate ? "operate: carries out the proposals that you apply"
              : "observe: sends no changing request",
      EscapeControl(Join(config.kafka.bootstrap, ", ")), api_url,
      operate ? fmt::format("  journal    {}\n", EscapeControl(config.state_dir)) : "",
      config.listen == "127.0.0.1:8844" ? "" : fmt::format("   (--api {})", api_url));
}

std::string FirstLook(const ClusterSnapshot& snapshot) {
  const auto serving = std::ranges::count_if(snapshot.brokers, &Broker::serving);
  const auto dead = static_cast<std::ptrdiff_t>(snapshot.brokers.size()) - serving;
  return fmt::format(
      "  cluster    {}: {} brokers{}, {} topics, {} partitions, {} consumer groups ({})\n",
      EscapeControl(snapshot.cluster_id), serving,
      dead > 0 ? fmt::format(" and {} dead", dead) : "", snapshot.topics.size(),
      snapshot.partitions.size(), snapshot.groups.size(), snapshot.confidence.label);
}

}  // namespace levelwind::daemon
