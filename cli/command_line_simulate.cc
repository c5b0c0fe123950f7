#include "cli/command_line.h"

namespace levelwind::cli {

void CommandLine::AddSimulate() {
  CLI::App& simulate =
      *app_.add_subcommand("simulate", "Run parts of Levelwind on simulated loads");
  simulate.require_subcommand(1);
  CLI::App& sub = AddVerb(simulate, "autoscale", "The autoscaler beside other scalers' rules",
                          [this] { return RunSimulateAutoscale(simulate_, verbs_, terminal_); });
  sub.add_option("--workload", simulate_.workloads, "W1 to W13, such as 2,4; else all")
      ->delimiter(',')
      ->type_name("N");
  sub.add_option("--algorithm", simulate_.algorithms, "B0 to B10, such as B2,B10; else all")
      ->delimiter(',')
      ->type_name("NAME");
  sub.add_option("--protocol", simulate_.protocols, "eager, cooperative, kip848, static")
      ->delimiter(',')
      ->capture_default_str()
      ->type_name("NAME");
  sub.add_option("--seeds", simulate_.seeds, "Runs of each, with other random numbers")
      ->capture_default_str();
  sub.add_option("--hours", simulate_.hours, "Only so long");
  sub.add_option("--trace", simulate_.trace,
                 "A load of your own (W14): lines of second,records or second,partition,records")
      ->type_name("FILE");
  sub.add_option("--partitions", simulate_.partitions, "Of a trace that does not name them")
      ->capture_default_str();
  sub.add_option("-o,--output", simulate_.output, "Format: table|csv|json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->type_name("table|csv|json");
  sub.add_option("--plots", simulate_.plots, "Also write SVG plots here")->type_name("DIR");
}

}  // namespace levelwind::cli
