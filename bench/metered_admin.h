#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/admin_topics.h"
#include "tests/actions/fake_kafka.h"

namespace levelwind::bench {

/// CPU that this thread has used.
inline double ThreadCpuSeconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Passes every call on, and knows how much CPU was spent behind it.
class MeteredAdmin final : public kafka::AdminClient, public kafka::TopicAdmin {
 public:
  explicit MeteredAdmin(testing::FakeKafka& kafka) : kafka_(kafka) {}
  double cpu_s() const { return cpu_s_; }

  Result<kafka::ClusterMetadata> DescribeCluster(Duration timeout) override {
    return Metered([&] { return kafka_.DescribeCluster(timeout); });
  }
  Result<std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>>> DescribeLogDirs(
      const std::vector<BrokerId>& brokers, Duration timeout) override {
    return Metered([&] { return kafka_.DescribeLogDirs(brokers, timeout); });
  }
  Result<std::vector<kafka::OffsetAnswer>> ListOffsets(
      const std::vector<kafka::OffsetQuery>& queries, Duration timeout) override {
    return Metered([&] { return kafka_.ListOffsets(queries, timeout); });
  }
  Result<GroupListings> ListGroups(Duration timeout) override {
    return Metered([&] { return kafka_.ListGroups(timeout); });
  }
  Result<std::vector<kafka::GroupDescription>> DescribeGroups(
      const std::vector<kafka::GroupListing>& groups, Duration timeout) override {
    return Metered([&] { return kafka_.DescribeGroups(groups, timeout); });
  }
  Result<std::vector<kafka::GroupOffsets>> FetchGroupOffsets(const std::vector<std::string>& groups,
                                                             Duration timeout) override {
    return Metered([&] { return kafka_.FetchGroupOffsets(groups, timeout); });
  }
  Result<std::vector<kafka::ShareGroupOffsets>> FetchShareOffsets(
      const std::vector<std::string>& groups, Duration timeout) override {
    return Metered([&] { return kafka_.FetchShareOffsets(groups, timeout); });
  }
  Result<std::vector<kafka::ConfigAnswer>> DescribeConfigs(
      const std::vector<kafka::ConfigQuery>& queries, Duration timeout) override {
    return Metered([&] { return kafka_.DescribeConfigs(queries, timeout); });
  }
  Result<std::vector<kafka::ReassignmentInfo>> ListReassignments(
      const std::vector<TopicPartition>& partitions, Duration timeout) override {
    return Metered([&] { return kafka_.ListReassignments(partitions, timeout); });
  }
  Result<std::vector<kafka::PartitionOutcome>> AlterReassignments(
      const std::vector<kafka::ReassignmentRequest>& requests, bool allow_rf_change,
      Duration timeout) override {
    if (!first_send_) first_send_ = std::chrono::steady_clock::now();
    return Metered([&] { return kafka_.AlterReassignments(requests, allow_rf_change, timeout); });
  }
  Result<std::vector<kafka::PartitionOutcome>> ElectPreferredLeaders(
      const std::vector<TopicPartition>& partitions, Duration timeout) override {
    return Metered([&] { return kafka_.ElectPreferredLeaders(partitions, timeout); });
  }
  Result<std::vector<kafka::ConfigChangeOutcome>> AlterConfigs(
      const std::vector<kafka::ConfigChange>& changes, Duration timeout) override {
    return Metered([&] { return kafka_.AlterConfigs(changes, timeout); });
  }
  Result<std::vector<kafka::TopicOutcome>> CreateTopics(const std::vector<kafka::NewTopic>& topics,
                                                        Duration timeout) override {
    return Metered([&] { return kafka_.CreateTopics(topics, timeout); });
  }
  Result<std::vector<kafka::TopicOutcome>> DeleteTopics(const std::vector<std::string>& topics,
                                                        Duration timeout) override {
    return Metered([&] { return kafka_.DeleteTopics(topics, timeout); });
  }
  std::uint64_t requests_sent() const override { return kafka_.requests_sent(); }
  Result<std::vector<kafka::TopicOutcome>> CreatePartitions(
      const std::vector<kafka::MorePartitions>& topics, bool validate_only,
      Duration timeout) override {
    return Metered([&] { return kafka_.CreatePartitions(topics, validate_only, timeout); });
  }
  Result<std::vector<kafka::TopicDetail>> DescribeTopics(const std::vector<std::string>& topics,
                                                         Duration timeout) override {
    return Metered([&] { return kafka_.DescribeTopics(topics, timeout); });
  }
  Result<std::vector<kafka::ReplicaDirOutcome>> MoveReplicaDirs(
      const std::vector<kafka::ReplicaDirMove>& moves, Duration timeout) override {
    return Metered([&] { return kafka_.MoveReplicaDirs(moves, timeout); });
  }

  /// When the first reassignment arrived since ForgetFirstSend.
  std::optional<std::chrono::steady_clock::time_point> first_send() const { return first_send_; }
  void ForgetFirstSend() { first_send_.reset(); }

 private:
  template <class Call>
  std::invoke_result_t<Call> Metered(Call call) {
    const double before = ThreadCpuSeconds();
    auto answer = call();
    cpu_s_ += ThreadCpuSeconds() - before;
    return answer;
  }

  testing::FakeKafka& kafka_;
  double cpu_s_ = 0;
  std::optional<std::chrono::steady_clock::time_point> first_send_;
};

}  // namespace levelwind::bench
