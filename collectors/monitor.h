#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "collectors/collect_state.h"
#include "collectors/collector.h"
#include "collectors/collector_options.h"
#include "kafka/admin_client.h"
#include "kafka/admin_cluster.h"
#include "model/cluster_snapshot.h"
#include "model/load_facts.h"
#include "model/offset_points.h"

namespace levelwind::collectors {

/// Watches one cluster: runs each source when it is due and publishes what all of them know
/// together.
///
/// Step is for one thread, the monitor thread. snapshots() and sources() are for any thread.
/// `admin` and `clock` must outlive the monitor. Only read calls are made (I15).
///
/// A source that fails spoils nothing: its last good data stays in the snapshots, and SourceStatus
/// tells the error and the data's age. Ages count from the last complete look; a look that brought
/// a part (one broker silent) has ok = false and an error, and the part is in the data.
/// SourceStatus::requests counts all requests of `admin` in the meantime: another thread's are
/// among them.
class Monitor {
 public:
  /// `offsets_topic`: what an OffsetsReader publishes, a further source; it must outlive the
  /// monitor. Null: none is read, and there is no such source. `cluster`: likewise, for settings
  /// and the metadata quorum.
  Monitor(kafka::AdminClient& admin, const Clock& clock, const CollectorOptions& options,
          const Published<OffsetsFacts>* offsets_topic = nullptr,
          kafka::ClusterAdmin* cluster = nullptr);

  /// Looks at what is due at `now` and publishes a snapshot if it looked at anything and the
  /// cluster's metadata is known. Blocks while it asks the cluster: milliseconds, or the timeouts
  /// of CollectorOptions when brokers hang; then snapshots come out between the sources too.
  /// Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now);

  /// A further source of loads, which must outlive the monitor; `name` as in SourceStatus. Before
  /// the first Step.
  void AddLoadSource(std::string name, const Published<LoadFacts>& facts);

  /// What is done to each snapshot before it is published, on the monitor thread: capacities that
  /// are configured. Before the first Step.
  void BeforePublish(std::function<void(ClusterSnapshot&)> call) {
    before_publish_ = std::move(call);
  }

  /// The next Step looks at everything. Monitor thread only.
  void MakeAllDue();

  /// What an earlier life kept of kept_offsets(). Before the first Step.
  void RestoreOffsetHistory(std::vector<PartitionHistory> kept) { restored_ = std::move(kept); }

  /// The ends of logs over time that are worth keeping over a restart, once a minute. Any thread.
  const Published<std::vector<PartitionHistory>>& kept_offsets() const { return kept_offsets_; }

  /// Forgets the commits that were kept of a group for Burrow's rules, or (`topic` not empty) those
  /// in one of its topics; Ok too where there is nothing to forget. kFailedPrecondition when none
  /// are kept. Monitor thread only.
  Status ForgetCommits(const std::string& group, const std::string& topic);

  /// Nothing until the first metadata.
  const Published<ClusterSnapshot>& snapshots() const { return snapshots_; }
  /// Also while there is no snapshot: tells what is wrong at a start.
  const Published<std::vector<SourceStatus>>& sources() const { return statuses_; }

 private:
  struct Source {
    std::unique_ptr<Collector> collector;
    SteadyTime due{};
    SourceStatus status;
    std::optional<SteadyTime> complete_at;  ///< Start of the last complete look.
    bool failed = false;                    ///< The last look brought nothing.
  };

  void Look(Source& source, SteadyTime deadline);
  void Record(Source& source, SteadyTime began, const Result<LookReport>& outcome);
  void Publish();
  void KeepOffsets(SteadyTime now);

  kafka::AdminClient& admin_;
  const Clock& clock_;
  const CollectorOptions options_;
  CollectState state_;
  std::vector<Source> sources_;
  std::uint64_t sequence_ = 0;
  Duration publish_cost_{};  ///< Of the last Publish.
  Published<ClusterSnapshot> snapshots_;
  Published<std::vector<SourceStatus>> statuses_;
  std::vector<PartitionHistory> restored_;  ///< Until the cluster's partitions are known.
  SteadyTime kept_at_{};
  Published<std::vector<PartitionHistory>> kept_offsets_;
  std::function<void(ClusterSnapshot&)> before_publish_;
};

}  // namespace levelwind::collectors
