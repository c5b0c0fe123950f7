#include "config/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/schema.h"

namespace levelwind::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kIntro =
    "# Configuration\n\n"
    "<!-- Made by `levelwind check-config --print-docs` from the schema table; do not edit. -->\n\n"
    "One YAML file, every key optional: `levelwind serve --config levelwind.yaml`. A value is "
    "taken "
    "from the\nflag, else from the environment variable, else from the file, else the default. "
    "`levelwind check-config\nFILE` names every mistake with its line and column.\n\n"
    "In values, `${NAME}` is the environment variable NAME (an error when it is not set),\n"
    "`${NAME:-default}` has a fallback, and `$$` is one `$`. Durations need a unit (`500ms`, "
    "`15s`, "
    "`10m`, `2h`),\nsizes too (`64MiB`, `10GB`), rates are sizes per second (`50MiB/s`). Anchors, "
    "aliases and tags are refused.\n";

std::string Section(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? "" : std::string(key.substr(0, dot));
}

/// Of JSON, for the items of a list.
const char* ItemType(const SchemaEntry& entry) {
  Config config;
  const bool ids = std::holds_alternative<std::vector<BrokerId>*>(entry.field(config));
  return ids ? "integer" : "string";
}

std::string DefaultOf(const SchemaEntry& entry) { return FormatValue(entry, Config()); }

/// Markdown table cell.
std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

Json ValueSchema(const SchemaEntry& entry);

/// An item of autoscale.groups.
Json GroupSchema() {
  constexpr std::string_view kDefaults = "autoscale.defaults.";
  Json out = {{"type", "object"}, {"additionalProperties", false}, {"required", {"group"}}};
  out["properties"]["group"] = {{"type", "string"}};
  out["properties"]["target"] = {{"type", "string"}};
  for (const SchemaEntry& entry : Schema()) {
    if (!entry.key.starts_with(kDefaults)) continue;
    Json value = ValueSchema(entry);
    value.erase("default");
    out["properties"][std::string(entry.key.substr(kDefaults.size()))] = std::move(value);
  }
  return out;
}

Json ValueSchema(const SchemaEntry& entry) {
  Json out;
  const auto number = [&](std::string_view type) {
    // A number, a variable to be substituted, or the word.
    Json plain = {{"type", type}};
    if (std::isfinite(entry.min)) plain["minimum"] = entry.min;
    if (std::isfinite(entry.max)) plain["maximum"] = entry.max;
    Json text = {{"type", "string"}, {"pattern", "\\$\\{"}};
    out["anyOf"] = {plain, text};
    if (!entry.word.empty()) out["anyOf"].push_back({{"const", entry.word}});
  };
  const std::string word = entry.word.empty() ? "" : fmt::format("|^{}$", entry.word);
  const auto text = [&](const std::string& pattern) {
    out["anyOf"] = {{{"type", "string"}, {"pattern", pattern + word + "|\\$\\{"}}, {{"const", 0}}};
  };
  switch (entry.type) {
    case ValueType::kInteger:
      number("integer");
      break;
    case ValueType::kNumber:
      number("number");
      break;
    case ValueType::kDuration:
      text("^[0-9.]+ ?(ns|us|ms|s|m|h|d)$");
      break;
    case ValueType::kBytes:
      text("^[0-9.]+ ?([KMGTP]i?)?B?$");
      break;
    case ValueType::kRate:
      text("^[0-9.]+ ?([KMGTP]i?)?B?/s$");
      break;
    case ValueType::kChoice:
      out["anyOf"] = {{{"enum", entry.choices}}, {{"type", "string"}, {"pattern", "\\$\\{"}}};
      break;
    case ValueType::kList:
      out["anyOf"] = {{{"type", "array"}, {"items", {{"type", ItemType(entry)}}}},
                      {{"type", "string"}}};
      break;
    case ValueType::kGroups:
      out["type"] = "array";
      out["items"] = GroupSchema();
      break;
    case ValueType::kBool:
      out["anyOf"] = {{{"type", "boolean"}}, {{"type", "string"}, {"pattern", "\\$\\{"}}};
      break;
    case ValueType::kText:
      out["type"] = {"string", "number", "boolean"};
      break;
  }
  out["description"] = entry.description;
  const std::string fallback = DefaultOf(entry);
  if (!fallback.empty()) out["default"] = fallback;
  return out;
}

Json ObjectSchema() {
  return {{"type", {"object", "null"}},
          {"additionalProperties", false},
          {"properties", Json::object()}};
}

/// Two spaces for each level below the top.
std::string Indent(std::string_view section) {
  return section.empty() ? "" : std::string(2 * Split(section, '.').size(), ' ');
}

/// The lines that open `next` after entries of `last`: what both have in common is open already.
std::string SectionLines(std::string_view last, std::string_view next) {
  const auto before = Split(last, '.');
  const auto words = Split(next, '.');
  std::size_t same = 0;
  while (same < std::min(before.size(), words.size()) && before[same] == words[same]) ++same;
  std::string out = same == 0 ? "\n" : "";
  for (std::size_t i = same; i < words.size(); ++i) {
    out += fmt::format("{}{}:\n", std::string(2 * i, ' '), words[i]);
  }
  return out;
}

}  // namespace

std::string ReferenceDocs() {
  std::string out(kIntro);
  std::string section = "-";
  for (const SchemaEntry& entry : Schema()) {
    if (Section(entry.key) != section) {
      section = Section(entry.key);
      out += fmt::format(
          "\n## {}\n\n| key | default | range | what it is | example |\n"
          "|---|---|---|---|---|\n",
          section.empty() ? "The daemon" : "`" + section + "`");
    }
    const std::string fallback = DefaultOf(entry);
    out += fmt::format("| `{}`<br>`{}` | {} | {} | {} | `{}` |\n", entry.key,
                       EnvironmentName(entry), fallback.empty() ? "empty" : "`" + fallback + "`",
                       Cell(FormatRange(entry).empty() ? std::string(ValueTypeName(entry.type))
                                                       : FormatRange(entry)),
                       Cell(entry.description), Cell(entry.example));
  }
  return out;
}

std::string JsonSchema() {
  Json root = ObjectSchema();
  root["$schema"] = "http://json-schema.org/draft-07/schema#";
  root["title"] = "Levelwind configuration";
  for (const SchemaEntry& entry : Schema()) {
    const std::string section = Section(entry.key);
    if (section.empty()) {
      root["properties"][std::string(entry.key)] = ValueSchema(entry);
      continue;
    }
    Json* part = &root;
    for (const std::string_view word : Split(section, '.')) {
      part = &(*part)["properties"][std::string(word)];
      if (part->is_null()) *part = ObjectSchema();
    }
    (*part)["properties"][std::string(entry.key.substr(section.size() + 1))] = ValueSchema(entry);
  }
  return root.dump(2) + "\n";
}

std::string ExampleFile() {
  std::string out =
      "# Levelwind's configuration with every key at its default (where there is one). Remove the\n"
      "# '#' before what you want to change. docs/configuration.md explains each key.\n";
  std::string section;
  for (const SchemaEntry& entry : Schema()) {
    const std::string own = Section(entry.key);
    if (own != section) {
      out += SectionLines(section, own);
      section = own;
    }
    const std::string fallback = DefaultOf(entry);
    const bool list = entry.type == ValueType::kList || entry.type == ValueType::kGroups;
    const std::string value = fallback.empty() || list ? std::string(entry.example) : fallback;
    const std::string_view name = own.empty() ? entry.key : entry.key.substr(own.size() + 1);
    out += fmt::format("{}# {}: {}\n", Indent(own), name, value);
  }
  return out;
}

}  // namespace levelwind::config
