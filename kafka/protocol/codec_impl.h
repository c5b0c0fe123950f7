#pragma once

// How the message tables become bytes. Included only by the messages_*.cc files, which instantiate
// Encode and Decode for their messages; everybody else includes codec.h.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kafka/protocol/codec.h"

namespace levelwind::kafka::internal {

/// The fewest bytes that a value can take on the wire. With it a claimed count of elements is
/// refused before memory for them is taken.
template <class T>
constexpr std::size_t MinWireSize(std::int16_t version, bool flexible) {
  if constexpr (kIsOptional<T>) {
    if constexpr (FieldStruct<typename T::value_type>) return 1;
    return MinWireSize<typename T::value_type>(version, flexible);
  } else if constexpr (FieldStruct<T>) {
    const auto size_of = [&]<class Owner, class V>(const Field<Owner, V>& field) {
      const bool inline_here = field.In(version) && !field.tagged();
      return inline_here ? MinWireSize<V>(version, flexible) : 0;
    };
    const std::size_t fields = std::apply(
        [&](const auto&... field) { return (std::size_t{0} + ... + size_of(field)); }, T::kFields);
    return fields + (flexible ? 1 : 0);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return 16;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return flexible ? 1 : 2;
  } else if constexpr (std::is_same_v<T, Bytes> || kIsVector<T>) {
    return flexible ? 1 : 4;
  } else {
    static_assert(std::is_arithmetic_v<T>);
    return sizeof(T);
  }
}

/// Reads values of one message version. Every function returns whether the reader is still good.
class Decoder {
 public:
  Decoder(Reader& reader, std::int16_t version, bool flexible)
      : reader_(reader), version_(version), flexible_(flexible) {}

  template <FieldStruct S>
  bool Struct(S& out) {
    const bool good = std::apply(
        [&](const auto&... field) { return (PlainField(out, field) && ...); }, S::kFields);
    return good && (!flexible_ || Tags(out));
  }

 private:
  template <class S, class F>
  bool PlainField(S& out, const F& field) {
    if (!field.In(version_) || field.tagged()) return true;
    return FieldValue(out, field);
  }

  template <class S, class F>
  bool FieldValue(S& out, const F& field) {
    Value(out.*(field.member), field.Nullable(version_));
    if (!reader_.ok()) reader_.AddContext(field.name);
    return reader_.ok();
  }

  template <class T>
  void Value(T& out, bool nullable) {
    if constexpr (kIsOptional<T>) {
      Optional(out, nullable);
    } else if constexpr (FieldStruct<T>) {
      Struct(out);
    } else if constexpr (kIsVector<T>) {
      Present(ArrayLength<T>(), [&](std::int32_t length) { Elements(length, out); });
    } else if constexpr (std::is_same_v<T, std::string>) {
      Present(reader_.StringLength(flexible_), [&](std::int32_t length) { Text(length, out); });
    } else if constexpr (std::is_same_v<T, Bytes>) {
      Present(reader_.BytesLength(flexible_), [&](std::int32_t length) { Blob(length, out); });
    } else {
      Fixed(out);
    }
  }

  void Fixed(bool& out) { out = reader_.Bool(); }
  void Fixed(std::int8_t& out) { out = reader_.Int8(); }
  void Fixed(std::int16_t& out) { out = reader_.Int16(); }
  void Fixed(std::int32_t& out) { out = reader_.Int32(); }
  void Fixed(std::int64_t& out) { out = reader_.Int64(); }
  void Fixed(std::uint16_t& out) { out = reader_.Uint16(); }
  void Fixed(double& out) { out = reader_.Float64(); }
  void Fixed(Uuid& out) { out = reader_.ReadUuid(); }

  template <class Then>
  void Present(std::int32_t length, Then then) {
    if (length < 0) return reader_.Fail("null where null is not allowed");
    then(length);
  }

  template <class T>
  void Optional(std::optional<T>& out, bool nullable) {
    if constexpr (FieldStruct<T>) {
      const bool present = !nullable || reader_.Int8() >= 0;
      if (!present || !reader_.ok()) return out.reset();
      // Not emplace(): clang 14 takes a nested struct with initialisers for not constructible.
      T value;
      Struct(value);
      out = std::move(value);
    } else {
      const std::int32_t length = NullableLength<T>();
      if (!reader_.ok()) return;
      if (length >= 0) return Filled(length, out.emplace());
      if (!nullable) return reader_.Fail("null where null is not allowed");
      out.reset();
    }
  }

  template <class T>
  std::int32_t NullableLength() {
    if constexpr (kIsVector<T>) return ArrayLength<T>();
    if constexpr (std::is_same_v<T, Bytes>) return reader_.BytesLength(flexible_);
    if constexpr (std::is_same_v<T, std::string>) return reader_.StringLength(flexible_);
  }

  template <class T>
  std::int32_t ArrayLength() {
    const std::size_t least = MinWireSize<typename T::value_type>(version_, flexible_);
    return reader_.ArrayLength(flexible_, std::max<std::size_t>(least, 1));
  }

  void Filled(std::int32_t length, std::string& out) { Text(length, out); }
  void Filled(std::int32_t length, Bytes& out) { Blob(length, out); }
  template <class T>
  void Filled(std::int32_t length, std::vector<T>& out) {
    Elements(length, out);
  }

  void Text(std::int32_t length, std::string& out) {
    const auto size = static_cast<std::size_t>(length);
    // A short one fits into the string itself, which its struct or array has counted.
    if (size > std::string().capacity() && !reader_.TakeMemory(1, size + 1)) return;
    out = reader_.Text(size);
  }
  void Blob(std::int32_t length, Bytes& out) {
    if (!reader_.TakeMemory(1, static_cast<std::size_t>(length))) return;
    const auto bytes = reader_.Raw(static_cast<std::size_t>(length));
    out.data.assign(bytes.begin(), bytes.end());
  }

  template <class T>
  void Elements(std::int32_t length, std::vector<T>& out) {
    out.clear();
    if (!reader_.TakeMemory(static_cast<std::size_t>(length), sizeof(T))) return;
    out.reserve(static_cast<std::size_t>(length));
    for (std::int32_t i = 0; i < length && reader_.ok(); ++i) Value(out.emplace_back(), false);
  }

  template <class S>
  bool Tags(S& out) {
    const std::uint32_t count = reader_.Uvarint();
    std::int64_t last = -1;
    for (std::uint32_t i = 0; i < count && reader_.ok(); ++i) {
      const std::int64_t tag = reader_.Uvarint();
      const std::size_t size = reader_.Uvarint();
      const std::size_t offset = reader_.offset();
      const auto bytes = reader_.Raw(size);
      if (!reader_.ok()) break;
      if (tag <= last) {
        reader_.Fail(fmt::format("tag {} comes after tag {}", tag, last));
        break;
      }
      last = tag;
      std::apply([&](const auto&... field) { (Tagged(out, field, tag, bytes, offset), ...); },
                 S::kFields);
    }
    return reader_.ok();
  }

  template <class S, class F>
  void Tagged(S& out, const F& field, std::int64_t tag, std::span<const std::uint8_t> bytes,
              std::size_t offset) {
    if (field.options.tag != tag || !field.In(version_)) return;
    Reader part = reader_.Part(bytes);
    Decoder(part, version_, flexible_).FieldValue(out, field);
    if (part.ok() && part.remaining() > 0) part.Fail("the tagged field is longer than its value");
    reader_.FailFrom(part, offset);
  }

  Reader& reader_;
  const std::int16_t version_;
  const bool flexible_;
};

/// Whether two values are equal, structs and vectors of structs included.
template <class T>
bool Same(const T& a, const T& b) {
  if constexpr (FieldStruct<T>) {
    return std::apply(
        [&](const auto&... field) { return (Same(a.*(field.member), b.*(field.member)) && ...); },
        T::kFields);
  } else if constexpr (kIsVector<T>) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return Same(x, y); });
  } else if constexpr (kIsOptional<T>) {
    return a.has_value() == b.has_value() && (!a || Same(*a, *b));
  } else {
    return a == b;
  }
}

/// Writes values of one message version.
class Encoder {
 public:
  Encoder(Writer& writer, std::int16_t version, bool flexible)
      : writer_(writer), version_(version), flexible_(flexible) {}

  template <FieldStruct S>
  void Struct(const S& in) {
    std::apply([&](const auto&... field) { (PlainField(in, field), ...); }, S::kFields);
    if (flexible_) Tags(in);
  }

 private:
  template <class S, class F>
  void PlainField(const S& in, const F& field) {
    if (field.In(version_) && !field.tagged()) FieldValue(in, field);
  }

  template <class S, class F>
  void FieldValue(const S& in, const F& field) {
    const auto& value = in.*(field.member);
    if constexpr (kIsOptional<typename F::Value>) {
      if (!value && !field.Nullable(version_)) {
        writer_.Fail(fmt::format("{} may not be null in version {}", field.name, version_));
      }
    }
    Value(value);
  }

  template <class T>
  void Value(const T& in) {
    if constexpr (kIsOptional<T>) {
      Optional(in);
    } else if constexpr (FieldStruct<T>) {
      Struct(in);
    } else if constexpr (kIsVector<T>) {
      writer_.ArrayLength(flexible_, static_cast<std::int64_t>(in.size()));
      for (const auto& element : in) Value(element);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      writer_.ArrayLength(flexible_, static_cast<std::int64_t>(in.data.size()));
      writer_.Raw(in.data);
    } else {
      Fixed(in);
    }
  }

  template <class T>
  void Optional(const std::optional<T>& in) {
    if constexpr (FieldStruct<T>) {
      writer_.Int8(in ? 1 : -1);
      if (in) Struct(*in);
    } else if (in) {
      Value(*in);
    } else if constexpr (std::is_same_v<T, std::string>) {
      writer_.StringLength(flexible_, Writer::kNull);
    } else {
      writer_.ArrayLength(flexible_, Writer::kNull);
    }
  }

  void Fixed(bool in) { writer_.Bool(in); }
  void Fixed(std::int8_t in) { writer_.Int8(in); }
  void Fixed(std::int16_t in) { writer_.Int16(in); }
  void Fixed(std::int32_t in) { writer_.Int32(in); }
  void Fixed(std::int64_t in) { writer_.Int64(in); }
  void Fixed(std::uint16_t in) { writer_.Uint16(in); }
  void Fixed(double in) { writer_.Float64(in); }
  void Fixed(const Uuid& in) { writer_.WriteUuid(in); }
  void Fixed(const std::string& in) { writer_.String(flexible_, in); }

  /// A tagged field at its default is left out, as Kafka does.
  template <class S, class F>
  bool TagPresent(const S& in, const F& field) const {
    if (!field.tagged() || !field.In(version_)) return false;
    const auto& value = in.*(field.member);
    if constexpr (kIsVector<typename F::Value>) {
      return !value.empty();
    } else if constexpr (kIsOptional<typename F::Value>) {
      return value.has_value();
    } else if constexpr (FieldStruct<typename F::Value>) {
      return !Same(value, typename F::Value());
    } else {
      return !(value == S{}.*(field.member));
    }
  }

  template <class S>
  void Tags(const S& in) {
    std::apply(
        [&](const auto&... field) {
          writer_.Uvarint((0U + ... + (TagPresent(in, field) ? 1U : 0U)));
          (Tagged(in, field), ...);
        },
        S::kFields);
  }

  template <class S, class F>
  void Tagged(const S& in, const F& field) {
    if (!TagPresent(in, field)) return;
    Writer part;
    Encoder(part, version_, flexible_).FieldValue(in, field);
    if (!part.ok()) writer_.Fail(part.status().error().message());
    writer_.Uvarint(static_cast<std::uint32_t>(field.options.tag));
    writer_.Uvarint(static_cast<std::uint32_t>(part.size()));
    writer_.Raw(part.bytes());
  }

  Writer& writer_;
  const std::int16_t version_;
  const bool flexible_;
};

/// Tags must ascend in the order of the table, because the encoder writes them in that order.
template <FieldStruct S>
constexpr bool TagsAscend() {
  std::int16_t last = -1;
  bool good = true;
  const auto look = [&](const FieldOptions& options) {
    if (options.tag < 0) return;
    good = good && options.tag > last;
    last = options.tag;
  };
  std::apply([&](const auto&... field) { (look(field.options), ...); }, S::kFields);
  return good;
}

inline std::string VersionedName(const MessageInfo& info, std::int16_t version) {
  return fmt::format("{} v{}", info.name, version);
}

}  // namespace levelwind::kafka::internal

namespace levelwind::kafka {

template <class Message>
Status Encode(const Message& message, std::int16_t version, Writer& writer) {
  static_assert(internal::TagsAscend<Message>());
  const MessageInfo& info = Message::kInfo;
  if (!info.Supports(version)) {
    return InvalidArgument(fmt::format("{} is not known: versions {} to {} are",
                                       internal::VersionedName(info, version), info.min, info.max));
  }
  internal::Encoder(writer, version, info.IsFlexible(version)).Struct(message);
  if (!writer.ok()) {
    return writer.status().error().Wrap(
        fmt::format("encoding {}", internal::VersionedName(info, version)));
  }
  return Ok();
}

template <class Message>
Result<Message> Decode(Reader& reader, std::int16_t version) {
  const MessageInfo& info = Message::kInfo;
  if (!info.Supports(version)) {
    return InvalidArgument(fmt::format("{} is not known: versions {} to {} are",
                                       internal::VersionedName(info, version), info.min, info.max));
  }
  Message message;
  internal::Decoder(reader, version, info.IsFlexible(version)).Struct(message);
  if (Status status = reader.Finish(); !status.ok()) {
    return status.error().Wrap(fmt::format("decoding {}", internal::VersionedName(info, version)));
  }
  return message;
}

}  // namespace levelwind::kafka

#define LW_INSTANTIATE_MESSAGE(Message)                                   \
  template Status Encode<Message>(const Message&, std::int16_t, Writer&); \
  template Result<Message> Decode<Message>(Reader&, std::int16_t);
#define LW_INSTANTIATE_API(Api)        \
  LW_INSTANTIATE_MESSAGE(Api##Request) \
  LW_INSTANTIATE_MESSAGE(Api##Response)
