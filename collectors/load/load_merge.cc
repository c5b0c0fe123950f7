#include "collectors/load/load_merge.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/load/broker_traffic.h"
#include "model/broker_figures.h"

namespace levelwind::collectors {
namespace {

constexpr double kMostRate = 1e13;  // 10 TB/s

bool IsSane(double rate) { return rate >= 0 && rate <= kMostRate; }  // NaN is not

std::string Underscored(std::string_view topic) {
  std::string name(topic);
  std::ranges::replace(name, '.', '_');
  return name;
}

/// A rate and who told it.
struct Told {
  double rate = kUnknown;
  LoadSource from = LoadSource::kNone;
};

/// The sources of one snapshot, by topic and broker.
class Sources {
 public:
  Sources(const CollectState& state, SteadyTime now, const ClusterSnapshot& snapshot) {
    bool dots = false;
    for (const LoadFactsPtr& facts : state.load.facts) {
      for (const BrokerSamplePtr& sample : facts->brokers) {
        if (!IsFresh(*facts, *sample, now)) continue;
        brokers_[sample->broker].push_back({facts->source, sample.get()});
        dots = dots || sample->dots_as_underscores;
      }
    }
    if (!dots) return;
    for (const Topic& topic : snapshot.topics) ++underscored_[Underscored(topic.name)];
  }

  bool any() const { return !brokers_.empty(); }

  Told OfTopic(BrokerId broker, const std::string& topic, double TopicSample::*field) const {
    const auto known = brokers_.find(broker);
    if (known == brokers_.end()) return {};
    for (const auto& [source, sample] : known->second) {
      if (source == LoadSource::kSampleTopic) continue;
      const std::string* name = &topic;
      std::string changed;
      if (sample->dots_as_underscores) {
        changed = Underscored(topic);
        const auto count = underscored_.find(changed);
        if (count == underscored_.end() || count->second > 1) continue;  // a.b or a_b?
        name = &changed;
      }
      const auto at = std::ranges::lower_bound(sample->topics, *name, {}, &TopicSample::topic);
      if (at == sample->topics.end() || at->topic != *name) continue;
      if (IsSane((*at).*field)) return {(*at).*field, source};
    }
    return {};
  }

  /// Of stored samples.
  Told OfPartition(BrokerId broker, const std::string& topic, std::int32_t number,
                   double PartitionSample::*field) const {
    const auto known = brokers_.find(broker);
    if (known == brokers_.end()) return {};
    for (const auto& [source, sample] : known->second) {
      if (source != LoadSource::kSampleTopic) continue;
      const auto key = std::pair(std::string_view(topic), number);
      const auto at = std::ranges::lower_bound(
          sample->partitions, key, {}, [](const PartitionSample& partition) {
            return std::pair(std::string_view(partition.topic), partition.partition);
          });
      if (at == sample->partitions.end() || at->topic != topic || at->partition != number) continue;
      if (IsSane((*at).*field)) return {(*at).*field, source};
    }
    return {};
  }

  std::span<const std::pair<LoadSource, const BrokerSample*>> Of(BrokerId broker) const {
    const auto known = brokers_.find(broker);
    if (known == brokers_.end()) return {};
    return known->second;
  }

 private:
  std::map<BrokerId, std::vector<std::pair<LoadSource, const BrokerSample*>>> brokers_;
  std::map<std::string, int> underscored_;
};

/// One partition on its way.
struct Own {
  Partition* partition = nullptr;
  double growth = kUnknown;    ///< Bytes in a second.
  double consumed = kUnknown;  ///< Bytes a second, by commits.
};

/// Shares of a total by `weight`; empty when they are not known or all zero.
std::vector<double> Shares(const std::vector<Own>& all, double (*weight)(const Own&)) {
  double sum = 0;
  for (const Own& one : all) sum += weight(one);  // unknown makes the sum unknown
  if (!(sum > 0) || !std::isfinite(sum)) return {};
  std::vector<double> shares;
  shares.reserve(all.size());
  for (const Own& one : all) shares.push_back(weight(one) / sum);
  return shares;
}

/// Splits a topic's rate on one broker. An estimate where nothing tells the partitions apart.
void Split(const Told& told, const std::vector<Own>& all,
           std::initializer_list<double (*)(const Own&)> weights, double PartitionLoad::*field,
           LoadSource PartitionLoad::*from) {
  if (all.size() == 1 || told.rate == 0) {
    for (const Own& one : all) {
      one.partition->load.*field = told.rate;
      one.partition->load.*from = told.from;
    }
    return;
  }
  LoadSource source = told.from;
  for (const auto weight : weights) {
    const std::vector<double> shares = Shares(all, weight);
    if (!shares.empty()) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].partition->load.*field = told.rate * shares[i];
        all[i].partition->load.*from = source;
      }
      return;
    }
    source = LoadSource::kEstimated;  // only the first weight is the partition's own
  }
  for (const Own& one : all) {
    one.partition->load.*field = told.rate / static_cast<double>(all.size());
    one.partition->load.*from = LoadSource::kEstimated;
  }
}

double ByGrowth(const Own& one) { return one.growth; }
double ByConsumption(const Own& one) { return one.consumed; }
double ByBytesIn(const Own& one) { return one.partition->load.bytes_in_per_s; }

class Merge {
 public:
  Merge(const CollectState& state, SteadyTime now, ClusterSnapshot& snapshot)
      : state_(state), now_(now), snapshot_(snapshot), sources_(state, now, snapshot) {}

  void Run() {
    for (const Topic& topic : snapshot_.topics) MergeTopic(topic);
    if (!sources_.any()) return;
    MergeBrokers();
    ShareCpu();
  }

 private:
  /// Bytes that groups read of a partition, by their commits.
  double Consumed(std::size_t index, const Partition& partition) const {
    const double messages = state_.load.consumption.MessagesPerSecond(index, now_);
    if (!IsKnown(messages) || messages == 0) return messages;
    const double usual = state_.rates.BytesPerMessage(index);
    if (IsKnown(usual)) return messages * usual;
    const std::int64_t size = snapshot_.SizeOf(partition);
    if (!IsKnown(size) || !IsKnown(partition.log_end_offset) ||
        !IsKnown(partition.log_start_offset) ||
        partition.log_end_offset <= partition.log_start_offset) {
      return kUnknown;
    }
    return messages * static_cast<double>(size) /
           static_cast<double>(partition.log_end_offset - partition.log_start_offset);
  }

  void MergeTopic(const Topic& topic) {
    std::map<BrokerId, std::vector<Own>> led;
    for (std::uint32_t i = 0; i < topic.partition_count; ++i) {
      const std::size_t index = topic.first_partition + i;
      Partition& partition = snapshot_.partitions[index];
      const double growth = state_.rates.BytesPerSecond(index, now_);
      const double consumed = Consumed(index, partition);
      led[partition.leader].push_back(
          {&partition, IsSane(growth) ? growth : kUnknown, IsSane(consumed) ? consumed : kUnknown});
    }
    for (auto& [broker, all] : led) {
      MergeIn(topic.name, broker, all);
      MergeOut(topic.name, broker, all);
    }
  }

  /// Where no source tells the topic's rate: each partition's own looks, else what was stored of
  /// it.
  void TakeOwn(const std::string& topic, BrokerId broker, const std::vector<Own>& all,
               double Own::*own, double PartitionSample::*sample, double PartitionLoad::*rate,
               LoadSource PartitionLoad::*from) {
    for (const Own& one : all) {
      PartitionLoad& load = one.partition->load;
      if (IsKnown(one.*own)) {
        load.*rate = one.*own;
        load.*from = LoadSource::kGrowth;
        continue;
      }
      const Told stored = sources_.OfPartition(broker, topic, one.partition->number, sample);
      load.*rate = stored.rate;
      load.*from = stored.from;
    }
  }

  void MergeIn(const std::string& topic, BrokerId broker, const std::vector<Own>& all) {
    const Told told = sources_.OfTopic(broker, topic, &TopicSample::bytes_in_per_s);
    if (IsKnown(told.rate)) {
      return Split(told, all, {ByGrowth}, &PartitionLoad::bytes_in_per_s, &PartitionLoad::in_from);
    }
    TakeOwn(topic, broker, all, &Own::growth, &PartitionSample::bytes_in_per_s,
            &PartitionLoad::bytes_in_per_s, &PartitionLoad::in_from);
  }

  void MergeOut(const std::string& topic, BrokerId broker, const std::vector<Own>& all) {
    const Told told = sources_.OfTopic(broker, topic, &TopicSample::bytes_out_per_s);
    if (IsKnown(told.rate)) {
      Split(told, all, {ByConsumption, ByBytesIn}, &PartitionLoad::bytes_out_per_s,
            &PartitionLoad::out_from);
    } else {
      TakeOwn(topic, broker, all, &Own::consumed, &PartitionSample::bytes_out_per_s,
              &PartitionLoad::bytes_out_per_s, &PartitionLoad::out_from);
    }
    for (const Own& one : all) {
      PartitionLoad& load = one.partition->load;
      const int followers = std::max(0, one.partition->replica_count - 1);
      load.bytes_out_per_s += load.bytes_in_per_s * followers;  // unknown in: unknown out
      if (!IsKnown(load.bytes_out_per_s)) load.out_from = LoadSource::kNone;
    }
  }

  void MergeBrokers() {
    for (Broker& broker : snapshot_.brokers) {
      for (const auto& [source, sample] : sources_.Of(broker.id)) {
        BrokerMetrics& merged = broker.metrics;
        if (!merged.known()) {
          merged.source = source;
          merged.measured_at = sample->metrics.measured_at;
        }
        for (const auto field : kBrokerFigures) {
          const double value = sample->metrics.*field;
          if (!IsKnown(merged.*field) && IsSane(value)) merged.*field = value;
        }
        if (merged.clients.empty()) merged.clients = sample->metrics.clients;
      }
    }
  }

  void ShareCpu() {
    const std::vector<BrokerTraffic> traffic = TrafficOf(snapshot_);
    for (Partition& partition : snapshot_.partitions) {
      const int place = PlaceOf(snapshot_, partition.leader);
      if (place < 0) continue;
      const double cpu = snapshot_.brokers[static_cast<std::size_t>(place)].metrics.cpu_percent;
      PartitionLoad& load = partition.load;
      const double own = kCpuLeaderIn * load.bytes_in_per_s + kCpuLeaderOut * load.bytes_out_per_s;
      if (!IsKnown(cpu) || !IsKnown(own)) continue;
      const double all = traffic[static_cast<std::size_t>(place)].CpuWeight();
      load.cpu_percent = all > 0 ? cpu * own / all : 0;
      load.cpu_from = LoadSource::kEstimated;
    }
  }

  const CollectState& state_;
  const SteadyTime now_;
  ClusterSnapshot& snapshot_;
  const Sources sources_;
};

}  // namespace

bool IsFresh(const LoadFacts& facts, const BrokerSample& sample, SteadyTime now) {
  return now - sample.at <= kStaleWindows * facts.window;
}

void MergeLoads(const CollectState& state, SteadyTime now, ClusterSnapshot& snapshot) {
  Merge(state, now, snapshot).Run();
}

}  // namespace levelwind::collectors
