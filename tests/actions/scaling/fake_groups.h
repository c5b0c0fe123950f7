#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/admin_groups.h"

namespace levelwind::testing {

/// One consumer group and its topics, with what Kafka does about them: commits are refused while
/// there are members. Not thread-safe.
class FakeGroups final : public kafka::AdminClient, public kafka::GroupAdmin {
 public:
  struct Partition {
    std::int64_t begin = 0, end = 0;
  };
  std::map<TopicPartition, Partition> partitions;
  std::map<std::string, Uuid> topic_ids;
  std::map<TopicPartition, std::int64_t> committed;
  std::vector<kafka::GroupMember> members;
  std::string type = "classic";
  bool exists = true;
  bool reachable = true;
  std::vector<BrokerId> unreachable;
  std::int16_t offset_error = 0;
  std::int16_t leave_error = 0;
  std::vector<std::string> left;
  std::function<void()> before_commit;

  Result<kafka::ClusterMetadata> DescribeCluster(Duration) override {
    if (!reachable) return Unavailable("no broker");
    kafka::ClusterMetadata cluster;
    for (const auto& [name, id] : topic_ids) {
      kafka::TopicInfo topic;
      topic.name = name;
      topic.id = id;
      cluster.topics.push_back(topic);
    }
    return cluster;
  }
  Result<std::vector<kafka::OffsetAnswer>> ListOffsets(
      const std::vector<kafka::OffsetQuery>& queries, Duration) override {
    std::vector<kafka::OffsetAnswer> answers;
    for (const auto& query : queries) {
      kafka::OffsetAnswer answer;
      answer.partition = query.partition;
      const auto found = partitions.find(query.partition);
      if (found == partitions.end()) {
        answer.error = 3;
      } else {
        answer.offset =
            query.timestamp == kafka::kEarliestOffset ? found->second.begin : found->second.end;
      }
      answers.push_back(answer);
    }
    return answers;
  }
  Result<GroupListings> ListGroups(Duration) override {
    if (!reachable) return Unavailable("no broker");
    GroupListings listings;
    listings.unreachable = unreachable;
    kafka::GroupListing listing;
    listing.name = "orders";
    listing.type = type;
    if (exists) listings.groups.push_back(listing);
    return listings;
  }
  Result<std::vector<kafka::GroupDescription>> DescribeGroups(
      const std::vector<kafka::GroupListing>& groups, Duration) override {
    kafka::GroupDescription group;
    group.name = groups.at(0).name;
    group.type = type;
    group.state = members.empty() ? "Empty" : "Stable";
    group.members = members;
    return std::vector{group};
  }
  Result<std::vector<kafka::GroupOffsets>> FetchGroupOffsets(const std::vector<std::string>& groups,
                                                             Duration) override {
    if (!reachable) return Unavailable("no broker");
    kafka::GroupOffsets answer;
    answer.group = groups.at(0);
    answer.error = offset_error;
    for (const auto& [partition, offset] : committed) {
      kafka::CommittedOffset one;
      one.partition = partition;
      one.offset = offset;
      answer.offsets.push_back(one);
    }
    return std::vector{answer};
  }
  Result<std::vector<kafka::PartitionOutcome>> CommitOffsets(
      const std::string&, const std::vector<kafka::OffsetReset>& resets, Duration) override {
    if (before_commit) before_commit();
    std::vector<kafka::PartitionOutcome> outcomes;
    for (const auto& reset : resets) {
      if (members.empty()) committed[reset.partition] = reset.offset;
      const std::int16_t error = members.empty() ? std::int16_t{0} : std::int16_t{25};
      outcomes.push_back({reset.partition, error, ""});
    }
    return outcomes;
  }
  Result<std::vector<kafka::MemberOutcome>> RemoveMembers(
      const std::string&, const std::vector<kafka::MemberToRemove>& remove, const std::string&,
      Duration) override {
    std::vector<kafka::MemberOutcome> outcomes;
    for (const auto& one : remove) {
      left.push_back(one.instance_id.value_or("?"));
      outcomes.push_back({one.member_id, one.instance_id, leave_error});
    }
    return outcomes;
  }

  // ---- not asked for here -----------------------------------------------------------------------
  template <class T>
  using Many = Result<std::vector<T>>;
  static Error Odd() { return Internal("not part of this fake"); }
  Result<std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>>> DescribeLogDirs(
      const std::vector<BrokerId>&, Duration) override {
    return Odd();
  }
  Many<kafka::ShareGroupOffsets> FetchShareOffsets(const std::vector<std::string>&,
                                                   Duration) override {
    return Odd();
  }
  Many<kafka::ConfigAnswer> DescribeConfigs(const std::vector<kafka::ConfigQuery>&,
                                            Duration) override {
    return Odd();
  }
  Many<kafka::ReassignmentInfo> ListReassignments(const std::vector<TopicPartition>&,
                                                  Duration) override {
    return Odd();
  }
  Many<kafka::PartitionOutcome> AlterReassignments(const std::vector<kafka::ReassignmentRequest>&,
                                                   bool, Duration) override {
    return Odd();
  }
  Many<kafka::PartitionOutcome> ElectPreferredLeaders(const std::vector<TopicPartition>&,
                                                      Duration) override {
    return Odd();
  }
  Many<kafka::ConfigChangeOutcome> AlterConfigs(const std::vector<kafka::ConfigChange>&,
                                                Duration) override {
    return Odd();
  }
  Many<kafka::TopicOutcome> CreateTopics(const std::vector<kafka::NewTopic>&, Duration) override {
    return Odd();
  }
  Many<kafka::TopicOutcome> DeleteTopics(const std::vector<std::string>&, Duration) override {
    return Odd();
  }
  std::uint64_t requests_sent() const override { return 0; }
  Many<kafka::PartitionOutcome> DeleteOffsets(const std::string&,
                                              const std::vector<TopicPartition>&,
                                              Duration) override {
    return Odd();
  }
  Many<kafka::GroupOutcome> DeleteGroups(const std::vector<std::string>&, Duration) override {
    return Odd();
  }
};

}  // namespace levelwind::testing
