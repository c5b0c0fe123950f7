#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "collectors/monitor.h"
#include "kafka/client.h"
#include "tests/integration_lag/lag_witness.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::testing {

/// A monitor over the program's real cluster, with its client's thread, and Kafka's own word.
class LagFixture : public ::testing::Test {
 protected:
  LagFixture() {
    kafka::ClientOptions options;
    options.bootstrap = kafka_.bootstrap_list();
    options.read_only = true;
    auto made = kafka::KafkaClient::Create(options);
    EXPECT_TRUE(made.ok()) << made.error();
    client_ = std::move(made).value();
    io_ = std::jthread([this](std::stop_token stop) { client_->Run(std::move(stop)); });
    Watch({});
  }

  /// A monitor that knows nothing yet.
  void Watch(const collectors::CollectorOptions& options) {
    monitor_ = std::make_unique<collectors::Monitor>(*client_, clock_, options);
  }

  SnapshotPtr Look() {
    monitor_->MakeAllDue();
    monitor_->Step(clock_.Now());
    return monitor_->snapshots().Get();
  }

  void MakeTopic(const std::string& name, std::int32_t partitions,
                 std::vector<std::pair<std::string, std::string>> configs = {}) {
    kafka::NewTopic topic;
    topic.name = name;
    topic.partitions = partitions;
    topic.replication_factor = 1;
    topic.configs = std::move(configs);
    const Status made = kafka_.CreateTopic(topic);
    ASSERT_TRUE(made.ok()) << made.error();
  }

  static RealClusterOptions ClusterOptions() {
    RealClusterOptions options;
    options.brokers = 3;
    options.racks = "r1,r2,r3";
    options.settings = {{"log.cleaner.backoff.ms", "200"}, {"log.retention.ms", "-1"}};
    return options;
  }

  const SystemClock clock_;
  RealCluster& kafka_ = RealCluster::Shared(ClusterOptions());
  LagWitness witness_{kafka_};
  std::unique_ptr<kafka::KafkaClient> client_;
  std::jthread io_;
  std::unique_ptr<collectors::Monitor> monitor_;
};

}  // namespace levelwind::testing
