#include "tests/consumer_fleet/steady_load.h"

#include <chrono>

#include "base/clock.h"

namespace levelwind::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kValue =
    "some hundred bytes, as many a record has: an id, an amount, a name and where it was, then "
    "what";

Result<std::unique_ptr<kafka::Producer>> MakeProducer(const std::string& bootstrap) {
  kafka::ProducerOptions options;
  options.bootstrap = bootstrap;
  return kafka::Producer::Create(options);
}

}  // namespace

Status Fill(const std::string& bootstrap, const std::string& topic, int partitions,
            std::int64_t records) {
  LW_ASSIGN_OR_RETURN(const auto producer, MakeProducer(bootstrap));
  for (std::int64_t i = 0; i < records; ++i) {
    Status sent = Ok();
    do {
      sent = producer->Send(topic, static_cast<std::int32_t>(i % partitions), {}, kValue);
      producer->Poll(sent.ok() ? 0ms : 10ms);
    } while (!sent.ok() && sent.error().retriable());
    LW_RETURN_IF_ERROR(sent);
  }
  return producer->Flush(60s);
}

Result<std::unique_ptr<SteadyLoad>> SteadyLoad::Start(const std::string& bootstrap,
                                                      const std::string& topic, int partitions) {
  auto load = std::make_unique<SteadyLoad>();
  LW_ASSIGN_OR_RETURN(load->producer_, MakeProducer(bootstrap));
  load->thread_ = std::jthread([load = load.get(), topic, partitions](std::stop_token stop) {
    load->Run(stop, topic, partitions);
  });
  return load;
}

void SteadyLoad::Run(std::stop_token stop, const std::string& topic, int partitions) {
  const SystemClock clock;
  SteadyTime last = clock.Now();
  double due = 0;
  std::int32_t next = 0;
  while (!stop.stop_requested()) {
    producer_->Poll(10ms);
    const SteadyTime now = clock.Now();
    due += rate_ * ToSeconds(now - last);
    last = now;
    for (; due >= 1; due -= 1, next = (next + 1) % partitions) {
      // What is refused shows as a failure of the next flush.
      if (!producer_->Send(topic, next, {}, kValue).ok()) break;
    }
  }
}

Status SteadyLoad::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return producer_->Flush(30s);
}

}  // namespace levelwind::testing
