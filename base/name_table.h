#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace levelwind {

/// The names of an enumeration's values, as the API, the journal and files show them. One table
/// serves both directions, so that they cannot drift apart.
template <class E, std::size_t N>
using NameTable = std::array<std::pair<E, std::string_view>, N>;

/// "unknown" for a value that the table does not have.
template <class E, std::size_t N>
constexpr std::string_view NameIn(const NameTable<E, N>& table, E value) {
  for (const auto& [known, name] : table) {
    if (known == value) return name;
  }
  return "unknown";
}

template <class E, std::size_t N>
constexpr std::optional<E> ParseIn(const NameTable<E, N>& table, std::string_view text) {
  for (const auto& [known, name] : table) {
    if (name == text) return known;
  }
  return std::nullopt;
}

}  // namespace levelwind
