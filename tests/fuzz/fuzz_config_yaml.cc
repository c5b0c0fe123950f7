// The configuration loader: YAML, substitution, the schema's checks and the message about all
// problems.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/loader.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace levelwind::config;  // NOLINT: this file is about nothing else
  LoadRequest request;
  request.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "SET") return "value";
    return std::nullopt;
  };
  const Loaded loaded =
      LoadConfigText(std::string_view(reinterpret_cast<const char*>(data), size), request);
  Require(FormatProblems("f.yaml", loaded.problems).empty() == loaded.problems.empty());
  return 0;
}
