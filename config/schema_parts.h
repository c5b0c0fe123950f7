#pragma once

// The pieces of the schema table, and how an enumeration becomes one; for config/ only.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/name_table.h"
#include "config/schema.h"

namespace levelwind::config {

/// `names` must live as long as the program.
template <class Enum, std::size_t N>
ChoiceRef Choice(Enum& member, const NameTable<Enum, N>& names) {
  return {[&member, &names] { return std::string(NameIn(names, member)); },
          [&member, &names](std::string_view text) {
            if (const auto value = ParseIn(names, text)) member = *value;
          }};
}

template <class Enum, std::size_t N>
std::vector<std::string> NamesOf(const NameTable<Enum, N>& names) {
  std::vector<std::string> all;
  for (const auto& [value, name] : names) all.emplace_back(name);
  return all;
}

void AddAutoscale(std::vector<SchemaEntry>& out);
void AddCanary(std::vector<SchemaEntry>& out);
void AddDetect(std::vector<SchemaEntry>& out);
void AddExecute(std::vector<SchemaEntry>& out);
void AddHeal(std::vector<SchemaEntry>& out);
void AddMetrics(std::vector<SchemaEntry>& out);
void AddMetricsSources(std::vector<SchemaEntry>& out);
void AddNotify(std::vector<SchemaEntry>& out);
void AddGoals(std::vector<SchemaEntry>& out);
void AddScaling(std::vector<SchemaEntry>& out);
void AddSecurity(std::vector<SchemaEntry>& out);

}  // namespace levelwind::config
