#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "tests/kafka_cluster/daemon.h"

namespace levelwind::testing {

/// The daemon's API as a test uses it; kUnavailable for any answer but a good one with JSON in it.
Result<nlohmann::json> GetJson(const Daemon& daemon, const std::string& path);
Result<nlohmann::json> PostJson(const Daemon& daemon, const std::string& path,
                                const nlohmann::json& body);

/// Plans; the new proposal's id.
Result<std::string> MakeProposal(const Daemon& daemon);
/// The newest operation's state; empty when there is none.
Result<std::string> NewestOperationState(const Daemon& daemon);
/// Whether an operation in this state does nothing any more.
bool IsOver(const std::string& operation_state);

/// A daemon that may change the cluster at `bootstrap`, with its files under `dir`, which must
/// exist. `extra` are more arguments.
Daemon::Options OperatingDaemon(const std::string& bootstrap, const std::string& dir,
                                const std::vector<std::string>& extra = {});

}  // namespace levelwind::testing
