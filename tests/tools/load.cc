// levelwind-load: steady, skewed load on a real cluster. See README.md for the load file.

#include <fmt/format.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "tests/kafka_cluster/topic_maker.h"
#include "tests/tools/load_consumer.h"
#include "tests/tools/load_plan.h"
#include "tests/tools/load_producer.h"

namespace levelwind::load {
namespace {

std::atomic<bool> stop_requested{false};

void Say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

struct Arguments {
  std::string bootstrap;
  std::string spec_file;
  std::string duration;
  std::string bytes;
  std::string size = "1024";
  std::string rate = "max";
  std::string max_rate = "max";
  std::string weights;
  std::string topic;
  std::string group;
  std::string protocol = "classic";
  std::string assignor;
  std::string from = "earliest";
  int members = 1;
  bool no_key = false;
  bool chains = false;
  bool produce = false;
  bool consume = false;
};

Result<LoadPlan> PlanOfArguments(const Arguments& arguments) {
  LoadPlan plan;
  if (!arguments.spec_file.empty()) {
    std::ifstream in(arguments.spec_file);
    if (!in) return NotFound(fmt::format("cannot read the load file {}", arguments.spec_file));
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    LW_ASSIGN_OR_RETURN(plan, ParseLoadPlan(text));
  }
  if (arguments.produce) {
    ProduceSpec spec;
    spec.topic = arguments.topic;
    LW_ASSIGN_OR_RETURN(spec.rate, ParseRate(arguments.rate));
    LW_ASSIGN_OR_RETURN(const std::int64_t size, ParseBytes(arguments.size));
    if (size < 1 || size > 1'000'000) return InvalidArgument("--size must be 1 to 1000000 bytes");
    spec.record_bytes = static_cast<std::int32_t>(size);
    if (!arguments.bytes.empty()) {
      LW_ASSIGN_OR_RETURN(spec.total_bytes, ParseBytes(arguments.bytes));
    }
    if (!arguments.weights.empty()) {
      LW_ASSIGN_OR_RETURN(spec.weights, ParseWeights(arguments.weights));
    }
    spec.keys = !arguments.no_key;
    spec.chains = arguments.chains;
    plan.produce.push_back(spec);
  }
  if (arguments.consume) {
    ConsumeSpec spec;
    spec.group = arguments.group;
    spec.topic = arguments.topic;
    LW_ASSIGN_OR_RETURN(const Rate rate, ParseRate(arguments.max_rate));
    spec.max_records_per_s = rate.records_per_s;
    spec.members = arguments.members;
    spec.kip848 = arguments.protocol == "consumer";
    spec.assignor = arguments.assignor;
    spec.from_latest = arguments.from == "latest";
    plan.consume.push_back(spec);
  }
  return plan;
}

/// Prints a line per spec every five seconds: what happened since the last one.
class Reporter {
 public:
  explicit Reporter(SteadyTime now) : start_(now), last_(now) {}

  bool Due(SteadyTime now) const { return now - last_ >= std::chrono::seconds(5); }

  void Report(SteadyTime now, const LoadProducer* producer,
              const std::vector<ConsumeSpec>& consumers, const std::list<GroupProgress>& groups) {
    const double seconds = std::max(1e-3, ToSeconds(now - last_));
    const double at = ToSeconds(now - start_);
    std::size_t slot = 0;
    if (producer != nullptr) {
      for (const auto& p : producer->progress()) {
        const double rate = Delta(slot++, p.records) / seconds;
        const double record_bytes =
            p.records == 0 ? 0 : static_cast<double>(p.bytes) / static_cast<double>(p.records);
        Say(fmt::format("{:6.1f} s  produce {}  {:.1f}/s  {}  total {}  failed {}", at, p.topic,
                        rate, HumanRate(rate * record_bytes), p.records, p.failed));
      }
      if (producer->last_failure()) Say("last failure: " + producer->last_failure()->ToString());
    }
    auto group = groups.begin();
    for (const ConsumeSpec& spec : consumers) {
      Say(fmt::format("{:6.1f} s  consume {} by {}  {:.1f}/s  total {}", at, spec.topic, spec.group,
                      Delta(slot++, group->records) / seconds, group->records.load()));
      ++group;
    }
    last_ = now;
  }

 private:
  double Delta(std::size_t slot, std::uint64_t value) {
    if (previous_.size() <= slot) previous_.resize(slot + 1);
    const std::uint64_t before = std::exchange(previous_[slot], value);
    return static_cast<double>(value - before);
  }

  const SteadyTime start_;
  SteadyTime last_;
  std::vector<std::uint64_t> previous_;
};

Status MakeTopics(const std::string& bootstrap, const std::vector<kafka::NewTopic>& topics) {
  for (const kafka::NewTopic& topic : topics) {
    const Status made = testing::CreateTopics(bootstrap, {topic}, std::chrono::seconds(30));
    if (!made.ok() && made.error().code() != ErrorCode::kAlreadyExists) return made;
    Say(fmt::format("topic {} {}", topic.name, made.ok() ? "created" : "exists"));
  }
  return Ok();
}

Result<std::unique_ptr<LoadProducer>> MakeProducer(const std::string& bootstrap,
                                                   const std::vector<ProduceSpec>& specs,
                                                   const Clock& clock) {
  std::vector<int> partitions;
  for (const ProduceSpec& spec : specs) {
    LW_ASSIGN_OR_RETURN(const int count,
                        testing::PartitionCount(bootstrap, spec.topic, std::chrono::seconds(15)));
    partitions.push_back(count);
  }
  return LoadProducer::Create(bootstrap, specs, partitions, clock.Now());
}

Status Fill(const std::string& bootstrap, const LoadPlan& plan, const Clock& clock) {
  if (plan.fill.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const auto producer, MakeProducer(bootstrap, plan.fill, clock));
  Reporter reporter(clock.Now());
  const SteadyTime start = clock.Now();
  while (!producer->finished() && !stop_requested) {
    LW_RETURN_IF_ERROR(producer->Step(clock.Now()));
    if (reporter.Due(clock.Now())) reporter.Report(clock.Now(), producer.get(), {}, {});
  }
  std::uint64_t bytes = 0;
  for (const auto& p : producer->progress()) {
    if (p.failed > 0) return *producer->last_failure();
    bytes += p.bytes;
  }
  if (!stop_requested) {
    Say(fmt::format("filled {} in {:.1f} s", HumanBytes(static_cast<double>(bytes)),
                    ToSeconds(clock.Now() - start)));
  }
  return Ok();
}

Status RunSteady(const std::string& bootstrap, const LoadPlan& plan, Duration duration,
                 const Clock& clock) {
  std::list<GroupProgress> groups;
  std::list<Status> outcomes;
  std::vector<std::jthread> members;
  std::unique_ptr<LoadProducer> producer;
  if (!plan.produce.empty()) {
    LW_ASSIGN_OR_RETURN(producer, MakeProducer(bootstrap, plan.produce, clock));
  }
  for (const ConsumeSpec& spec : plan.consume) {
    GroupProgress& progress = groups.emplace_back();
    for (int m = 0; m < spec.members; ++m) {
      Status& outcome = outcomes.emplace_back();
      members.emplace_back([&, &progress = progress](std::stop_token stop) {
        outcome = RunMember(bootstrap, spec, clock, progress, stop);
        if (!outcome.ok()) stop_requested = true;
      });
    }
  }
  Say("running");
  const SteadyTime start = clock.Now();
  Reporter reporter(start);
  while (!stop_requested && (duration == Duration::zero() || clock.Now() - start < duration)) {
    if (producer != nullptr) {
      LW_RETURN_IF_ERROR(producer->Step(clock.Now()));
      if (producer->finished() && plan.consume.empty()) break;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (reporter.Due(clock.Now())) {
      reporter.Report(clock.Now(), producer.get(), plan.consume, groups);
    }
  }
  for (std::jthread& member : members) member.request_stop();
  const Status flushed = producer == nullptr ? Ok() : producer->Flush(std::chrono::seconds(10));
  members.clear();
  reporter.Report(clock.Now(), producer.get(), plan.consume, groups);
  for (const Status& outcome : outcomes) LW_RETURN_IF_ERROR(outcome);
  return flushed;
}

Status Run(const Arguments& arguments) {
  Duration duration = Duration::zero();
  if (!arguments.duration.empty()) {
    LW_ASSIGN_OR_RETURN(duration, ParseDuration(arguments.duration));
  }
  LW_ASSIGN_OR_RETURN(const LoadPlan plan, PlanOfArguments(arguments));
  const SystemClock clock;
  LW_RETURN_IF_ERROR(MakeTopics(arguments.bootstrap, plan.topics));
  LW_RETURN_IF_ERROR(Fill(arguments.bootstrap, plan, clock));
  if (stop_requested || (plan.produce.empty() && plan.consume.empty())) return Ok();
  return RunSteady(arguments.bootstrap, plan, duration, clock);
}

void AddOptions(CLI::App& app, Arguments& arguments) {
  app.add_option("--bootstrap", arguments.bootstrap, "host:port,...")->required();
  app.add_option("--spec", arguments.spec_file, "a load file (JSON)");
  app.add_option("--duration", arguments.duration, "such as 30s; default: until SIGTERM");
  app.fallthrough();
  app.require_subcommand(0, 1);
  CLI::App* produce = app.add_subcommand("produce", "produce to explicit partitions by weight");
  produce->add_option("--topic", arguments.topic)->required();
  produce->add_option("--rate", arguments.rate, "200/s (records), 2MiB/s or max");
  produce->add_option("--size", arguments.size, "of a value, in bytes");
  produce->add_option("--weights", arguments.weights, "0=5,1=1; default: all partitions alike");
  produce->add_option("--bytes", arguments.bytes, "stop after so many value bytes");
  produce->add_flag("--no-key", arguments.no_key);
  produce->add_flag("--chains", arguments.chains, "keys are chain-PARTITION");
  produce->callback([&] { arguments.produce = true; });
  CLI::App* consume = app.add_subcommand("consume", "consume and commit as a group");
  consume->add_option("--topic", arguments.topic)->required();
  consume->add_option("--group", arguments.group)->required();
  consume->add_option("--max-rate", arguments.max_rate, "50/s or max, for the whole group");
  consume->add_option("--members", arguments.members)->check(CLI::Range(1, 100));
  consume->add_option("--protocol", arguments.protocol)
      ->check(CLI::IsMember({"classic", "consumer"}));
  consume->add_option("--assignor", arguments.assignor, "classic: range, cooperative-sticky, ...");
  consume->add_option("--from", arguments.from)->check(CLI::IsMember({"earliest", "latest"}));
  consume->callback([&] { arguments.consume = true; });
}

}  // namespace
}  // namespace levelwind::load

int main(int argc, char** argv) {
  using namespace levelwind;
  CLI::App app("Generates load on a Kafka cluster, at honest rates");
  load::Arguments arguments;
  load::AddOptions(app, arguments);
  CLI11_PARSE(app, argc, argv);
  if (arguments.spec_file.empty() && !arguments.produce && !arguments.consume) {
    std::fputs("levelwind-load: say produce, consume or --spec FILE\n", stderr);
    return 2;
  }
  InitLogging({LogLevel::kWarn, ""});
  struct sigaction action {};
  action.sa_handler = [](int) { load::stop_requested = true; };
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  const Status status = load::Run(arguments);
  if (!status.ok()) std::fprintf(stderr, "levelwind-load: %s\n", status.error().ToString().c_str());
  return status.ok() ? 0 : 1;
}
