#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace levelwind::config {

/// A place in the file, counted from 1. 0: not from a file.
struct Place {
  int line = 0;
  int column = 0;
};

/// Something that is wrong with the configuration.
struct Problem {
  Place place;
  std::string message;  ///< "plan.seed: 'x' is not a whole number"
};

struct YamlEntry;

/// One value of the file with its place.
struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  Place place;
  std::string text;                 ///< Of a scalar.
  std::vector<YamlNode> items;      ///< Of a list.
  std::vector<YamlEntry> entries;   ///< Of a map, in the file's order.
  std::vector<Place> entry_places;  ///< Of the keys, as `entries`.
};

struct YamlEntry {
  std::string key;
  YamlNode node;
};

inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

/// Reads one YAML document of maps, lists and scalars. Refused with a problem each: more than
/// kMaxConfigBytes, nesting deeper than 8, anchors, aliases, explicit tags, a second document,
/// duplicate keys, keys that are not plain words. After a syntax error nothing further is read.
YamlNode ParseYaml(std::string_view text, std::vector<Problem>& problems);

}  // namespace levelwind::config
