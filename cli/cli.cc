#include "cli/cli.h"

#include <exception>
#include <iostream>

#include "cli/command_line.h"
#include "cli/terminal.h"

namespace levelwind::cli {

int RunCli(int argc, const char* const* argv, const DaemonVerbs& verbs, Terminal& terminal) {
  try {
    return CommandLine(verbs, terminal).Run(argc, argv);
  } catch (const std::exception& problem) {
    terminal.err << "levelwind: " << problem.what() << std::endl;
    return kFailed;
  }
}

int RunCli(int argc, char** argv, const DaemonVerbs& verbs) {
  const SystemClock clock;
  Terminal terminal = ProcessTerminal(clock);
  return RunCli(argc, argv, verbs, terminal);
}

}  // namespace levelwind::cli
