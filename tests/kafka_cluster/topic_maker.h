#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_types.h"

namespace levelwind::testing {

/// Creates topics through librdkafka's admin calls, a client that shares no code with ours, and
/// waits until every broker says that every partition has a leader and as many in-sync replicas as
/// replicas. A topic that exists already is an error (kAlreadyExists) and stays as it is.
Status CreateTopics(const std::string& bootstrap, const std::vector<kafka::NewTopic>& topics,
                    Duration timeout);

/// How many partitions a topic has; kNotFound when it does not exist (or not before `timeout`).
Result<int> PartitionCount(const std::string& bootstrap, const std::string& topic,
                           Duration timeout);

}  // namespace levelwind::testing
