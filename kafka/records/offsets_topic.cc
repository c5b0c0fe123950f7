#include "kafka/records/offsets_topic.h"

#include <fmt/format.h>

#include <utility>

#include "kafka/protocol/codec_impl.h"
#include "kafka/protocol/reader.h"
#include "kafka/protocol/writer.h"

namespace levelwind::kafka {

namespace {

constexpr bool kClassic = false;  // keys have no flexible encoding

constexpr std::int16_t kOffsetCommit = 1;  // 0, of old, has the same layout
constexpr std::int16_t kClassicGroup = 2;

/// A string that is not null; `what` is its name in errors.
std::string Name(Reader& reader, std::string_view what) {
  const std::int32_t length = reader.StringLength(kClassic);
  if (reader.ok() && length < 0) reader.Fail("null where null is not allowed");
  if (!reader.ok()) {
    reader.AddContext(what);
    return {};
  }
  return std::string(reader.Text(static_cast<std::size_t>(length)));
}

Error NotAKey(std::int16_t type, const Error& error) {
  return error.Wrap(fmt::format("decoding a key of type {} in __consumer_offsets", type));
}

template <class Value>
Result<Value> DecodeValue(std::span<const std::uint8_t> bytes) {
  Reader reader(bytes);
  const std::int16_t version = reader.Int16();
  // Only errors need it, and there are millions of records.
  const auto name = [version] { return fmt::format("{} v{}", Value::kName, version); };
  if (reader.ok() && version < 0) {
    return DataLoss(name() + " in __consumer_offsets: no such version");
  }
  if (version > Value::kNewest) {
    return Error(ErrorCode::kUnimplemented, fmt::format("{} in __consumer_offsets is newer than "
                                                        "this build knows (up to v{})",
                                                        name(), Value::kNewest));
  }
  Value value;
  if (reader.ok()) internal::Decoder(reader, version, version >= Value::kFlexible).Struct(value);
  if (Status status = reader.Finish(); !status.ok()) {
    return status.error().Wrap(fmt::format("decoding {} in __consumer_offsets", name()));
  }
  return value;
}

template <class Value>
Result<std::vector<std::uint8_t>> EncodeValue(const Value& value, std::int16_t version) {
  if (version < 0 || version > Value::kNewest) {
    return InvalidArgument(fmt::format("{} v{} is not known: versions 0 to {} are", Value::kName,
                                       version, Value::kNewest));
  }
  Writer writer;
  writer.Int16(version);
  internal::Encoder(writer, version, version >= Value::kFlexible).Struct(value);
  LW_RETURN_IF_ERROR(writer.status());
  return std::move(writer).Take();
}

}  // namespace

Result<OffsetsTopicKey> DecodeOffsetsTopicKey(std::span<const std::uint8_t> bytes) {
  Reader reader(bytes);
  const std::int16_t type = reader.Int16();
  if (!reader.ok()) return NotAKey(type, reader.failure());
  if (type < 0) return NotAKey(type, DataLoss("no such type"));
  if (type > kNewestCoordinatorKey) return OffsetsTopicKey(OtherCoordinatorKey{type, {}, {}});
  std::string group = Name(reader, "group");
  if (!reader.ok()) return NotAKey(type, reader.failure());
  if (type > kClassicGroup) {
    std::string member = IsMemberKey(type) ? Name(reader, "member") : std::string();
    if (!reader.ok()) return NotAKey(type, reader.failure());
    return OffsetsTopicKey(OtherCoordinatorKey{type, std::move(group), std::move(member)});
  }
  OffsetsTopicKey key = ClassicGroupKey{group};
  if (type <= kOffsetCommit) {
    std::string topic = Name(reader, "topic");
    key = OffsetCommitKey{std::move(group), {std::move(topic), reader.Int32()}};
  }
  if (Status status = reader.Finish(); !status.ok()) return NotAKey(type, status.error());
  return key;
}

Result<OffsetCommitValue> DecodeOffsetCommitValue(std::span<const std::uint8_t> bytes) {
  return DecodeValue<OffsetCommitValue>(bytes);
}

Result<ClassicGroupValue> DecodeClassicGroupValue(std::span<const std::uint8_t> bytes) {
  return DecodeValue<ClassicGroupValue>(bytes);
}

Result<std::vector<std::uint8_t>> EncodeOffsetsTopicKey(const OffsetsTopicKey& key) {
  Writer writer;
  if (const auto* commit = std::get_if<OffsetCommitKey>(&key)) {
    writer.Int16(kOffsetCommit);
    writer.String(kClassic, commit->group);
    writer.String(kClassic, commit->partition.topic);
    writer.Int32(commit->partition.partition);
  } else if (const auto* group = std::get_if<ClassicGroupKey>(&key)) {
    writer.Int16(kClassicGroup);
    writer.String(kClassic, group->group);
  } else {
    const auto& other = std::get<OtherCoordinatorKey>(key);
    writer.Int16(other.type);
    if (other.type <= kNewestCoordinatorKey) writer.String(kClassic, other.group);
    if (IsMemberKey(other.type)) writer.String(kClassic, other.member);
  }
  LW_RETURN_IF_ERROR(writer.status());
  return std::move(writer).Take();
}

Result<std::vector<std::uint8_t>> EncodeOffsetCommitValue(const OffsetCommitValue& value,
                                                          std::int16_t version) {
  return EncodeValue(value, version);
}

Result<std::vector<std::uint8_t>> EncodeClassicGroupValue(const ClassicGroupValue& value,
                                                          std::int16_t version) {
  return EncodeValue(value, version);
}

}  // namespace levelwind::kafka
