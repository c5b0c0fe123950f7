#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/reporter_topic/reporter_record.h"
#include "model/load_facts.h"

namespace levelwind::collectors {

/// Makes samples of brokers out of the records of Cruise Control's three topics. A pure state
/// machine: no I/O, one thread.
///
/// A reporter sends all its values with one time, in one go, interval after interval. What belongs
/// to a newer time than the round that is being collected begins a new one; the one before is then
/// complete and becomes the broker's sample. Records of older rounds are late and not taken.
///
/// Skipped and counted: records that cannot be decoded or are newer than this, values that are not
/// finite, negative or impossible, times more than an hour off the clock (into the future: a
/// minute).
class ReporterTally {
 public:
  explicit ReporterTally(Duration interval) : interval_(interval) {}

  /// One record's value of the reporter's topic; `wall` and `now` are the same instant.
  void Metric(std::span<const std::uint8_t> value, WallTime wall, SteadyTime now);
  /// Of the sample topics.
  void Partition(std::span<const std::uint8_t> value, WallTime wall, SteadyTime now);
  void Broker(std::span<const std::uint8_t> value, WallTime wall, SteadyTime now);
  void CountBadBatch() { ++skipped_; }

  /// Completes the rounds that are older than an instant: their reporters have sent it all.
  void Settle(WallTime wall, SteadyTime now);

  /// Live figures; brokers without a complete round are missing.
  std::vector<BrokerSamplePtr> Live() const;
  /// What the sample topics had; each partition's newest.
  std::vector<BrokerSamplePtr> Stored() const;

  std::uint64_t skipped() const { return skipped_; }
  std::uint64_t newer() const { return newer_; }  ///< Of them: of a version or type beyond this.
  std::uint64_t taken() const { return taken_; }

 private:
  struct Round {
    WallTime time;
    BrokerSample sample;
    std::map<std::string, TopicSample> topics;
    std::map<std::pair<std::string, std::int32_t>, double> sizes;
    std::uint64_t values = 0;
  };
  struct StoredBroker {
    BrokerSample sample;
    std::map<std::pair<std::string, std::int32_t>, std::pair<WallTime, PartitionSample>> partitions;
    WallTime newest;
  };

  bool IsBelievableTime(WallTime time, WallTime wall) const;
  void Reject(const Error& error);
  static bool Put(const ReporterRecord& record, Round& round);
  void Complete(BrokerId broker, Round&& round, WallTime wall, SteadyTime now);

  const Duration interval_;
  std::map<BrokerId, Round> open_;
  std::map<BrokerId, BrokerSamplePtr> live_;
  std::map<BrokerId, WallTime> live_at_;
  std::map<BrokerId, StoredBroker> stored_;
  std::uint64_t skipped_ = 0;
  std::uint64_t newer_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace levelwind::collectors
