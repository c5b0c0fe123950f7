#pragma once

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>

#include "model/ids.h"

namespace levelwind::testing {

/// Commits a group's offsets inside transactions, as a consume-process-produce application does.
class TransactionalCommitter {
 public:
  TransactionalCommitter(const std::string& bootstrap, const std::string& transactional_id) {
    char text[256] = {};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"bootstrap.servers", bootstrap},
          {"transactional.id", transactional_id}}) {
      EXPECT_EQ(rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text, sizeof text),
                RD_KAFKA_CONF_OK)
          << text;
    }
    handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text));
    EXPECT_NE(handle_, nullptr) << text;
    Check(rd_kafka_init_transactions(handle_.get(), kPatienceMs), "init");
  }

  /// Begins a transaction and commits in it.
  void Begin(const std::string& group, const TopicPartition& partition, std::int64_t offset) {
    Check(rd_kafka_begin_transaction(handle_.get()), "begin");
    rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, partition.topic.c_str(), partition.partition)
        ->offset = offset;
    rd_kafka_consumer_group_metadata_t* metadata =
        rd_kafka_consumer_group_metadata_new(group.c_str());
    Check(rd_kafka_send_offsets_to_transaction(handle_.get(), offsets, metadata, kPatienceMs),
          "send offsets");
    rd_kafka_consumer_group_metadata_destroy(metadata);
    rd_kafka_topic_partition_list_destroy(offsets);
  }
  void Commit() { Check(rd_kafka_commit_transaction(handle_.get(), kPatienceMs), "commit"); }
  void Abort() { Check(rd_kafka_abort_transaction(handle_.get(), kPatienceMs), "abort"); }

 private:
  static constexpr int kPatienceMs = 30'000;

  static void Check(rd_kafka_error_t* error, const char* what) {
    if (error == nullptr) return;
    ADD_FAILURE() << what << ": " << rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
  }
  struct Destroy {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  };
  std::unique_ptr<rd_kafka_t, Destroy> handle_;
};

}  // namespace levelwind::testing
