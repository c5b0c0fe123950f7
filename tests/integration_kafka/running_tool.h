#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/kafka_cluster/paths.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {

/// One of Kafka's own tools that runs beside a test until this object ends.
class RunningTool {
 public:
  /// Arguments as for scripts/kafka-tool.
  explicit RunningTool(const std::vector<std::string>& arguments) : dir_("tool") {
    SubprocessOptions options;
    options.argv = {ScriptPath("kafka-tool")};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.stdout_file = dir_.path() + "/out";
    options.stderr_file = dir_.path() + "/err";
    auto started = Subprocess::Start(options);
    EXPECT_TRUE(started.ok()) << started.error();
    if (started.ok()) process_.emplace(*std::move(started));
  }

 private:
  TempDir dir_;
  std::optional<Subprocess> process_;
};

}  // namespace levelwind::testing
