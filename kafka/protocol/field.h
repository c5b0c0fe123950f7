#pragma once

// The vocabulary of the message tables. A message is a plain struct; its static member kFields
// lists the members in wire order with the versions that have them. Everything else (encoding,
// decoding, the conformance dump) folds over that list.
//
//   struct Topic {
//     std::string name;
//     Uuid topic_id;
//     static constexpr auto kFields =
//         std::tuple{F("Name", &Topic::name), F("TopicId", &Topic::topic_id, {.since = 10})};
//   };
//
// Member types: bool, std::int8_t to std::int64_t, std::uint16_t, double (FLOAT64), Uuid,
// std::string, Bytes, another such struct,
// std::vector of any of these, and std::optional around a string, Bytes, vector or struct for
// fields that may be null. A field that a version does not have keeps its default when read and is
// left out when written.

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "kafka/protocol/api.h"

namespace levelwind::kafka {

/// An opaque byte string (not text).
struct Bytes {
  std::vector<std::uint8_t> data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

struct FieldOptions {
  std::int16_t since = 0;
  std::int16_t until = kNever;     ///< The last version that has the field.
  std::int16_t nullable = kNever;  ///< The first version in which null is allowed.
  std::int16_t tag = -1;           ///< Number in the tag section; -1: an ordinary field.
};

template <class Owner, class T>
struct Field {
  using Value = T;
  std::string_view name;  ///< As in Kafka's schemas.
  T Owner::*member;
  FieldOptions options;

  constexpr bool In(std::int16_t version) const {
    return version >= options.since && version <= options.until;
  }
  constexpr bool Nullable(std::int16_t version) const { return version >= options.nullable; }
  constexpr bool tagged() const { return options.tag >= 0; }
};

template <class Owner, class T>
constexpr Field<Owner, T> F(std::string_view name, T Owner::*member, FieldOptions options = {}) {
  return {name, member, options};
}

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
concept FieldStruct = requires {
  T::kFields;
};

}  // namespace levelwind::kafka
