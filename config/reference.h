#pragma once

#include <string>

namespace levelwind::config {

// What is made from the schema table.

/// docs/configuration.md (Markdown).
std::string ReferenceDocs();
/// JSON Schema (draft-07) of the file, for editors. Accepts what the loader accepts, except that it
/// does not look at durations' and sizes' ranges.
std::string JsonSchema();
/// config/levelwind.example.yaml: every key, commented out, with its default.
std::string ExampleFile();

}  // namespace levelwind::config
