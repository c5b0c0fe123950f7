#include "kafka/data/producer.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <mutex>

#include "kafka/data/rdkafka.h"

namespace levelwind::kafka {

using data::RdError;
using data::RdOwned;
using data::TimeoutMs;

struct Producer::Impl {
  std::function<void(const Delivery&)> on_delivery;
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> delivered_bytes{0};
  std::mutex mutex;
  std::optional<Error> first_error;  // Guarded by mutex; since the last Flush.
  // Last, so that it is destroyed first: its callbacks use the members above.
  RdOwned<rd_kafka_t> handle;

  void OnDelivery(const rd_kafka_message_t& message);
};

namespace {

Status MessageStatus(const rd_kafka_message_t& message, const TopicPartition& partition) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return Ok();
  return RdError(message.err, "producing to " + partition.ToString());
}

rd_kafka_vu_t Field(rd_kafka_vtype_t type) {
  rd_kafka_vu_t field{};
  field.vtype = type;
  return field;
}

rd_kafka_vu_t BytesField(rd_kafka_vtype_t type, std::string_view bytes) {
  rd_kafka_vu_t field = Field(type);
  // librdkafka copies (RD_KAFKA_MSG_F_COPY) and does not write through this pointer.
  field.u.mem.ptr = const_cast<char*>(bytes.data());
  field.u.mem.size = bytes.size();
  return field;
}

}  // namespace

void Producer::Impl::OnDelivery(const rd_kafka_message_t& message) {
  Delivery delivery;
  delivery.partition = {rd_kafka_topic_name(message.rkt), message.partition};
  delivery.opaque = reinterpret_cast<std::uintptr_t>(message._private);
  delivery.status = MessageStatus(message, delivery.partition);
  if (delivery.status.ok()) {
    delivery.offset = message.offset;
    delivered_bytes += message.len + message.key_len;
    ++delivered;
  } else {
    ++failed;
    const std::lock_guard lock(mutex);
    if (!first_error) first_error = delivery.status.error();
  }
  if (on_delivery) on_delivery(delivery);
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Producer::~Producer() {
  // Without the purge, destroying the handle would wait for records that nobody asks about any
  // more.
  rd_kafka_purge(impl_->handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                          RD_KAFKA_PURGE_F_NON_BLOCKING);
}

Result<std::unique_ptr<Producer>> Producer::Create(const ProducerOptions& options) {
  if (options.bootstrap.empty()) return InvalidArgument("a producer needs a bootstrap address");
  auto conf = data::MakeConf({
      {"bootstrap.servers", options.bootstrap},
      {"client.id", options.client_id},
      {"acks", "all"},
      {"enable.idempotence", "true"},
      {"linger.ms", std::to_string(ToMillis(options.linger))},
      {"batch.size", std::to_string(options.max_batch_bytes)},
      {"queue.buffering.max.messages", std::to_string(options.max_queued_messages)},
      {"queue.buffering.max.kbytes", std::to_string(options.max_queued_bytes / 1024)},
      {"compression.type", options.compression},
      {"message.timeout.ms", std::to_string(ToMillis(options.delivery_timeout))},
      {"allow.auto.create.topics", "false"},
      // After a broker's restart the next try should not wait for the default of ten seconds.
      {"reconnect.backoff.max.ms", "1000"},
  });
  if (!conf.ok()) return conf.error();
  LW_RETURN_IF_ERROR(data::ApplySecurity(options.security, conf->get()));
  auto impl = std::make_unique<Impl>();
  impl->on_delivery = options.on_delivery;
  rd_kafka_conf_set_opaque(conf->get(), impl.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(),
                              [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
                                static_cast<Impl*>(opaque)->OnDelivery(*message);
                              });
  LW_ASSIGN_OR_RETURN(impl->handle, data::MakeHandle(RD_KAFKA_PRODUCER, std::move(conf).value()));
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

Status Producer::Send(std::string_view topic, std::int32_t partition,
                      std::optional<std::string_view> key, std::string_view value,
                      std::uint64_t opaque) {
  const std::string topic_name(topic);
  std::array<rd_kafka_vu_t, 6> fields{
      Field(RD_KAFKA_VTYPE_TOPIC),    Field(RD_KAFKA_VTYPE_PARTITION),
      Field(RD_KAFKA_VTYPE_MSGFLAGS), BytesField(RD_KAFKA_VTYPE_VALUE, value),
      Field(RD_KAFKA_VTYPE_OPAQUE),   BytesField(RD_KAFKA_VTYPE_KEY, key.value_or(""))};
  fields[0].u.cstr = topic_name.c_str();
  fields[1].u.i32 = partition == kByKey ? RD_KAFKA_PARTITION_UA : partition;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY;
  fields[4].u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(opaque));
  const std::size_t count = key ? fields.size() : fields.size() - 1;
  rd_kafka_error_t* failure = rd_kafka_produceva(impl_->handle.get(), fields.data(), count);
  if (failure == nullptr) {
    ++impl_->accepted;
    return Ok();
  }
  const rd_kafka_resp_err_t code = rd_kafka_error_code(failure);
  rd_kafka_error_destroy(failure);
  return RdError(code, fmt::format("producing to {}-{}", topic, partition));
}

void Producer::Poll(Duration timeout) { rd_kafka_poll(impl_->handle.get(), TimeoutMs(timeout)); }

Status Producer::Flush(Duration timeout) {
  const rd_kafka_resp_err_t code = rd_kafka_flush(impl_->handle.get(), TimeoutMs(timeout));
  std::optional<Error> first;
  {
    const std::lock_guard lock(impl_->mutex);
    first.swap(impl_->first_error);
  }
  if (first) return *first;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return DeadlineExceeded(
        fmt::format("{} records are not acknowledged after {} ms", in_flight(), ToMillis(timeout)));
  }
  return Ok();
}

std::size_t Producer::in_flight() const {
  return static_cast<std::size_t>(rd_kafka_outq_len(impl_->handle.get()));
}

ProducerStats Producer::stats() const {
  ProducerStats stats;
  // Outcomes before acceptances, so that a reader never sees more outcomes than records.
  stats.delivered = impl_->delivered;
  stats.failed = impl_->failed;
  stats.delivered_bytes = impl_->delivered_bytes;
  stats.accepted = impl_->accepted;
  return stats;
}

}  // namespace levelwind::kafka
