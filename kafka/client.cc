#include "kafka/client.h"

#include <fmt/format.h>

#include <utility>

#include "base/clock.h"
#include "kafka/calls/admins.h"
#include "kafka/calls/calls.h"
#include "kafka/net/endpoint.h"
#include "kafka/net/network.h"
#include "kafka/routing/caller.h"
#include "kafka/routing/router.h"
#include "kafka/security/security.h"

namespace levelwind::kafka {

struct KafkaClient::Impl {
  Impl(ClientOptions client_options, std::vector<Endpoint> bootstrap)
      : options(std::move(client_options)),
        network(options, clock),
        router(std::move(bootstrap)),
        caller(options, network, router) {}

  const SystemClock clock;
  const ClientOptions options;
  Network network;
  Router router;
  Caller caller;
  calls::WireClusterAdmin cluster_admin{caller};
  calls::WireGroupAdmin group_admin{caller};
  calls::WireQuotaAdmin quota_admin{caller};
  calls::WireTopicAdmin topic_admin{caller};
  calls::WireTransactionAdmin transaction_admin{caller};
  calls::WireLogReader log_reader{caller};
};

namespace {

Status CheckLimits(const ClientOptions& options) {
  if (options.connect_timeout <= Duration::zero() || options.request_timeout <= Duration::zero()) {
    return InvalidArgument("the connect and request timeouts must be above zero");
  }
  if (options.max_in_flight < 1) {
    return InvalidArgument(
        fmt::format("max_in_flight is {}; at least 1 is needed", options.max_in_flight));
  }
  constexpr std::int32_t kLeastFrame = 1 << 10;
  if (options.max_frame_bytes < kLeastFrame) {
    return InvalidArgument(fmt::format("max_frame_bytes is {}; at least {} is needed",
                                       options.max_frame_bytes, kLeastFrame));
  }
  return Ok();
}

}  // namespace

Result<std::unique_ptr<KafkaClient>> KafkaClient::Create(ClientOptions options) {
  LW_RETURN_IF_ERROR(CheckLimits(options));
  if (options.bootstrap.empty()) {
    return InvalidArgument("no bootstrap broker is given; name at least one as host:port");
  }
  std::vector<Endpoint> bootstrap;
  for (const std::string& text : options.bootstrap) {
    LW_ASSIGN_OR_RETURN(Endpoint endpoint, ParseEndpoint(text));
    bootstrap.push_back(std::move(endpoint));
  }
  LW_RETURN_IF_ERROR(CheckSecurity(options.security));
  return std::unique_ptr<KafkaClient>(
      new KafkaClient(std::make_unique<Impl>(std::move(options), std::move(bootstrap))));
}

KafkaClient::KafkaClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaClient::~KafkaClient() = default;

void KafkaClient::Run(std::stop_token stop) { impl_->network.Run(std::move(stop)); }

ClientStats KafkaClient::Stats() const { return impl_->network.stats().Snapshot(); }
std::uint64_t KafkaClient::requests_sent() const { return impl_->network.stats().requests(); }

ClusterAdmin& KafkaClient::cluster_admin() { return impl_->cluster_admin; }
GroupAdmin& KafkaClient::group_admin() { return impl_->group_admin; }
QuotaAdmin& KafkaClient::quota_admin() { return impl_->quota_admin; }
TopicAdmin& KafkaClient::topic_admin() { return impl_->topic_admin; }
TransactionAdmin& KafkaClient::transaction_admin() { return impl_->transaction_admin; }
LogReader& KafkaClient::log_reader() { return impl_->log_reader; }

Result<ClusterMetadata> KafkaClient::DescribeCluster(Duration timeout) {
  return calls::DescribeCluster(impl_->caller, impl_->caller.DeadlineIn(timeout));
}

Result<std::map<BrokerId, Result<std::vector<LogDirInfo>>>> KafkaClient::DescribeLogDirs(
    const std::vector<BrokerId>& brokers, Duration timeout) {
  return calls::DescribeLogDirs(impl_->caller, brokers, impl_->caller.DeadlineIn(timeout));
}

Status KafkaClient::VisitLogDirs(const std::vector<BrokerId>& brokers, Duration timeout,
                                 const LogDirVisitor& visit) {
  return calls::VisitLogDirs(impl_->caller, brokers, impl_->caller.DeadlineIn(timeout), visit);
}

Result<std::vector<OffsetAnswer>> KafkaClient::ListOffsets(const std::vector<OffsetQuery>& queries,
                                                           Duration timeout) {
  return calls::ListOffsets(impl_->caller, queries, impl_->caller.DeadlineIn(timeout));
}

Result<AdminClient::GroupListings> KafkaClient::ListGroups(Duration timeout) {
  return calls::ListGroups(impl_->caller, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<GroupDescription>> KafkaClient::DescribeGroups(
    const std::vector<GroupListing>& groups, Duration timeout) {
  return calls::DescribeGroups(impl_->caller, groups, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<GroupOffsets>> KafkaClient::FetchGroupOffsets(
    const std::vector<std::string>& groups, Duration timeout) {
  return calls::FetchGroupOffsets(impl_->caller, groups, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<ShareGroupOffsets>> KafkaClient::FetchShareOffsets(
    const std::vector<std::string>& groups, Duration timeout) {
  return calls::FetchShareOffsets(impl_->caller, groups, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<ConfigAnswer>> KafkaClient::DescribeConfigs(
    const std::vector<ConfigQuery>& queries, Duration timeout) {
  return calls::DescribeConfigs(impl_->caller, queries, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<ReassignmentInfo>> KafkaClient::ListReassignments(
    const std::vector<TopicPartition>& partitions, Duration timeout) {
  return calls::ListReassignments(impl_->caller, partitions, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<PartitionOutcome>> KafkaClient::AlterReassignments(
    const std::vector<ReassignmentRequest>& requests, bool allow_replication_factor_change,
    Duration timeout) {
  return calls::AlterReassignments(impl_->caller, requests, allow_replication_factor_change,
                                   impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<PartitionOutcome>> KafkaClient::ElectPreferredLeaders(
    const std::vector<TopicPartition>& partitions, Duration timeout) {
  return calls::ElectPreferredLeaders(impl_->caller, partitions, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<ConfigChangeOutcome>> KafkaClient::AlterConfigs(
    const std::vector<ConfigChange>& changes, Duration timeout) {
  return calls::AlterConfigs(impl_->caller, changes, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<TopicOutcome>> KafkaClient::CreateTopics(const std::vector<NewTopic>& topics,
                                                            Duration timeout) {
  return calls::CreateTopics(impl_->caller, topics, impl_->caller.DeadlineIn(timeout));
}

Result<std::vector<TopicOutcome>> KafkaClient::DeleteTopics(const std::vector<std::string>& topics,
                                                            Duration timeout) {
  return calls::DeleteTopics(impl_->caller, topics, impl_->caller.DeadlineIn(timeout));
}

}  // namespace levelwind::kafka
