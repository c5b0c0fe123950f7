#include "tests/consumer_fleet/scaled_daemon.h"

#include <fmt/format.h>

#include <fstream>

#include "tests/kafka_cluster/daemon_api.h"

namespace levelwind::testing {

Daemon::Options ScalingDaemon(const std::string& bootstrap, const std::string& dir,
                              const ConsumerFleet& fleet, const std::vector<std::string>& groups,
                              const std::string& defaults) {
  // Quicker looks than a production cluster needs.
  std::string yaml =
      "collect:\n"
      "  metadata_interval: 2s\n"
      "  offset_interval: 3s\n"
      "  rate_window: 30s\n"
      "autoscale:\n"
      "  defaults:\n"
      "    mode: act\n" +
      defaults + "  groups:\n";
  for (const std::string& group : groups) {
    yaml += fmt::format("    - {{group: {0}, target: webhook/process/{0}}}\n", group);
  }
  const std::string file = dir + "/levelwind.yaml";
  std::ofstream(file) << yaml;
  Daemon::Options options = OperatingDaemon(bootstrap, dir, {"--config", file});
  options.env.emplace_back("LEVELWIND_AUTOSCALE_WEBHOOK_URL", fleet.url());
  options.env.emplace_back("LEVELWIND_AUTOSCALE_WEBHOOK_SECRET_FILE", fleet.secret_file());
  options.env.emplace_back("LEVELWIND_AUTOSCALE_WEBHOOK_ALLOW_HOSTS", "127.0.0.1");
  return options;
}

Result<nlohmann::json> ScalingOf(const Daemon& daemon, const std::string& group) {
  LW_ASSIGN_OR_RETURN(const nlohmann::json answer,
                      GetJson(daemon, "/api/v1/autoscale?group=" + group));
  const auto groups = answer.find("groups");
  if (groups == answer.end() || groups->empty()) return Unavailable("nothing decided yet");
  return groups->front();
}

}  // namespace levelwind::testing
