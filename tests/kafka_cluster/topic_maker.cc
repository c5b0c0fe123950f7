#include "tests/kafka_cluster/topic_maker.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "base/check.h"

namespace levelwind::testing {
namespace {

struct Deleter {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

constexpr std::size_t kErrorSize = 512;

Result<Owned<rd_kafka_t>> Connect(const std::string& bootstrap) {
  char error[kErrorSize];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), error, sizeof error);
  rd_kafka_conf_set(conf, "log_level", "0", error, sizeof error);
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal(fmt::format("librdkafka: {}", error));
  }
  return Owned<rd_kafka_t>(handle);
}

Result<Owned<rd_kafka_NewTopic_t>> Describe(const kafka::NewTopic& topic) {
  char error[kErrorSize];
  const bool assigned = !topic.assignments.empty();
  const int partitions = assigned ? static_cast<int>(topic.assignments.size()) : topic.partitions;
  Owned<rd_kafka_NewTopic_t> wire(rd_kafka_NewTopic_new(topic.name.c_str(), partitions,
                                                        assigned ? -1 : topic.replication_factor,
                                                        error, sizeof error));
  if (wire == nullptr) return InvalidArgument(fmt::format("topic {}: {}", topic.name, error));
  for (std::size_t p = 0; p < topic.assignments.size(); ++p) {
    std::vector<BrokerId> replicas = topic.assignments[p];
    if (rd_kafka_NewTopic_set_replica_assignment(wire.get(), static_cast<std::int32_t>(p),
                                                 replicas.data(), replicas.size(), error,
                                                 sizeof error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return InvalidArgument(fmt::format("topic {} partition {}: {}", topic.name, p, error));
    }
  }
  for (const auto& [key, value] : topic.configs) {
    rd_kafka_NewTopic_set_config(wire.get(), key.c_str(), value.c_str());
  }
  return wire;
}

Status CheckOutcome(rd_kafka_event_t* event) {
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Unavailable(fmt::format("creating topics: {}", rd_kafka_event_error_string(event)));
  }
  const rd_kafka_CreateTopics_result_t* result = rd_kafka_event_CreateTopics_result(event);
  std::size_t count = 0;
  const rd_kafka_topic_result_t** topics = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(topics[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const std::string text =
        fmt::format("creating topic {}: {}", rd_kafka_topic_result_name(topics[i]),
                    rd_kafka_topic_result_error_string(topics[i]));
    if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      return Error(ErrorCode::kAlreadyExists, text);
    }
    return FailedPrecondition(text);
  }
  return Ok();
}

bool IsComplete(const rd_kafka_metadata_topic_t& seen, std::size_t partitions) {
  if (seen.err != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  const auto count = static_cast<std::size_t>(seen.partition_cnt);
  return count > 0 && (partitions == 0 || count == partitions) &&
         std::all_of(seen.partitions, seen.partitions + count,
                     [](const rd_kafka_metadata_partition_t& p) {
                       return p.err == RD_KAFKA_RESP_ERR_NO_ERROR && p.leader >= 0 &&
                              p.isr_cnt == p.replica_cnt;
                     });
}

Owned<const rd_kafka_metadata_t> Metadata(rd_kafka_t* handle) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(handle, 1, nullptr, &raw, 5000);
  return Owned<const rd_kafka_metadata_t>(code == RD_KAFKA_RESP_ERR_NO_ERROR ? raw : nullptr);
}

bool AllComplete(const rd_kafka_metadata_t& metadata, const std::vector<kafka::NewTopic>& topics) {
  return std::all_of(topics.begin(), topics.end(), [&](const kafka::NewTopic& topic) {
    const rd_kafka_metadata_topic_t* begin = metadata.topics;
    const auto* end = begin + metadata.topic_cnt;
    const auto* found = std::find_if(begin, end, [&](const rd_kafka_metadata_topic_t& seen) {
      return topic.name == seen.topic;
    });
    const std::size_t wanted = !topic.assignments.empty() ? topic.assignments.size()
                               : topic.partitions > 0 ? static_cast<std::size_t>(topic.partitions)
                                                      : 0;
    return found != end && IsComplete(*found, wanted);
  });
}

// A client learns of a topic from whichever broker it asks, and an older Kafka's brokers hear of a
// new one in turn: a producer that is told "12 partitions" by one and "no such topic" by the next
// fails its records at once. A handle of its own talks to that one broker only.
bool AllKnowThem(rd_kafka_t* handle, const std::vector<kafka::NewTopic>& topics) {
  const auto seen = Metadata(handle);
  if (seen == nullptr || !AllComplete(*seen, topics)) return false;
  return std::all_of(seen->brokers, seen->brokers + seen->broker_cnt,
                     [&](const rd_kafka_metadata_broker_t& broker) {
                       const auto own = Connect(fmt::format("{}:{}", broker.host, broker.port));
                       if (!own.ok()) return false;
                       const auto told = Metadata(own->get());
                       return told != nullptr && AllComplete(*told, topics);
                     });
}

}  // namespace

Status CreateTopics(const std::string& bootstrap, const std::vector<kafka::NewTopic>& topics,
                    Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  LW_ASSIGN_OR_RETURN(const Owned<rd_kafka_t> handle, Connect(bootstrap));
  std::vector<Owned<rd_kafka_NewTopic_t>> owned;
  std::vector<rd_kafka_NewTopic_t*> wire;
  for (const kafka::NewTopic& topic : topics) {
    LW_ASSIGN_OR_RETURN(Owned<rd_kafka_NewTopic_t> described, Describe(topic));
    wire.push_back(described.get());
    owned.push_back(std::move(described));
  }
  const Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(handle.get()));
  const Owned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(handle.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  char error[kErrorSize];
  const int timeout_ms = static_cast<int>(ToMillis(timeout));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, error, sizeof error);
  rd_kafka_CreateTopics(handle.get(), wire.data(), wire.size(), options.get(), queue.get());
  const Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), timeout_ms + 1000));
  if (event == nullptr) return DeadlineExceeded("creating topics: no answer from librdkafka");
  LW_RETURN_IF_ERROR(CheckOutcome(event.get()));
  while (!AllKnowThem(handle.get(), topics)) {
    if (std::chrono::steady_clock::now() > end) {
      return DeadlineExceeded(
          "the new topics did not get all leaders and in-sync replicas, or not every broker knows "
          "them");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return Ok();
}

Result<int> PartitionCount(const std::string& bootstrap, const std::string& topic,
                           Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  LW_ASSIGN_OR_RETURN(const Owned<rd_kafka_t> handle, Connect(bootstrap));
  // Any broker may answer, and one that has not caught up does not know a topic made a moment ago.
  do {
    const rd_kafka_metadata_t* raw = nullptr;
    const rd_kafka_resp_err_t code =
        rd_kafka_metadata(handle.get(), 1, nullptr, &raw, static_cast<int>(ToMillis(timeout)));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Unavailable(fmt::format("metadata from {}: {}", bootstrap, rd_kafka_err2str(code)));
    }
    const Owned<const rd_kafka_metadata_t> metadata(raw);
    for (int i = 0; i < raw->topic_cnt; ++i) {
      if (topic == raw->topics[i].topic && raw->topics[i].partition_cnt > 0) {
        return raw->topics[i].partition_cnt;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  } while (std::chrono::steady_clock::now() < end);
  return NotFound(fmt::format("there is no topic {} on {}", topic, bootstrap));
}

}  // namespace levelwind::testing
