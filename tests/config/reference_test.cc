#include "config/reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/loader.h"
#include "config/schema.h"

namespace levelwind::config {
namespace {

std::string ReadTree(const std::string& path) {
  std::ifstream file(std::string(LEVELWIND_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

LoadRequest NoEnvironment() {
  LoadRequest request;
  request.environment = [](const std::string&) { return std::optional<std::string>(); };
  return request;
}

TEST(Schema, EveryDefaultIsAcceptedByItsOwnEntry) {
  for (const SchemaEntry& entry : Schema()) {
    if (entry.type == ValueType::kList) continue;
    Config config;
    const std::string text = FormatValue(entry, config);
    const Status status = AssignText(entry, text, config);
    EXPECT_TRUE(status.ok()) << entry.key << ": " << (status.ok() ? "" : status.error().message());
    EXPECT_EQ(FormatValue(entry, config), text) << entry.key;
  }
}

TEST(Schema, EveryExampleIsAccepted) {
  for (const SchemaEntry& entry : Schema()) {
    std::string yaml;
    const std::size_t dot = entry.key.find('.');
    if (dot == std::string_view::npos) {
      yaml = std::string(entry.key) + ": " + std::string(entry.example) + "\n";
    } else {
      std::string indent;
      for (const std::string_view word : Split(entry.key, '.')) {
        yaml += (indent.empty() ? "" : ":\n") + indent + std::string(word);
        indent += "  ";
      }
      yaml += ": " + std::string(entry.example) + "\n";
    }
    // A mail has a sender and somebody who gets it.
    if (entry.key == "notify.email.server") yaml += "    from: a@b.c\n    to: [d@e.f]\n";
    yaml += entry.key == "state_dir" ? "" : "state_dir: /x\n";
    const Loaded loaded = LoadConfigText(yaml, NoEnvironment());
    EXPECT_TRUE(loaded.problems.empty()) << yaml << FormatProblems("f", loaded.problems);
  }
}

TEST(Schema, KeysAndEnvironmentNamesAreUnique) {
  std::set<std::string> keys;
  std::set<std::string> names;
  for (const SchemaEntry& entry : Schema()) {
    EXPECT_TRUE(keys.insert(std::string(entry.key)).second) << entry.key;
    EXPECT_TRUE(names.insert(EnvironmentName(entry)).second) << entry.key;
    EXPECT_FALSE(entry.description.empty()) << entry.key;
  }
}

TEST(Reference, TheDocsInTheTreeAreUpToDate) {
  EXPECT_TRUE(ReadTree("docs/configuration.md") == ReferenceDocs())
      << "run: levelwind check-config --print-docs > docs/configuration.md";
}

TEST(Reference, TheExampleInTheTreeIsUpToDateAndLoads) {
  EXPECT_TRUE(ReadTree("config/levelwind.example.yaml") == ExampleFile())
      << "run: levelwind check-config --print-example > config/levelwind.example.yaml";
  EXPECT_TRUE(LoadConfigText(ExampleFile(), NoEnvironment()).problems.empty());
  // Without the comment signs too: every line is a valid setting.
  std::string active;
  std::istringstream lines(ExampleFile());
  for (std::string line; std::getline(lines, line);) {
    const std::size_t mark = line.find("# ");
    const bool setting = mark != std::string::npos && line.find(':') != std::string::npos &&
                         line.find("Remove") == std::string::npos &&
                         line.find("docs/") == std::string::npos;
    if (setting) line.erase(mark, 2);
    active += line + "\n";
  }
  const Loaded loaded = LoadConfigText(active, NoEnvironment());
  EXPECT_TRUE(loaded.problems.empty()) << FormatProblems("f", loaded.problems);
  EXPECT_EQ(loaded.keys_from_file, static_cast<int>(Schema().size()));
}

TEST(Reference, TheJsonSchemaNamesEveryKey) {
  auto schema = nlohmann::json::parse(JsonSchema());
  for (const SchemaEntry& entry : Schema()) {
    nlohmann::json* part = &schema;  // [] of a constant must not miss
    for (const std::string_view word : Split(entry.key, '.')) {
      EXPECT_FALSE((*part)["additionalProperties"].get<bool>()) << entry.key;
      part = &(*part)["properties"][std::string(word)];
      ASSERT_FALSE(part->is_null()) << entry.key;
    }
  }
}

}  // namespace
}  // namespace levelwind::config
