#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kafka/data/producer.h"
#include "tests/integration_relief/failing_disk.h"
#include "tests/kafka_cluster/daemon_api.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {

/// Produces steadily until it ends: bytes a second by partition, in records of 10 kB that no codec
/// makes smaller. A thread of its own.
class Load {
 public:
  /// `key`: of the n-th record; null: they have none.
  Load(const std::string& bootstrap, std::map<TopicPartition, double> rates,
       std::function<std::string(std::uint64_t n)> key = nullptr);
  void Stop() { thread_.request_stop(), thread_.join(); }

 private:
  std::unique_ptr<kafka::Producer> producer_;
  std::map<TopicPartition, double> rates_;
  std::function<std::string(std::uint64_t)> key_;
  std::jthread thread_;
};

/// Four real brokers for tests of what a healing does about disks and loads, and the daemon beside
/// them. Broker 4 has two log dirs of kSmallDir bytes where this process may mount such.
class Relief : public ::testing::Test {
 protected:
  static constexpr BrokerId kSmall = 4;
  static constexpr std::int64_t kSmallDir = std::int64_t{160} << 20;

  Relief();
  void TearDown() override;

  /// Serves with these settings ("HEAL_MODES" and the like) and a state of its own.
  void Serve(std::vector<std::pair<std::string, std::string>> settings);
  void MakeTopic(const std::string& name, std::vector<std::vector<BrokerId>> assignments);

  /// The newest record of this type about a subject with `subject` in it; null when there is none.
  nlohmann::json Record(const std::string& type, const std::string& subject = {});
  /// Its state and code: "planned dry_run"; empty without one.
  std::string StateOf(const std::string& type, const std::string& subject = {});
  nlohmann::json Whole(const nlohmann::json& record);
  std::size_t Operations();
  /// Writes a plan for one broker to __MaintenanceEvent, as Cruise Control's clients do.
  void Announce(const std::string& type, int type_id, BrokerId broker);
  /// Replicas of the topic's partitions, as the daemon sees them.
  std::vector<std::vector<BrokerId>> ReplicasOf(const std::string& topic);

  /// The second log dir of broker kFailing is gone until the end of the test.
  void FailDir();
  static constexpr BrokerId kFailing = 3;
  /// The second log dir of broker kFailing is on a disk of its own until the end of the test; the
  /// broker is restarted for that. An error says why it cannot be.
  Status GiveDirADisk();

  std::string failed_dir_;
  std::unique_ptr<FailingDisk> disk_;
  RealCluster& kafka_;
  std::vector<std::unique_ptr<TempDir>> directories_;
  std::optional<Daemon> daemon_;
};

/// Whether broker 4 has its small log dirs; a sentence that says why not where it has none.
const std::string& WhyNoSmallDirs();

}  // namespace levelwind::testing
