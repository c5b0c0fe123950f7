#include "tests/integration_lag/lag_witness.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

constexpr std::chrono::minutes kPatience{2};

Status Done(const Result<std::string>& ran) { return ran.ok() ? Ok() : Status(ran.error()); }

}  // namespace

std::vector<std::string> LagWitness::Command(std::vector<std::string> arguments) const {
  std::vector<std::string> argv = {ScriptPath("referee"), "lag", kafka_.bootstrap()};
  for (std::string& argument : arguments) argv.push_back(std::move(argument));
  return argv;
}

Result<std::string> LagWitness::Run(std::vector<std::string> arguments) const {
  const std::string verb = arguments.front();
  LW_ASSIGN_OR_RETURN(CommandResult ran, RunCommand(Command(std::move(arguments)), kPatience));
  if (!ran.ok()) return Unavailable(fmt::format("referee lag {}: {}", verb, ran.err));
  return std::move(ran.out);
}

Result<Subprocess> LagWitness::Start(std::vector<std::string> arguments,
                                     const std::string& word) const {
  SubprocessOptions options;
  options.stdout_file = PathOf(arguments.front() + ".out");
  options.stderr_file = PathOf(arguments.front() + ".err");
  options.argv = Command(std::move(arguments));
  LW_ASSIGN_OR_RETURN(Subprocess process, Subprocess::Start(options));
  const auto said = [&] {
    return ReadFile(options.stdout_file).find(word) != std::string::npos || !process.running();
  };
  if (!WaitFor(said, kPatience, word) || !process.running()) {
    return Unavailable(
        fmt::format("the witness did not say '{}': {}", word, ReadFile(options.stderr_file)));
  }
  return process;
}

Result<WitnessedLags> LagWitness::Look() const {
  LW_ASSIGN_OR_RETURN(const std::string text, Run({"look"}));
  WitnessedLags lags;
  std::istringstream lines(text);
  WitnessedKey key;
  WitnessedOffsets offsets;
  while (lines >> key.group >> key.partition.topic >> key.partition.partition >>
         offsets.committed >> offsets.end) {
    lags[key] = offsets;
  }
  return lags;
}

Status LagWitness::Produce(const std::vector<TimedRecord>& records) const {
  const std::string file = PathOf("records");
  std::ofstream out(file);
  for (const TimedRecord& record : records) {
    out << record.partition.topic << ' ' << record.partition.partition << ' ' << record.unix_ms
        << ' ' << record.key << '\n';
  }
  out.close();
  return Done(Run({"produce", file}));
}

Status LagWitness::Commit(const std::string& group, const TopicPartition& partition,
                          std::int64_t offset) const {
  return Done(Run({"commit", group, partition.topic, std::to_string(partition.partition),
                   std::to_string(offset)}));
}

}  // namespace levelwind::testing
