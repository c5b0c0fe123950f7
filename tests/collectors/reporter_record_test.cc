// Every recorded record of a live Cruise Control's three topics is decoded to the value beside it.

#include "collectors/reporter_topic/reporter_record.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"

namespace levelwind {
namespace {

using collectors::ReporterRecord;
using Bytes = std::vector<std::uint8_t>;

struct Recorded {
  Bytes value;
  std::map<std::string, std::string> told;  ///< key=value words of the comment.
  std::string comment;
};

/// Lines of "... value=HEX  # decoded".
std::vector<Recorded> Read(const std::string& name) {
  std::ifstream file(std::string(LEVELWIND_SOURCE_DIR) + "/tests/collectors/fixtures/" + name);
  std::vector<Recorded> all;
  for (std::string line; std::getline(file, line);) {
    const std::size_t value = line.find(" value=");
    const std::size_t comment = line.find("  # ");
    if (line.starts_with("#") || value == std::string::npos || comment == std::string::npos) {
      continue;
    }
    Recorded one;
    const std::string hex = line.substr(value + 7, comment - value - 7);
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      one.value.push_back(
          static_cast<std::uint8_t>(std::strtoul(hex.substr(i, 2).c_str(), nullptr, 16)));
    }
    one.comment = line.substr(comment + 4);
    std::istringstream words(one.comment);
    for (std::string word; words >> word;) {
      const std::size_t equals = word.find('=');
      if (equals != std::string::npos) one.told[word.substr(0, equals)] = word.substr(equals + 1);
    }
    all.push_back(std::move(one));
  }
  return all;
}

/// As the recording prints it: six significant digits.
void ExpectClose(double value, const std::string& told) {
  const double want = std::strtod(told.c_str(), nullptr);
  EXPECT_NEAR(value, want, std::abs(want) * 1e-5 + 1e-12) << told;
}

TEST(ReporterRecord, DecodesEveryRecordedMetric) {
  const auto records = Read("metrics-topic.hex.txt");
  ASSERT_EQ(records.size(), 200U);
  std::set<int> metrics;
  for (const Recorded& recorded : records) {
    SCOPED_TRACE(recorded.comment);
    const auto record = collectors::DecodeReporterRecord(recorded.value);
    ASSERT_TRUE(record.ok()) << record.error().ToString();
    metrics.insert(record->metric);
    EXPECT_EQ(fmt::format("{}({})", record->metric, collectors::ReporterMetricName(record->metric)),
              recorded.told.at("type"));
    EXPECT_EQ(std::to_string(static_cast<int>(record->scope)),
              recorded.told.at("class").substr(0, 1));
    EXPECT_EQ(std::to_string(record->time.unix_ms), recorded.told.at("time"));
    EXPECT_EQ(std::to_string(record->broker), recorded.told.at("broker"));
    EXPECT_EQ(record->value, std::strtod(recorded.told.at("value").c_str(), nullptr));
    const bool has_topic = recorded.told.contains("topic");
    EXPECT_EQ(record->topic, has_topic ? recorded.told.at("topic") : "");
    if (recorded.told.contains("partition")) {
      EXPECT_EQ(std::to_string(record->partition), recorded.told.at("partition"));
    }
  }
  EXPECT_EQ(metrics.size(), 61U);  // all but the two that Kafka 4 never sends
}

TEST(ReporterRecord, DecodesEveryRecordedPartitionSample) {
  const auto records = Read("partition-samples.hex.txt");
  ASSERT_EQ(records.size(), 20U);
  for (const Recorded& recorded : records) {
    SCOPED_TRACE(recorded.comment);
    const auto sample = collectors::DecodePartitionSample(recorded.value);
    ASSERT_TRUE(sample.ok()) << sample.error().ToString();
    EXPECT_EQ(std::to_string(sample->leader), recorded.told.at("broker"));
    ExpectClose(sample->cpu, recorded.told.at("CPU"));
    ExpectClose(sample->disk_mb, recorded.told.at("DISK"));
    ExpectClose(sample->bytes_in_kb, recorded.told.at("LEADER_BYTES_IN"));
    ExpectClose(sample->bytes_out_kb, recorded.told.at("LEADER_BYTES_OUT"));
    ExpectClose(sample->produce_rate, recorded.told.at("PRODUCE_RATE"));
    ExpectClose(sample->fetch_rate, recorded.told.at("FETCH_RATE"));
    ExpectClose(sample->messages_in, recorded.told.at("MESSAGE_IN_RATE"));
    ExpectClose(sample->replication_in_kb, recorded.told.at("REPLICATION_BYTES_IN_RATE"));
    ExpectClose(sample->replication_out_kb, recorded.told.at("REPLICATION_BYTES_OUT_RATE"));
    EXPECT_EQ(std::to_string(sample->time.unix_ms), recorded.told.at("time"));
    EXPECT_EQ(std::to_string(sample->partition), recorded.told.at("partition"));
    EXPECT_EQ(sample->topic, recorded.told.at("topic"));
  }
}

/// "t22-39=[27 0.05939 ...]": the figures between the brackets.
std::vector<std::string> ListIn(const std::string& comment, const std::string& key) {
  const std::size_t from = comment.find(key + "=[");
  const std::size_t begin = from + key.size() + 2;
  std::istringstream words(comment.substr(begin, comment.find(']', begin) - begin));
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  return all;
}

/// The recording prints these with four digits.
void ExpectList(const collectors::StoredBrokerSample& sample, std::size_t first,
                const std::vector<std::string>& told, std::size_t count) {
  ASSERT_EQ(told.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    const double want = std::strtod(told[i].c_str(), nullptr);
    EXPECT_NEAR(sample.by_metric[first + i], want, std::abs(want) * 1e-3 + 1e-12)
        << first + i << " " << told[i];
  }
}

TEST(ReporterRecord, DecodesEveryRecordedBrokerSample) {
  const auto records = Read("broker-samples.hex.txt");
  ASSERT_EQ(records.size(), 20U);
  for (const Recorded& recorded : records) {
    SCOPED_TRACE(recorded.comment);
    const auto decoded = collectors::DecodeBrokerSample(recorded.value);
    ASSERT_TRUE(decoded.ok()) << decoded.error().ToString();
    const collectors::StoredBrokerSample& sample = *decoded;
    EXPECT_EQ(std::to_string(sample.version), recorded.told.at("version"));
    EXPECT_EQ(std::to_string(sample.broker), recorded.told.at("broker"));
    EXPECT_EQ(sample.host, recorded.told.at("host"));
    const std::vector<std::pair<double, const char*>> figures = {
        {sample.cpu, "CPU"},
        {sample.bytes_in_kb, "LEADER_BYTES_IN"},
        {sample.bytes_out_kb, "LEADER_BYTES_OUT"},
        {sample.replication_in_kb, "REPLICATION_BYTES_IN"},
        {sample.replication_out_kb, "REPLICATION_BYTES_OUT"},
        {sample.messages_in, "MESSAGE_IN_RATE"},
        {sample.produce_requests, "PRODUCE_REQ_RATE"},
        {sample.consumer_fetch_requests, "CONSUMER_FETCH_REQ_RATE"},
        {sample.follower_fetch_requests, "FOLLOWER_FETCH_REQ_RATE"},
        {sample.handler_idle, "HANDLER_IDLE"},
        {sample.disk_mb, "DISK"},
        {sample.produce_rate, "PRODUCE_RATE"},
        {sample.fetch_rate, "FETCH_RATE"}};
    for (const auto& [value, key] : figures) ExpectClose(value, recorded.told.at(key));
    EXPECT_EQ(std::to_string(sample.time.unix_ms), recorded.told.at("time"));
    EXPECT_EQ(std::to_string(sample.request_queue), recorded.told.at("reqQ"));
    EXPECT_EQ(std::to_string(sample.response_queue), recorded.told.at("respQ"));
    ExpectList(sample, 22, ListIn(recorded.comment, "t22-39"), 18);
    ExpectList(sample, 40, ListIn(recorded.comment, "t40-42"), 3);
    ExpectList(sample, 43, ListIn(recorded.comment, "t43-62"), 20);
  }
}

TEST(ReporterRecord, NoPrefixOfARecordPassesForOne) {
  for (const Recorded& recorded : Read("metrics-topic.hex.txt")) {
    for (std::size_t size = 0; size < recorded.value.size(); ++size) {
      const auto cut = std::span(recorded.value).first(size);
      EXPECT_FALSE(collectors::DecodeReporterRecord(cut).ok()) << recorded.comment << " " << size;
    }
    Bytes longer = recorded.value;
    longer.push_back(0);
    EXPECT_FALSE(collectors::DecodeReporterRecord(longer).ok());
  }
  for (const Recorded& recorded : Read("broker-samples.hex.txt")) {
    const std::size_t needed = recorded.value.size() - 2;
    for (std::size_t size = 0; size < needed; ++size) {
      const auto cut = std::span(recorded.value).first(size);
      EXPECT_FALSE(collectors::DecodeBrokerSample(cut).ok()) << size;
    }
  }
}

TEST(ReporterRecord, TellsNewerFromBroken) {
  const Bytes value = Read("metrics-topic.hex.txt").front().value;
  for (const std::size_t place : {0, 1, 2}) {
    Bytes newer = value;
    newer[place] = 200;
    const auto record = collectors::DecodeReporterRecord(newer);
    ASSERT_FALSE(record.ok());
    EXPECT_EQ(record.error().code(), ErrorCode::kUnimplemented) << place;
  }
  Bytes wrong_class = value;
  wrong_class[0] = 1;  // a broker's metric as a topic's
  EXPECT_EQ(collectors::DecodeReporterRecord(wrong_class).error().code(), ErrorCode::kDataLoss);
  Bytes no_broker = value;
  no_broker[11] = 0xff;
  EXPECT_EQ(collectors::DecodeReporterRecord(no_broker).error().code(), ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace levelwind
