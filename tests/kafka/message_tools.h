#pragma once

// Tools that work on every message through its table: random content, comparison at a version.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "kafka/protocol/field.h"

namespace levelwind::kafka::testing {

/// Fills messages with random values. `longest` bounds arrays and strings.
class Filler {
 public:
  Filler(std::uint64_t seed, int longest) : random_(seed), longest_(longest) {}

  template <FieldStruct S>
  void Fill(S& out, std::int16_t version) {
    FillFields(out, version, std::make_index_sequence<std::tuple_size_v<decltype(S::kFields)>>());
  }

 private:
  template <class S, std::size_t... I>
  void FillFields(S& out, std::int16_t version, std::index_sequence<I...>) {
    (FillField(out, std::get<I>(S::kFields), version), ...);
  }
  template <class S, class T>
  void FillField(S& out, const Field<S, T>& field, std::int16_t version) {
    if (field.In(version)) Value(out.*(field.member), field.Nullable(version), version);
  }

  template <class T>
  void Value(T& out, bool nullable, std::int16_t version) {
    if constexpr (kIsOptional<T>) {
      if (nullable && Number(0, 3) == 0) {
        out.reset();
      } else {
        typename T::value_type value{};  // not emplace(): see codec_impl.h
        Value(value, false, version);
        out = std::move(value);
      }
    } else if constexpr (FieldStruct<T>) {
      Fill(out, version);
    } else if constexpr (kIsVector<T>) {
      out.resize(static_cast<std::size_t>(Number(0, longest_)));
      for (auto& element : out) Value(element, false, version);
    } else if constexpr (std::is_same_v<T, std::string>) {
      out.resize(static_cast<std::size_t>(Number(0, longest_ * 3)));
      for (char& c : out) c = static_cast<char>(Number(-128, 127));
    } else if constexpr (std::is_same_v<T, Bytes>) {
      out.data.resize(static_cast<std::size_t>(Number(0, longest_ * 3)));
      for (auto& byte : out.data) byte = static_cast<std::uint8_t>(Number(0, 255));
    } else if constexpr (std::is_same_v<T, Uuid>) {
      for (auto& byte : out.bytes) byte = static_cast<std::uint8_t>(Number(0, 255));
    } else if constexpr (std::is_same_v<T, double>) {
      out = std::uniform_real_distribution<double>(-1e9, 1e9)(random_);
    } else if constexpr (std::is_same_v<T, bool>) {
      out = Number(0, 1) == 1;
    } else {
      out = static_cast<T>(std::uniform_int_distribution<std::int64_t>()(random_));
    }
  }

  int Number(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random_);
  }

  std::mt19937_64 random_;
  int longest_;
};

template <class T>
bool SameAt(const T& a, const T& b, std::int16_t version);

template <class S, class T>
bool SameField(const S& a, const S& b, const Field<S, T>& field, std::int16_t version) {
  return !field.In(version) || SameAt(a.*(field.member), b.*(field.member), version);
}

template <class S, std::size_t... I>
bool SameFields(const S& a, const S& b, std::int16_t version, std::index_sequence<I...>) {
  return (SameField(a, b, std::get<I>(S::kFields), version) && ...);
}

/// Whether two messages agree in everything that the version has.
template <class T>
bool SameAt(const T& a, const T& b, std::int16_t version) {
  if constexpr (kIsOptional<T>) {
    return a.has_value() == b.has_value() && (!a || SameAt(*a, *b, version));
  } else if constexpr (kIsVector<T>) {
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i) same = SameAt(a[i], b[i], version);
    return same;
  } else if constexpr (FieldStruct<T>) {
    return SameFields(a, b, version,
                      std::make_index_sequence<std::tuple_size_v<decltype(T::kFields)>>());
  } else {
    return a == b;
  }
}

}  // namespace levelwind::kafka::testing
