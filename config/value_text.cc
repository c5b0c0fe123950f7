// Reading and writing single values: the part of schema.h that knows units.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/text.h"
#include "config/schema.h"

namespace levelwind::config {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};
constexpr std::array<Unit, 6> kByteUnits = {
    {{"TiB", 0x1p40}, {"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}, {"B", 1}, {"B", 0}}};
constexpr std::array<Unit, 5> kTimeUnits = {
    {{"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 1e-3}, {"ms", 0}}};

/// In the largest unit that leaves a whole number; the last unit otherwise.
template <std::size_t N>
std::string WithUnit(double value, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    const double number = unit.factor > 0 ? value / unit.factor : value;
    const bool whole = std::abs(number - std::round(number)) < 1e-9 && number >= 1;
    if (unit.factor > 0 && whole) return fmt::format("{:.0f}{}", number, unit.name);
  }
  if (value == 0) return "0" + std::string(units[N - 1].name);
  return fmt::format("{:g}{}", value / units[N - 2].factor, units[N - 2].name);
}

/// `value` is in the base unit: seconds, bytes, bytes per second or itself.
std::string FormatNumber(ValueType type, double value) {
  switch (type) {
    case ValueType::kDuration:
      return WithUnit(value, kTimeUnits);
    case ValueType::kBytes:
      return WithUnit(value, kByteUnits);
    case ValueType::kRate:
      return WithUnit(value, kByteUnits) + "/s";
    case ValueType::kInteger:
      return fmt::format("{:.0f}", value);
    default:
      return fmt::format("{}", value);
  }
}

bool HasUnit(std::string_view text) {
  return !text.empty() && text != "0" && (text.back() < '0' || text.back() > '9') &&
         text.back() != '.';
}

Result<double> ParseWholeNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) {
    return InvalidArgument("is not a whole number");
  }
  return static_cast<double>(value);
}

Result<double> ParseNumber(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return InvalidArgument("is not a number");
  }
  return value;
}

Result<double> ParseSize(std::string_view text, std::string_view what) {
  if (!HasUnit(text) && text != "0") return InvalidArgument(fmt::format("has no unit; {}", what));
  const auto bytes = ParseBytes(text);
  if (!bytes.ok()) return InvalidArgument(fmt::format("is not an amount of bytes; {}", what));
  return static_cast<double>(*bytes);
}

/// The value in its base unit. The error continues the sentence "KEY: 'TEXT' ...".
Result<double> ParseBase(ValueType type, std::string_view text) {
  switch (type) {
    case ValueType::kInteger:
      return ParseWholeNumber(text);
    case ValueType::kDuration: {
      if (text == "0") return 0.0;
      const auto duration = ParseDuration(text);
      if (!duration.ok()) return InvalidArgument("is not a duration; write 500ms, 15s, 10m or 2h");
      return ToSeconds(*duration);
    }
    case ValueType::kBytes:
      return ParseSize(text, "write 64MiB or 10GB");
    case ValueType::kRate:
      if (text == "0") return 0.0;
      if (!text.ends_with("/s")) {
        return InvalidArgument("is not a rate in bytes per second; write 50MiB/s");
      }
      return ParseSize(text.substr(0, text.size() - 2), "write 50MiB/s");
    default:
      return ParseNumber(text);
  }
}

Status StoreNumber(const FieldRef& field, double value) {
  std::visit(
      [&](const auto& target) {
        using Target = std::decay_t<decltype(target)>;
        if constexpr (std::is_same_v<Target, Duration*>) {
          *target = Duration(std::llround(value * 1e9));
        } else if constexpr (std::is_same_v<Target, double*>) {
          *target = value;
        } else if constexpr (std::is_same_v<Target, std::int32_t*> ||
                             std::is_same_v<Target, std::int64_t*> ||
                             std::is_same_v<Target, std::uint64_t*>) {
          *target = static_cast<std::remove_pointer_t<Target>>(value);
        }
      },
      field);
  return Ok();
}

double LoadNumber(const FieldRef& field) {
  return std::visit(
      [](const auto& target) -> double {
        using Target = std::decay_t<decltype(target)>;
        if constexpr (std::is_same_v<Target, Duration*>) {
          return ToSeconds(*target);
        } else if constexpr (std::is_same_v<Target, double*> ||
                             std::is_same_v<Target, std::int32_t*> ||
                             std::is_same_v<Target, std::int64_t*> ||
                             std::is_same_v<Target, std::uint64_t*>) {
          return static_cast<double>(*target);
        } else {
          return 0;
        }
      },
      field);
}

}  // namespace

std::string_view ValueTypeName(ValueType type) {
  constexpr std::array<std::string_view, 10> kNames = {
      "text",  "choice", "whole number",  "number", "duration",
      "bytes", "rate",   "true or false", "list",   "list of maps"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string FormatRange(const SchemaEntry& entry) {
  if (entry.type == ValueType::kChoice) return Join(entry.choices, ", ");
  std::string range;
  if (std::isfinite(entry.min) && std::isfinite(entry.max)) {
    range = fmt::format("{} to {}", FormatNumber(entry.type, entry.min),
                        FormatNumber(entry.type, entry.max));
  }
  if (!entry.word.empty()) range += fmt::format(", or {}", entry.word);
  return range;
}

std::string FormatValue(const SchemaEntry& entry, const Config& config) {
  Config copy = config;
  const FieldRef field = entry.field(copy);
  if (const auto* text = std::get_if<std::string*>(&field)) return **text;
  if (const auto* list = std::get_if<std::vector<std::string>*>(&field)) return Join(**list, ", ");
  if (const auto* ids = std::get_if<std::vector<BrokerId>*>(&field)) {
    return fmt::format("{}", fmt::join(**ids, ", "));
  }
  if (const auto* choice = std::get_if<ChoiceRef>(&field)) return choice->get();
  if (const auto* flag = std::get_if<bool*>(&field)) return **flag ? "true" : "false";
  if (std::holds_alternative<std::vector<AutoscaleGroup>*>(field)) return {};
  const double value = LoadNumber(field);
  const bool unknown = entry.word_value == kWordIsUnknown;
  if (!entry.word.empty() && (value == static_cast<double>(entry.word_value) ||
                              (unknown && (!IsKnown(value) || value == kUnknownCount)))) {
    return std::string(entry.word);
  }
  return FormatNumber(entry.type, value);
}

Status AssignText(const SchemaEntry& entry, std::string_view text, Config& config) {
  const FieldRef field = entry.field(config);
  const auto wrong = [&](std::string_view reason) {
    return InvalidArgument(fmt::format("{}: '{}' {}", entry.key, EscapeControl(text), reason));
  };
  if (entry.type == ValueType::kGroups) {
    if (text.empty()) return Ok();
    return wrong(
        fmt::format("is no list of maps; write it into the file, such as {}", entry.example));
  }
  if (const auto* target = std::get_if<std::string*>(&field)) {
    **target = text;
    return Ok();
  }
  if (const auto* choice = std::get_if<ChoiceRef>(&field)) {
    const std::string word(text);
    if (std::ranges::find(entry.choices, word) == entry.choices.end()) {
      const auto near = NearestWord(text, entry.choices);
      return wrong(fmt::format("is not one of {}{}", Join(entry.choices, ", "),
                               near ? fmt::format("; did you mean '{}'?", *near) : ""));
    }
    choice->set(text);
    return Ok();
  }
  if (const auto* flag = std::get_if<bool*>(&field)) {
    if (text != "true" && text != "false") return wrong("is not true or false");
    **flag = text == "true";
    return Ok();
  }
  if (!entry.word.empty() && text == entry.word) {
    if (entry.word_value != kWordIsUnknown) {
      return StoreNumber(field, static_cast<double>(entry.word_value));
    }
    const bool real = std::holds_alternative<double*>(field);
    return StoreNumber(field, real ? kUnknown : static_cast<double>(kUnknownCount));
  }
  const auto value = ParseBase(entry.type, text);
  if (!value.ok()) return wrong(value.error().message());
  if (*value < entry.min || *value > entry.max) {
    return wrong("is out of range; allowed is " + FormatRange(entry));
  }
  return StoreNumber(field, *value);
}

Status AssignList(const SchemaEntry& entry, std::vector<std::string> items, Config& config) {
  const FieldRef field = entry.field(config);
  if (const auto* list = std::get_if<std::vector<std::string>*>(&field)) {
    **list = std::move(items);
    return Ok();
  }
  const auto* ids = std::get_if<std::vector<BrokerId>*>(&field);
  if (ids == nullptr) return Ok();
  std::vector<BrokerId> read;
  for (const std::string& item : items) {
    const auto id = ParseBase(ValueType::kInteger, item);
    if (!id.ok() || *id < 0 || *id > std::numeric_limits<BrokerId>::max()) {
      return InvalidArgument(
          fmt::format("{}: '{}' is not a broker id, which is a whole number from 0 on", entry.key,
                      EscapeControl(item)));
    }
    read.push_back(static_cast<BrokerId>(*id));
  }
  **ids = std::move(read);
  return Ok();
}

}  // namespace levelwind::config
