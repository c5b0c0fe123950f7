#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/data/producer.h"
#include "tests/tools/load_plan.h"
#include "tests/tools/pacer.h"
#include "tests/tools/partition_picker.h"

namespace levelwind::load {

/// Produces for several specs, all with one librdkafka client. Used by one thread.
class LoadProducer {
 public:
  struct Progress {
    std::string topic;
    std::uint64_t records = 0;  ///< Acknowledged.
    std::uint64_t failed = 0;
    std::uint64_t bytes = 0;  ///< Of acknowledged values.
    bool finished = false;    ///< total_bytes reached and all of it acknowledged or failed.
  };

  /// Empty weights are filled in from the topic's partition count in `partitions`.
  static Result<std::unique_ptr<LoadProducer>> Create(const std::string& bootstrap,
                                                      std::vector<ProduceSpec> specs,
                                                      const std::vector<int>& partitions,
                                                      SteadyTime now);

  /// Sends what is due and handles answers; takes up to about 10 ms. An error that no later record
  /// can escape (unknown topic, fatal client state) is returned.
  Status Step(SteadyTime now);
  bool finished() const;
  std::vector<Progress> progress() const;
  Status Flush(Duration timeout) { return producer_->Flush(timeout); }
  const std::optional<Error>& last_failure() const { return last_failure_; }

 private:
  struct Stream;
  LoadProducer() = default;
  Status SendDue(Stream& stream, std::size_t index, SteadyTime now, bool& full);
  void OnDelivery(const kafka::Delivery& delivery);

  std::vector<std::unique_ptr<Stream>> streams_;
  std::string payload_;
  std::optional<Error> last_failure_;
  std::unique_ptr<kafka::Producer> producer_;  // Last: it calls OnDelivery.

 public:
  ~LoadProducer();
};

}  // namespace levelwind::load
