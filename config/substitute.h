#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace levelwind::config {

/// Looks up an environment variable; empty when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
/// The process's own. Reads only; not while another thread calls setenv.
Environment ProcessEnvironment();

/// Replaces ${NAME} and ${env:NAME} by the variable, ${NAME:-default} by the default where the
/// variable is not set or empty, and $$ by $. Any other $ stays. The result is a value, never
/// parsed as YAML again, and not substituted again. An unset variable without a default is an
/// error.
Result<std::string> Substitute(std::string_view text, const Environment& environment);

}  // namespace levelwind::config
