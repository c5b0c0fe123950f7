#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/published.h"
#include "collectors/canary/canary_options.h"
#include "collectors/canary/canary_tally.h"
#include "collectors/canary/canary_wire.h"
#include "model/canary.h"
#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// Sends a small record to each partition of its topic now and then and reads it back: whether and
/// how fast records get through, broker by broker.
///
/// The topic is the operator's to make, one partition led by each broker, so that no right beyond
/// Write, Read and Describe on it is needed: where it is missing, or a broker leads none of it, the
/// view says so. All of it is measured with one clock, that of this process.
///
/// Step is for one thread; view() for any.
class Canary {
 public:
  /// All must outlive this. `sender`: tells this process's records from others'.
  Canary(CanaryWire& wire, const Published<ClusterSnapshot>& snapshots, const Clock& clock,
         const CanaryOptions& options, std::string sender);

  /// Sends what is due and takes in what has come, waiting up to `patience` for the next record
  /// while any is under way. Returns when it wants to be called next.
  SteadyTime Step(SteadyTime now, Duration patience);

  const Published<CanaryView>& view() const { return view_; }

 private:
  void LookAtTopic(const ClusterSnapshot& snapshot);
  void SendDue(SteadyTime now);
  void TakeIn(Duration patience);
  void CommitDue(SteadyTime now);
  void TakeCommit();
  void Publish(const ClusterSnapshot* snapshot);

  CanaryWire& wire_;
  const Published<ClusterSnapshot>& snapshots_;
  const Clock& clock_;
  const CanaryOptions options_;
  const std::string sender_;
  CanaryTally tally_;
  std::int32_t partitions_ = 0;  ///< That are followed.
  std::uint64_t next_number_ = 1;
  SteadyTime send_due_{};
  SteadyTime commit_due_{};
  std::optional<SteadyTime> commit_began_;  ///< While one is under way.
  SteadyTime published_at_{};
  std::string problem_ = "waits for the cluster's metadata";  ///< With the topic.
  std::string trouble_;  ///< With the last send, read or commit.
  CanaryView figures_;   ///< Commits; the rest is made anew for each view.
  Published<CanaryView> view_;
};

}  // namespace levelwind::collectors
