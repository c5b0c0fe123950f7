#pragma once

#include "cli/cli.h"

namespace levelwind::daemon {

/// `levelwind snapshot`: looks at a cluster, read-only and without a daemon, and writes a snapshot
/// file for `levelwind plan --snapshot`. Exit status 0 written, 1 could not write, 2 bad arguments,
/// 4 cluster unreachable.
int WriteSnapshot(const cli::SnapshotArgs& args);

}  // namespace levelwind::daemon
