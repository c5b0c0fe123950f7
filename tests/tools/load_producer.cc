#include "tests/tools/load_producer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace levelwind::load {
namespace {

constexpr Duration kMaxBurst = std::chrono::seconds(1);
constexpr std::int64_t kSendsPerStep = 2000;  // Per stream, so that one cannot starve the others.
constexpr std::size_t kKeySpace = 1 << 16;

std::string RandomBytes(std::size_t size) {
  // Like real, already compressed data: the rate on disk is the rate that was asked for.
  std::mt19937_64 random(42);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

double RecordsPerSecond(const ProduceSpec& spec) {
  if (spec.rate.bytes_per_s > 0) return spec.rate.bytes_per_s / spec.record_bytes;
  return spec.rate.records_per_s;
}

}  // namespace

struct LoadProducer::Stream {
  Stream(ProduceSpec given, SteadyTime now)
      : spec(std::move(given)),
        picker(spec.weights),
        pacer(RecordsPerSecond(spec), now, kMaxBurst),
        total((spec.total_bytes + spec.record_bytes - 1) / spec.record_bytes) {}

  std::int64_t Remaining() const { return total == 0 ? kSendsPerStep : total - sent; }

  ProduceSpec spec;
  PartitionPicker picker;
  Pacer pacer;
  std::int64_t total;  // Records; 0: no end.
  std::int64_t sent = 0;
  std::uint64_t records = 0;
  std::uint64_t failed = 0;
};

LoadProducer::~LoadProducer() = default;

Result<std::unique_ptr<LoadProducer>> LoadProducer::Create(const std::string& bootstrap,
                                                           std::vector<ProduceSpec> specs,
                                                           const std::vector<int>& partitions,
                                                           SteadyTime now) {
  std::unique_ptr<LoadProducer> made(new LoadProducer());
  std::size_t largest = 1;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    ProduceSpec& spec = specs[i];
    if (spec.weights.empty()) {
      for (int p = 0; p < partitions[i]; ++p) spec.weights[p] = 1;
    }
    if (spec.weights.empty() || spec.weights.rbegin()->first >= partitions[i]) {
      return InvalidArgument(fmt::format("topic {} has {} partitions; the weights name {}",
                                         spec.topic, partitions[i],
                                         spec.weights.empty() ? 0 : spec.weights.rbegin()->first));
    }
    largest = std::max(largest, static_cast<std::size_t>(spec.record_bytes));
    made->streams_.push_back(std::make_unique<Stream>(spec, now));
  }
  made->payload_ = RandomBytes(largest + kKeySpace);
  kafka::ProducerOptions options;
  options.bootstrap = bootstrap;
  options.client_id = "levelwind-load";
  options.on_delivery = [raw = made.get()](const kafka::Delivery& d) { raw->OnDelivery(d); };
  LW_ASSIGN_OR_RETURN(made->producer_, kafka::Producer::Create(options));
  return made;
}

void LoadProducer::OnDelivery(const kafka::Delivery& delivery) {
  Stream& stream = *streams_[delivery.opaque];
  if (delivery.status.ok()) {
    ++stream.records;
  } else {
    ++stream.failed;
    last_failure_ = delivery.status.error();
  }
}

Status LoadProducer::SendDue(Stream& stream, std::size_t index, SteadyTime now, bool& full) {
  const std::int64_t due = std::min({stream.pacer.Due(now), stream.Remaining(), kSendsPerStep});
  const auto size = static_cast<std::size_t>(stream.spec.record_bytes);
  for (std::int64_t i = 0; i < due; ++i) {
    const auto serial = static_cast<std::size_t>(stream.sent);
    const std::int32_t partition = stream.picker.Next();
    const std::string key = stream.spec.chains ? fmt::format("chain-{}", partition)
                                               : fmt::format("key-{}", serial % kKeySpace);
    const std::string_view value = std::string_view(payload_).substr(serial * 31 % kKeySpace, size);
    const std::optional<std::string_view> keyed =
        stream.spec.keys ? std::optional<std::string_view>(key) : std::nullopt;
    const Status sent = producer_->Send(stream.spec.topic, partition, keyed, value, index);
    if (!sent.ok()) {
      full = sent.error().code() == ErrorCode::kResourceExhausted;
      return full ? Ok() : sent;
    }
    ++stream.sent;
    stream.pacer.Done(1);
  }
  return Ok();
}

Status LoadProducer::Step(SteadyTime now) {
  bool full = false;
  Duration wait = std::chrono::milliseconds(10);
  for (std::size_t i = 0; i < streams_.size() && !full; ++i) {
    LW_RETURN_IF_ERROR(SendDue(*streams_[i], i, now, full));
    if (streams_[i]->Remaining() > 0) wait = std::min(wait, streams_[i]->pacer.UntilDue(now));
  }
  // With a full queue only answers make room, so waiting for them is all that helps.
  producer_->Poll(full ? std::chrono::milliseconds(10) : wait);
  return Ok();
}

bool LoadProducer::finished() const {
  const std::vector<Progress> all = progress();
  return std::all_of(all.begin(), all.end(), [](const Progress& p) { return p.finished; });
}

std::vector<LoadProducer::Progress> LoadProducer::progress() const {
  std::vector<Progress> all;
  for (const auto& stream : streams_) {
    Progress one;
    one.topic = stream->spec.topic;
    one.records = stream->records;
    one.failed = stream->failed;
    one.bytes = stream->records * static_cast<std::uint64_t>(stream->spec.record_bytes);
    one.finished = stream->total > 0 &&
                   stream->records + stream->failed >= static_cast<std::uint64_t>(stream->total);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace levelwind::load
