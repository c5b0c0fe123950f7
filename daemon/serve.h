#pragma once

#include "cli/cli.h"

namespace levelwind::daemon {

/// `levelwind serve`: runs until SIGINT or SIGTERM. Returns the exit status: 0 stopped on request,
/// 1 could not start or run, 2 bad configuration.
int Serve(const cli::ServeArgs& args);

}  // namespace levelwind::daemon
