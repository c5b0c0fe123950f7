#include "kafka/data/consumer.h"

#include <algorithm>

#include "kafka/data/rdkafka.h"

namespace levelwind::kafka {

using data::RdError;
using data::RdOwned;
using data::TimeoutMs;

struct Consumer::Impl {
  std::function<void(const Status&)> on_commit;  // before handle, which calls it
  RdOwned<rd_kafka_t> handle;
  bool has_group = false;
  bool closed = false;
};

namespace {

using TopicList = RdOwned<rd_kafka_topic_partition_list_t>;

TopicList MakeList(std::size_t size) {
  return TopicList(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

std::int64_t WireOffset(std::int64_t offset) {
  if (offset == PartitionPosition::kFromStart) return RD_KAFKA_OFFSET_BEGINNING;
  if (offset == PartitionPosition::kFromEnd) return RD_KAFKA_OFFSET_END;
  return offset;
}

std::optional<std::string> Bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

ConsumedRecord Convert(const rd_kafka_message_t& message) {
  ConsumedRecord record;
  record.partition = {rd_kafka_topic_name(message.rkt), message.partition};
  record.offset = message.offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  record.key = Bytes(message.key, message.key_len);
  record.value = Bytes(message.payload, message.len);
  return record;
}

// What librdkafka reports through poll but repairs by itself.
bool IsTransient(const rd_kafka_message_t& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
      return true;
    default:
      return false;
  }
}

Status CommitStatus(rd_kafka_resp_err_t code) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return Ok();
  return RdError(code, "committing offsets");
}

void TellCommit(rd_kafka_t* /*handle*/, rd_kafka_resp_err_t code,
                rd_kafka_topic_partition_list_t* /*offsets*/, void* opaque) {
  const auto& tell = *static_cast<const std::function<void(const Status&)>*>(opaque);
  if (tell) tell(CommitStatus(code));
}

data::Settings MakeSettings(const ConsumerOptions& options) {
  data::Settings settings = {
      {"bootstrap.servers", options.bootstrap},
      {"client.id", options.client_id},
      // librdkafka wants a name even from a consumer that never joins a group.
      {"group.id", options.group.empty() ? "levelwind-reader" : options.group},
      {"enable.auto.commit", "false"},
      {"auto.offset.reset", options.start == StartOffset::kEarliest ? "earliest" : "latest"},
      {"isolation.level", options.read_committed ? "read_committed" : "read_uncommitted"},
      {"queued.max.messages.kbytes", std::to_string(std::max(options.max_queued_bytes / 1024, 1))},
      {"allow.auto.create.topics", "false"},
      {"reconnect.backoff.max.ms", "1000"},
      {"group.protocol", options.kip848 ? "consumer" : "classic"},
  };
  if (!options.kip848 && !options.assignor.empty()) {
    settings.emplace_back("partition.assignment.strategy", options.assignor);
  }
  if (!options.kip848) {
    // In the new protocol the broker sets it, and librdkafka refuses the setting.
    settings.emplace_back("session.timeout.ms", std::to_string(ToMillis(options.session_timeout)));
  }
  return settings;
}

}  // namespace

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Consumer::~Consumer() { Close(); }

Result<std::unique_ptr<Consumer>> Consumer::Create(const ConsumerOptions& options) {
  if (options.bootstrap.empty()) return InvalidArgument("a consumer needs a bootstrap address");
  LW_ASSIGN_OR_RETURN(auto conf, data::MakeConf(MakeSettings(options)));
  LW_RETURN_IF_ERROR(data::ApplySecurity(options.security, conf.get()));
  auto impl = std::make_unique<Impl>();
  impl->has_group = !options.group.empty();
  impl->on_commit = options.on_commit;
  if (impl->on_commit) {
    rd_kafka_conf_set_opaque(conf.get(), &impl->on_commit);
    rd_kafka_conf_set_offset_commit_cb(conf.get(), TellCommit);
  }
  LW_ASSIGN_OR_RETURN(impl->handle, data::MakeHandle(RD_KAFKA_CONSUMER, std::move(conf)));
  rd_kafka_poll_set_consumer(impl->handle.get());
  return std::unique_ptr<Consumer>(new Consumer(std::move(impl)));
}

Status Consumer::Subscribe(const std::vector<std::string>& topics) {
  if (!impl_->has_group) return InvalidArgument("subscribing needs a group name");
  const TopicList list = MakeList(topics.size());
  for (const std::string& topic : topics) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(impl_->handle.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return RdError(code, "subscribing");
  return Ok();
}

Status Consumer::Assign(const std::vector<PartitionPosition>& positions) {
  const TopicList list = MakeList(positions.size());
  for (const PartitionPosition& position : positions) {
    rd_kafka_topic_partition_list_add(list.get(), position.partition.topic.c_str(),
                                      position.partition.partition)
        ->offset = WireOffset(position.offset);
  }
  const rd_kafka_resp_err_t code = rd_kafka_assign(impl_->handle.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return RdError(code, "assigning partitions");
  return Ok();
}

Result<std::optional<ConsumedRecord>> Consumer::Poll(Duration timeout) {
  const RdOwned<rd_kafka_message_t> message(
      rd_kafka_consumer_poll(impl_->handle.get(), TimeoutMs(timeout)));
  if (message == nullptr || IsTransient(*message)) return std::optional<ConsumedRecord>();
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return std::optional(Convert(*message));
  std::string what = "consuming";
  if (message->rkt != nullptr) what += std::string(" ") + rd_kafka_topic_name(message->rkt);
  return RdError(message->err, what);
}

Status Consumer::Commit() {
  if (!impl_->has_group) return InvalidArgument("committing needs a group name");
  return CommitStatus(rd_kafka_commit(impl_->handle.get(), nullptr, 0));
}

Status Consumer::CommitLater() {
  if (!impl_->has_group) return InvalidArgument("committing needs a group name");
  const rd_kafka_resp_err_t code = rd_kafka_commit(impl_->handle.get(), nullptr, 1);
  if (code == RD_KAFKA_RESP_ERR__NO_OFFSET) return NotFound("nothing new to commit");
  return CommitStatus(code);
}

std::vector<TopicPartition> Consumer::Assignment() const {
  rd_kafka_topic_partition_list_t* raw = nullptr;
  if (rd_kafka_assignment(impl_->handle.get(), &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const TopicList list(raw);
  std::vector<TopicPartition> partitions;
  for (int i = 0; i < list->cnt; ++i) {
    partitions.push_back({list->elems[i].topic, list->elems[i].partition});
  }
  return partitions;
}

void Consumer::Close() {
  if (std::exchange(impl_->closed, true)) return;
  rd_kafka_consumer_close(impl_->handle.get());
}

}  // namespace levelwind::kafka
