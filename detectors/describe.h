#pragma once

// What the detectors' findings have in common, so that each says only what is its own.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/anomaly.h"
#include "model/cluster_snapshot.h"

namespace levelwind::detectors {

DetectorReport ReportOf(std::string_view detector);

/// An anomaly of the report's type. `subject` must be free of control characters.
Anomaly FindingOf(const DetectorReport& report, std::string subject, Severity severity);

/// Up to three of the names, so that a message stays one line whatever the cluster's size.
std::string Some(const std::vector<std::string>& names);
std::string Some(std::span<const TopicPartition> partitions);

/// "1 partition", "3 partitions".
std::string Count(std::size_t count, std::string_view noun);

/// Appends to a reason to hold: "a; b".
void Hold(DetectorReport& report, std::string_view reason);

/// Why `source` cannot be believed now: it failed last time. Empty: it can, or there is no such
/// source (a snapshot from a file).
std::string WhyStale(const ClusterSnapshot& snapshot, std::string_view source);

/// The median of what is known; unknown when nothing is.
double MedianOfKnown(std::vector<double> values);
/// Nearest rank, 0 < share <= 1, of what is known; unknown when nothing is.
double PercentileOfKnown(std::vector<double> values, double share);

/// Each sets fix and request together; `brokers` is taken from the anomaly. Plans that heal one
/// thing do not level the rest of the cluster, too.
void AskRebalance(Anomaly& anomaly);
void AskLeadership(Anomaly& anomaly);
void AskFixOffline(Anomaly& anomaly);
void AskRemove(Anomaly& anomaly);
void AskDemote(Anomaly& anomaly);
void AskAdd(Anomaly& anomaly);
void AskRelieve(Anomaly& anomaly);
void AskLogDirs(Anomaly& anomaly);
/// For the anomaly's topics.
void AskReplicationFactor(Anomaly& anomaly, int replicas);

/// A whole topic name as an ECMAScript expression.
std::string ExactPattern(std::string_view topic);

}  // namespace levelwind::detectors
