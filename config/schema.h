#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "config/config.h"

namespace levelwind::config {

/// How a value is written.
enum class ValueType : std::uint8_t {
  kText,
  kChoice,    ///< One of SchemaEntry::choices.
  kInteger,   ///< 20
  kNumber,    ///< 0.09
  kDuration,  ///< 15s, 500ms, 10m, 2h
  kBytes,     ///< 64MiB, 10GB
  kRate,      ///< 50MiB/s
  kBool,      ///< true or false
  kList,      ///< A YAML list of texts; in flags and the environment a,b,c.
  kGroups,    ///< autoscale.groups: a YAML list of maps; only in the file.
};
std::string_view ValueTypeName(ValueType type);

/// A member that is an enum, through its names.
struct ChoiceRef {
  std::function<std::string()> get;
  std::function<void(std::string_view)> set;
};
/// Where a value lives in a Config.
using FieldRef = std::variant<std::string*, std::vector<std::string>*, std::vector<BrokerId>*,
                              std::int32_t*, std::int64_t*, std::uint64_t*, double*, bool*,
                              Duration*, ChoiceRef, std::vector<AutoscaleGroup>*>;

/// One key of the configuration. Flags, environment, file, checks, docs, JSON Schema and the
/// example file all come from these entries; nothing else knows a key.
struct SchemaEntry {
  std::string_view key;  ///< "plan.band_margin"; the environment has LEVELWIND_PLAN_BAND_MARGIN.
  ValueType type = ValueType::kText;
  FieldRef (*field)(Config& config) = nullptr;
  std::string_view description;
  std::string_view example;
  /// Range in the value's base unit (seconds, bytes, bytes per second, itself); both ends allowed.
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices = {};
  /// A word instead of a number, for "no limit" and the like, and the number it stands for.
  std::string_view word = {};
  std::int64_t word_value = 0;
};

/// SchemaEntry::word_value where the word stands for "not known": NaN or kUnknownCount.
inline constexpr std::int64_t kWordIsUnknown = std::numeric_limits<std::int64_t>::min();

/// In the order of the docs.
const std::vector<SchemaEntry>& Schema();
/// Null when there is no such key.
const SchemaEntry* FindEntry(std::string_view key);
/// "LEVELWIND_PLAN_BAND_MARGIN"
std::string EnvironmentName(const SchemaEntry& entry);

/// Writes the value as the file would have it: "15s", "64MiB", "a, b" (list), "unlimited" (word).
std::string FormatValue(const SchemaEntry& entry, const Config& config);
/// Reads `text` into the config, or says what is wrong with it. Not for lists.
Status AssignText(const SchemaEntry& entry, std::string_view text, Config& config);
Status AssignList(const SchemaEntry& entry, std::vector<std::string> items, Config& config);
/// "500ms to 5m", "at least 1", "" when anything goes.
std::string FormatRange(const SchemaEntry& entry);

}  // namespace levelwind::config
