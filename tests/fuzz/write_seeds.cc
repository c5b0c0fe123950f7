// write_seeds DIR: the seeds of every fuzz target, one folder each, made by our own encoders and
// from the files in tests/kafka/fixtures where there are some.

#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kafka/protocol/all_messages.h"
#include "kafka/protocol/codec.h"
#include "kafka/protocol/consumer_protocol.h"
#include "kafka/records/offsets_topic.h"
#include "tests/kafka/message_tools.h"
#include "tests/kafka_records/batch_builder.h"

namespace {

using namespace levelwind::kafka;           // NOLINT: this file is about nothing else
using namespace levelwind::kafka::testing;  // NOLINT
namespace fs = std::filesystem;

class Seeds {
 public:
  explicit Seeds(fs::path dir) : dir_(std::move(dir)) {}

  void Add(const std::string& target, const ByteVector& bytes) {
    fs::create_directories(dir_ / target);
    std::ofstream out(dir_ / target / ("seed-" + std::to_string(next_++)), std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  }
  void Add(const std::string& target, std::string_view text) {
    Add(target, ByteVector(text.begin(), text.end()));
  }

 private:
  fs::path dir_;
  int next_ = 0;
};

ByteVector Prefixed(ByteVector head, const ByteVector& bytes) {
  head.insert(head.end(), bytes.begin(), bytes.end());
  return head;
}

void AddMessages(Seeds& seeds) {
  std::uint8_t index = 0;
  ForEachMessage([&]<class Message>(TypeTag<Message>) {
    const MessageInfo& info = Message::kInfo;
    for (std::int16_t version = info.min; version <= info.max; ++version) {
      Message message;
      Filler(static_cast<std::uint64_t>(version), 2).Fill(message, version);
      Writer writer;
      if (!Encode(message, version, writer).ok()) continue;
      const auto nth = static_cast<std::uint8_t>(version - info.min);
      seeds.Add("fuzz_kafka_responses", Prefixed({index, nth}, writer.bytes()));
      if (!info.name.ends_with("Request")) continue;
      Writer frame;
      EncodeRequestHeader({info.api, version, 1, "c"}, frame);
      frame.Raw(writer.bytes());
      seeds.Add("fuzz_kafka_frames", Prefixed({0}, frame.bytes()));
    }
    ++index;
  });
}

void AddBatches(Seeds& seeds) {
  for (int codec = 0; codec <= 4; ++codec) {
    for (const bool xerial : {true, false}) {
      TestBatch batch;
      batch.codec = static_cast<Codec>(codec);
      batch.xerial = xerial;
      batch.records = {{"k", "v", -1, 3, {{"h", "x"}, {"n", std::nullopt}}},
                       {std::nullopt, "value"},
                       {"tombstone", std::nullopt, 9}};
      const ByteVector one = Build(batch);
      seeds.Add("fuzz_record_batches", one);
      batch.base_offset = 10;
      batch.more_attributes = 0x30;
      batch.payload = ByteVector(2000, 0);
      seeds.Add("fuzz_record_batches", Concat({one, Build(batch)}));
    }
  }
}

void AddOffsetsTopic(Seeds& seeds) {
  const std::vector<levelwind::TopicPartition> partitions = {{"t", 0}, {"t", 1}, {"u", 7}};
  const Bytes assignment = WriteAssignment(partitions);
  seeds.Add("fuzz_consumer_protocol", assignment.data);
  ClassicGroupValue group;
  group.protocol_type = "consumer";
  group.protocol = "range";
  group.members.push_back({"m", "i", "c", "/h", 1, 2, assignment, assignment});
  const auto key = [&](const OffsetsTopicKey& one) {
    seeds.Add("fuzz_offsets_topic", Prefixed({0}, *EncodeOffsetsTopicKey(one)));
  };
  key(OffsetCommitKey{"g", {"t", 1}});
  key(ClassicGroupKey{"g"});
  key(OtherCoordinatorKey{5, "g", "m"});
  for (std::int16_t version = 0; version <= 4; ++version) {
    seeds.Add("fuzz_offsets_topic",
              Prefixed({1}, *EncodeOffsetCommitValue({42, 1, "m", 7, -1, {}}, version)));
    seeds.Add("fuzz_offsets_topic", Prefixed({2}, *EncodeClassicGroupValue(group, version)));
  }
}

/// Of fuzz_offsets_tail: flags, producer, key and value with their lengths.
void AppendTailRecord(std::uint8_t flags, const ByteVector& key, const ByteVector& value,
                      ByteVector& out) {
  out.insert(out.end(), {flags, 1, static_cast<std::uint8_t>(key.size())});
  out.insert(out.end(), key.begin(), key.end());
  out.push_back(static_cast<std::uint8_t>(value.size()));
  out.insert(out.end(), value.begin(), value.end());
}

void AddOffsetsTail(Seeds& seeds) {
  constexpr std::uint8_t kTransactional = 1;
  constexpr std::uint8_t kMarker = 3;
  constexpr std::uint8_t kTombstone = 8;
  constexpr std::uint8_t kNewBatch = 16;
  const ByteVector commit = *EncodeOffsetsTopicKey(OffsetCommitKey{"g", {"t", 1}});
  const ByteVector classic = *EncodeOffsetsTopicKey(ClassicGroupKey{"g"});
  const ByteVector member = *EncodeOffsetsTopicKey(OtherCoordinatorKey{8, "g", "m"});
  const ByteVector group = *EncodeOffsetsTopicKey(OtherCoordinatorKey{3, "g", ""});
  ByteVector all;
  for (std::int16_t version = 0; version <= 4; ++version) {
    const ByteVector value = *EncodeOffsetCommitValue({42, 1, "m", 7, -1, {}}, version);
    AppendTailRecord(kNewBatch, commit, value, all);
    AppendTailRecord(kTransactional, commit, value, all);
    AppendTailRecord(kMarker, {0, 0, 0, 1}, {0}, all);
    AppendTailRecord(0, classic, *EncodeClassicGroupValue({}, version), all);
    seeds.Add("fuzz_offsets_tail", all);
    all.clear();
  }
  AppendTailRecord(0, group, {0, 0, 0, 0, 0, 5, 0}, all);
  AppendTailRecord(0, member, {0, 0, 0, 0, 0, 5, 0, 0, 0, 4, 0, 1, 1, 0}, all);
  AppendTailRecord(kTombstone, member, {}, all);
  AppendTailRecord(kTombstone, group, {}, all);
  AppendTailRecord(kTombstone, commit, {}, all);
  seeds.Add("fuzz_offsets_tail", all);
}

void AddTexts(Seeds& seeds) {
  seeds.Add("fuzz_api_target", "/api/v1/groups/a%20b?limit=10&x=%2F");
  seeds.Add("fuzz_api_target", "http://127.0.0.1:8080");
  seeds.Add("fuzz_api_target", "[::1]:80");
  // Answers during a login: the example of RFC 7677, and what OAUTHBEARER says to a bad token.
  const std::string first = "r=nonceSERVER,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=";
  seeds.Add("fuzz_sasl", std::string("\1") + first + "4096");
  seeds.Add("fuzz_sasl", std::string("\1") + first + "99");
  seeds.Add("fuzz_sasl", std::string("\1v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  seeds.Add("fuzz_sasl", std::string("\2e=other-error"));
  seeds.Add("fuzz_sasl", std::string("\3{\"status\":\"invalid_token\"}"));
  seeds.Add("fuzz_sasl", std::string("\4{\"version\":\"2020_10_22\",\"request-id\":\"r\"}"));
  seeds.Add("fuzz_config_yaml",
            "cluster:\n  bootstrap: [a:9092, b:9092]\nlisten: 127.0.0.1:8080\nplan:\n  seed: 1\n");
  seeds.Add("fuzz_config_yaml", "listen: ${SET:-x}\nlog:\n  level: \"de\\x62ug\"\n");
  seeds.Add("fuzz_snapshot_json",
            R"({"brokers":[{"id":1,"rack":"a","state":"alive","capacity":{"disk":1e9,"cpu":1}}],)"
            R"("topics":[{"name":"t","partitions":[{"replicas":[1],"leader":1,)"
            R"("load":{"disk":5,"nw_in":1.5,"nw_out":null,"cpu":0.1}}]}]})");
}

/// `name` is "Metadata-v12.resp" or ".req"; the frame has its length.
void AddFixture(Seeds& seeds, const std::string& name, ByteVector frame) {
  const std::size_t dash = name.find("-v");
  if (dash == std::string::npos || frame.size() < 8) return;
  frame.erase(frame.begin(), frame.begin() + 4);
  if (name.ends_with(".req")) return seeds.Add("fuzz_kafka_frames", Prefixed({0}, frame));
  const auto version = static_cast<std::uint8_t>(std::stoi(name.substr(dash + 2)));
  const auto apis = KnownApis();
  for (std::size_t i = 0; i < apis.size(); ++i) {
    if (apis[i].name != name.substr(0, dash)) continue;
    seeds.Add("fuzz_kafka_frames", Prefixed({1, static_cast<std::uint8_t>(i), version}, frame));
  }
}

void AddFixtures(Seeds& seeds) {
  const fs::path folder = fs::path(LEVELWIND_SOURCE_DIR) / "tests/kafka/fixtures";
  if (!fs::is_directory(folder)) return;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".hex") continue;
    std::ifstream in(entry.path());
    std::string hex;
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with('#')) hex += line;
    }
    std::erase_if(hex, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) == 0; });
    AddFixture(seeds, entry.path().stem().string(), FromHex(hex));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_seeds DIR\n";
    return 2;
  }
  Seeds seeds{fs::path(argv[1])};
  AddMessages(seeds);
  AddBatches(seeds);
  AddOffsetsTopic(seeds);
  AddOffsetsTail(seeds);
  AddTexts(seeds);
  AddFixtures(seeds);
  return 0;
}
