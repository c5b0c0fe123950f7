#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"
#include "kafka/data/producer.h"

namespace levelwind::testing {

/// So many small records, evenly over the partitions, as fast as it goes.
Status Fill(const std::string& bootstrap, const std::string& topic, int partitions,
            std::int64_t records);

/// Small records at a steady rate, evenly over the partitions, from a thread of its own.
class SteadyLoad {
 public:
  static Result<std::unique_ptr<SteadyLoad>> Start(const std::string& bootstrap,
                                                   const std::string& topic, int partitions);
  /// Records/s from now on.
  void SetRate(double per_s) { rate_ = per_s; }
  /// Waits for what is under way; the first failure, if any.
  Status Stop();

 private:
  void Run(std::stop_token stop, const std::string& topic, int partitions);

  std::atomic<double> rate_ = 0;
  std::unique_ptr<kafka::Producer> producer_;
  std::jthread thread_;
};

}  // namespace levelwind::testing
