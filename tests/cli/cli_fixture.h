#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "tests/api/server_fixture.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {

/// Verbs run against a server over a FakeBackend.
class CliFixture : public ServerFixture {
 protected:
  CliFixture() { FillBackend(backend_, clock_.Now()); }

  /// Runs a verb against the fixture's server (started on first use) and returns its exit code.
  int Run(std::vector<std::string> words) {
    if (server_ == nullptr) Start();
    words.push_back("--api");
    words.push_back(server_->url());
    return RunBare(std::move(words));
  }
  int RunBare(std::vector<std::string> words) {
    words.insert(words.begin(), "levelwind");
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    out_.str("");
    err_.str("");
    std::istringstream in(typed_);
    cli::Terminal terminal{
        out_, err_, in, tty_, tty_, tty_, false, wait_clock_, [this](Duration duration) {
          wait_clock_.Advance(duration);
          if (on_pause_) on_pause_();
        }};
    return cli::RunCli(static_cast<int>(argv.size()), argv.data(), verbs_, terminal);
  }
  void ShowOperation(OperationState state) {
    std::lock_guard lock(backend_.mutex);
    backend_.executor =
        std::make_shared<ExecutorView>(ExecutorView{"operate", "busy", {SmallOperation(state)}});
  }

  std::ostringstream out_;
  std::ostringstream err_;
  std::string typed_;
  bool tty_ = false;
  ManualClock wait_clock_;
  std::function<void()> on_pause_;
  cli::DaemonVerbs verbs_;
};

}  // namespace levelwind::testing
