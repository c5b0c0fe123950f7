#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/substitute.h"
#include "config/yaml_tree.h"

namespace levelwind::config {

/// A value that stands above file and environment, mostly from a flag.
struct Override {
  std::string key;     ///< "listen"
  std::string text;    ///< Lists as a,b,c.
  std::string origin;  ///< "--listen", for the error message.
};

struct LoadRequest {
  std::string file;  ///< Empty: none.
  std::vector<Override> overrides;
  Environment environment = ProcessEnvironment();
};

struct Loaded {
  Config config;                  ///< Usable only without problems.
  std::vector<Problem> problems;  ///< Everything that is wrong, in the order of the file.
  int keys_from_file = 0;
};

/// Builds the configuration: override > environment (LEVELWIND_*) > file > default.
Loaded LoadConfig(const LoadRequest& request);

/// The same from a text, without reading a file; `overrides` and environment as in LoadConfig.
Loaded LoadConfigText(std::string_view yaml, const LoadRequest& request);

/// All problems, one a line, without a last newline: "levelwind.yaml:3:7: plan.seed: 'x' is not a
/// whole number".
std::string FormatProblems(const std::string& file, const std::vector<Problem>& problems);

/// LoadConfig for callers that only want the config or one error with everything in it
/// (kInvalidArgument, several lines).
Result<Config> LoadOrError(const LoadRequest& request);

}  // namespace levelwind::config
