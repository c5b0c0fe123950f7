#include "cli/cli.h"
#include "daemon/examine.h"
#include "daemon/parallel.h"
#include "daemon/serve.h"
#include "daemon/snapshot_command.h"
#include "kafka/security/security.h"

int main(int argc, char** argv) {
  return levelwind::cli::RunCli(
      argc, argv,
      {.serve = levelwind::daemon::Serve,
       .snapshot = levelwind::daemon::WriteSnapshot,
       .examine = levelwind::daemon::Examine,
       .check_files =
           [](const levelwind::config::Config& config) {
             return levelwind::kafka::CheckSecurity(config.kafka.security);
           },
       .run_parallel = levelwind::daemon::RunParallel});
}
