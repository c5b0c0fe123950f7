#include "collectors/canary/canary_wire.h"

#include <utility>

#include "base/text.h"
#include "kafka/data/consumer.h"
#include "kafka/data/producer.h"

namespace levelwind::collectors {
namespace {

class KafkaCanaryWire final : public CanaryWire {
 public:
  static Result<std::unique_ptr<CanaryWire>> Make(const kafka::ClientOptions& client,
                                                  const CanaryOptions& options) {
    std::unique_ptr<KafkaCanaryWire> wire(new KafkaCanaryWire(options.topic));
    const std::string bootstrap = Join(client.bootstrap, ",");
    kafka::ProducerOptions producer;
    producer.bootstrap = bootstrap;
    producer.client_id = client.client_id + "-canary";
    producer.security = client.security;
    producer.linger = {};
    producer.delivery_timeout = options.lost_after;
    producer.on_delivery = [raw = wire.get()](const kafka::Delivery& delivery) {
      raw->outcomes_.push_back({delivery.opaque, delivery.status});
    };
    LW_ASSIGN_OR_RETURN(wire->producer_, kafka::Producer::Create(producer));
    kafka::ConsumerOptions consumer;
    consumer.bootstrap = bootstrap;
    consumer.client_id = producer.client_id;
    consumer.security = client.security;
    consumer.group = options.group;
    consumer.start = kafka::StartOffset::kLatest;
    consumer.max_queued_bytes = 1 << 20;
    consumer.on_commit = [raw = wire.get()](const Status& status) { raw->commit_ = status; };
    LW_ASSIGN_OR_RETURN(wire->consumer_, kafka::Consumer::Create(consumer));
    return std::unique_ptr<CanaryWire>(std::move(wire));
  }

  Status Follow(std::int32_t partitions) override {
    std::vector<kafka::PartitionPosition> positions;
    for (std::int32_t p = 0; p < partitions; ++p) {
      positions.push_back({{topic_, p}, kafka::PartitionPosition::kFromEnd});
    }
    return consumer_->Assign(positions);
  }

  Status Send(std::int32_t partition, std::string_view value, std::uint64_t number) override {
    return producer_->Send(topic_, partition, std::nullopt, value, number);
  }

  std::vector<Outcome> TakeOutcomes() override {
    producer_->Poll({});
    return std::exchange(outcomes_, {});
  }

  Result<std::string> Read(Duration timeout) override {
    LW_ASSIGN_OR_RETURN(const auto record, consumer_->Poll(timeout));
    return record && record->value ? *record->value : std::string();
  }

  Status Commit() override { return consumer_->CommitLater(); }
  std::optional<Status> TakeCommit() override { return std::exchange(commit_, std::nullopt); }

 private:
  explicit KafkaCanaryWire(std::string topic) : topic_(std::move(topic)) {}

  std::string topic_;
  std::vector<Outcome> outcomes_;
  std::optional<Status> commit_;
  std::unique_ptr<kafka::Producer> producer_;
  std::unique_ptr<kafka::Consumer> consumer_;
};

}  // namespace

Result<std::unique_ptr<CanaryWire>> MakeKafkaCanaryWire(const kafka::ClientOptions& client,
                                                        const CanaryOptions& options) {
  return KafkaCanaryWire::Make(client, options);
}

}  // namespace levelwind::collectors
