#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "daemon/cluster_runtime.h"
#include "model/healing.h"
#include "tests/sim_cluster/sim_cluster.h"
#include "tests/support/temp_dir.h"

namespace levelwind::testing {

/// A simulated cluster and, in this process, all that the daemon runs for one cluster: it looks,
/// judges, plans and carries out in real time, in looks of half a second.
class HealingDaemon : public ::testing::Test {
 protected:
  static constexpr const char* kMaintenance = "__MaintenanceEvent";

  HealingDaemon();
  ~HealingDaemon() override;

  void StartSim(SimOptions options = {});
  /// With config_ as it is then.
  void Serve();
  void StopServing() { daemon_.reset(); }

  /// One plan of Cruise Control's maintenance topic. `fields` is what the content has of its own:
  /// "\"_brokers\":[4],"; `crc_bytes` adds the same to what the crc is over.
  void Announce(const std::string& plan_type, int type_id, const std::string& fields,
                const std::vector<std::uint8_t>& crc_bytes);
  void AnnounceBrokers(const std::string& plan_type, int type_id, std::vector<BrokerId> brokers);
  void AnnounceFactor(int factor, const std::string& pattern);

  /// The newest record with `subject` in its subject.
  HealingCase Case(std::string_view subject = {});
  /// "held others"; empty without a record.
  std::string StateOf(std::string_view subject = {});
  bool WaitUntil(const std::function<bool()>& predicate, Duration most = std::chrono::seconds(40));
  bool WaitForState(std::string_view state, std::string_view subject = {});
  std::size_t Operations();
  std::string Story(std::string_view subject = {});

  std::vector<BrokerId> Replicas(const std::string& topic, int partition);
  std::vector<BrokerId> Leaders(const std::string& topic, int partitions);

  ScratchDir directory_;
  SystemClock clock_;
  config::Config config_;
  std::unique_ptr<SimCluster> sim_;
  std::unique_ptr<daemon::ClusterRuntime> daemon_;
};

}  // namespace levelwind::testing
