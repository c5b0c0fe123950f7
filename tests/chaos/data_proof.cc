#include "tests/chaos/data_proof.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

#include "tests/kafka_cluster/daemon_api.h"

namespace levelwind::testing {

using namespace std::chrono_literals;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kPartitions = 12;
constexpr int kBrokers = 4;
constexpr auto kLongestPlan = 300s;
constexpr auto kLongestRead = 600s;

// Three of the four brokers each, so that a plan for any three has something to move.
json Replicas() {
  json all = json::array();
  for (int p = 0; p < kPartitions; ++p) {
    json one = json::array();
    for (int i = 0; i < 3; ++i) one.push_back((p + i) % kBrokers + 1);
    all.push_back(one);
  }
  return all;
}

// Sizes of a topic that is written to, and brokers that come and go, are known soon enough.
Daemon::Options WatchfulDaemon(const RealCluster& cluster, const std::string& dir) {
  return Witness::DaemonOptions(cluster, dir, "20MiB/s",
                                {{"COLLECT_METADATA_INTERVAL", "1s"},
                                 {"COLLECT_LOG_DIR_INTERVAL", "2s"},
                                 {"EXECUTE_POLL_INTERVAL", "300ms"},
                                 {"PLAN_EFFORT", "fast"}});
}

}  // namespace

Result<std::unique_ptr<DataProof>> DataProof::Start(std::uint64_t seed) {
  RealClusterOptions options = Witness::ClusterOptions();
  options.racks = "r1,r2,r3,r4";  // Any three brokers can have a topic.
  LW_ASSIGN_OR_RETURN(auto cluster, RealCluster::Start(options));
  std::unique_ptr<DataProof> proof(new DataProof(std::move(cluster), seed));
  LW_ASSIGN_OR_RETURN(proof->witness_, Witness::Start(*proof->cluster_, proof->work_.path()));
  return proof;
}

Result<Subprocess> DataProof::Ledger(const Phase& phase, const std::string& what,
                                     const std::string& out) {
  SubprocessOptions options;
  options.argv = {ScriptPath("referee"),
                  "ledger",
                  what,
                  "--bootstrap",
                  cluster_->bootstrap(),
                  "--topic",
                  phase.topic,
                  "--partitions",
                  std::to_string(kPartitions),
                  "--file",
                  LedgerFile(phase),
                  "--records",
                  std::to_string(phase.records),
                  "--rate",
                  std::to_string(phase.rate)};
  options.stdout_file = out;
  options.stderr_file = out + ".err";
  return Subprocess::Start(options);
}

Result<std::string> DataProof::Run(const Phase& phase) {
  counts_ = {};
  const std::string dir = work_.path() + "/daemon-" + phase.topic;
  LW_ASSIGN_OR_RETURN(const CommandResult made, RunCommand({"mkdir", "-p", dir}, 5s));
  if (!made.ok()) return Unavailable("cannot make " + dir);
  LW_RETURN_IF_ERROR(witness_->MakeTopic(phase.topic, Replicas(),
                                         {{"min.insync.replicas", std::to_string(phase.min_isr)}}));
  LW_RETURN_IF_ERROR(witness_->Begin(dir + "/record", WitnessLimits()));
  LW_ASSIGN_OR_RETURN(Subprocess producer, Ledger(phase, "produce", dir + "/producer"));
  LW_ASSIGN_OR_RETURN(Subprocess live, Ledger(phase, "read", dir + "/live-reader"));
  Daemon daemon(WatchfulDaemon(*cluster_, dir));
  LW_RETURN_IF_ERROR(daemon.Start());
  LW_RETURN_IF_ERROR(witness_->Mark("start"));
  LW_RETURN_IF_ERROR(daemon.WaitHttp("/-/ready", 60s));
  LW_RETURN_IF_ERROR(Disturb(phase, daemon, producer));
  LW_RETURN_IF_ERROR(Quiet());
  if (!daemon.Terminate()) return Internal("the daemon did not stop on SIGTERM");
  const std::optional<ExitStatus> produced = producer.Wait(900s);
  if (!produced || produced->code != 0) {
    return Internal("the producer failed: " + ReadFile(LedgerFile(phase)).substr(0, 2000) +
                    ReadFile(dir + "/producer.err"));
  }
  LW_ASSIGN_OR_RETURN(const json records, ReadAll(phase, live));
  LW_RETURN_IF_ERROR(witness_->Records(records));
  LW_ASSIGN_OR_RETURN(const std::string judged, witness_->End(dir + "/state"));
  LW_ASSIGN_OR_RETURN(const std::string left, witness_->Leftovers());
  if (!left.empty()) return Internal("left behind: " + left);
  return fmt::format(
      "{} acknowledged with min ISR {} of 3: {} lost, {} twice, {} out of order; {} plans with {} "
      "moves, {} kills of the daemon, {} of brokers; {}",
      records.at("acknowledged").get<std::uint64_t>(), phase.min_isr,
      records.at("lost").get<std::uint64_t>(), records.at("duplicates").get<std::uint64_t>(),
      records.at("disorder").get<std::uint64_t>(), counts_.plans, counts_.copies,
      counts_.daemon_kills, counts_.broker_kills, judged);
}

// At least one round of every kind, and then for as long as there are records.
Status DataProof::Disturb(const Phase& phase, Daemon& daemon, Subprocess& producer) {
  const auto first = Clock::now() + 60s;
  while (ReadFile(LedgerFile(phase)).empty() && producer.running() && Clock::now() < first) {
    std::this_thread::sleep_for(100ms);
  }
  auto planned = Clock::now();
  while (producer.running() || counts_.daemon_kills == 0 || counts_.broker_kills == 0) {
    const int plans = counts_.plans;
    LW_RETURN_IF_ERROR(Round(daemon));
    if (counts_.plans > plans) planned = Clock::now();
    if (Clock::now() - planned > kLongestPlan) return Internal("no plan: " + refused_);
  }
  return Ok();
}

Status DataProof::Round(Daemon& daemon) {
  LW_ASSIGN_OR_RETURN(const bool applied, Apply(daemon));
  if (!applied) return Ok();
  ++counts_.plans;
  std::this_thread::sleep_for(std::chrono::milliseconds(300 + Below(2500)));
  // In turn, so that a short run has all of them; when exactly is up to the seed.
  const int turn = counts_.plans % 4;
  if (turn == 1 || turn == 3) LW_RETURN_IF_ERROR(KillDaemon(daemon));
  if (turn == 2 || turn == 3) LW_RETURN_IF_ERROR(KillBroker());
  LW_RETURN_IF_ERROR(WaitForEnd(daemon));
  return Quiet();
}

// Everything off one broker, another one each time. False: there was nothing to move yet.
Result<bool> DataProof::Apply(Daemon& daemon) {
  const int off = 1 + (counts_.plans + static_cast<int>(Below(2)) * 2) % kBrokers;
  const Result<json> plan =
      PostJson(daemon, "/api/v1/proposals", {{"remove_brokers", {off}}, {"max_moves", 6}});
  if (!plan.ok()) refused_ = plan.error().message();
  const json moves = plan.ok() ? plan->at("proposal").at("moves") : json::array();
  if (moves.empty()) {
    std::this_thread::sleep_for(300ms);
    return false;
  }
  LW_RETURN_IF_ERROR(witness_->Mark("apply"));
  const std::string id = plan->at("proposal").at("id").get<std::string>();
  const Result<json> applied = PostJson(daemon, "/api/v1/proposals/" + id + "/apply",
                                        {{"reason", fmt::format("broker {} off", off)}});
  if (!applied.ok()) {  // E.g. the cluster is another by now: the next plan knows.
    refused_ = applied.error().message();
    std::this_thread::sleep_for(300ms);
    return false;
  }
  counts_.copies += static_cast<int>(moves.size());
  return true;
}

Status DataProof::KillDaemon(Daemon& daemon) {
  daemon.KillHard();
  ++counts_.daemon_kills;
  LW_RETURN_IF_ERROR(witness_->Mark("killed"));
  std::this_thread::sleep_for(std::chrono::milliseconds(Below(2000)));
  LW_RETURN_IF_ERROR(daemon.Start());
  LW_RETURN_IF_ERROR(witness_->Mark("start"));
  return daemon.WaitHttp("/-/ready", 90s);
}

Status DataProof::KillBroker() {
  const BrokerId broker = static_cast<BrokerId>(1 + Below(kBrokers));
  LW_RETURN_IF_ERROR(witness_->Mark(fmt::format("broker_killed {}", broker)));
  LW_RETURN_IF_ERROR(cluster_->Kill(broker));
  ++counts_.broker_kills;
  // Sometimes before it is missed, sometimes well after.
  std::this_thread::sleep_for(std::chrono::milliseconds(500 + Below(6000)));
  LW_RETURN_IF_ERROR(cluster_->StartBroker(broker));
  return witness_->Mark(fmt::format("broker_up {}", broker));
}

Status DataProof::WaitForEnd(Daemon& daemon) {
  const auto end = Clock::now() + kLongestPlan;
  std::string state;
  while (Clock::now() < end) {
    if (!daemon.running()) return Internal("the daemon ended: " + daemon.stderr_text());
    const Result<std::string> now = NewestOperationState(daemon);
    if (now.ok()) state = *now;
    if (IsOver(state)) return Ok();
    std::this_thread::sleep_for(100ms);
  }
  return Internal("the operation does not end; it is " + state);
}

// All in sync again: two brokers that die one after the other are another test's subject.
Status DataProof::Quiet() {
  LW_ASSIGN_OR_RETURN(const CommandResult verdict,
                      cluster_->RunReferee({"--check", "isr", "--wait", "120"}, 200s));
  if (!verdict.ok()) return Internal("not in sync again: " + verdict.out + verdict.err);
  return Ok();
}

// What the reader saw that was there all along, and what is there in the end.
Result<json> DataProof::ReadAll(const Phase& phase, Subprocess& live) {
  const std::string base = work_.path() + "/daemon-" + phase.topic;
  LW_ASSIGN_OR_RETURN(Subprocess last, Ledger(phase, "read", base + "/last-reader"));
  json sum;
  const std::pair<Subprocess*, std::string> readers[] = {{&live, base + "/live-reader"},
                                                         {&last, base + "/last-reader"}};
  for (const auto& [reader, file] : readers) {
    const std::optional<ExitStatus> ended = reader->Wait(kLongestRead);
    const json counts = json::parse(ReadFile(file), nullptr, false);
    if (!ended || counts.is_discarded()) {
      return Internal("a reader failed: " + ReadFile(file) + ReadFile(file + ".err"));
    }
    if (counts.at("read").get<std::uint64_t>() < counts.at("acknowledged").get<std::uint64_t>()) {
      return Internal("a reader misses records: " + counts.dump());
    }
    if (sum.is_null()) {
      sum = counts;
      continue;
    }
    for (const char* key : {"lost", "duplicates", "disorder"}) {
      sum[key] = sum.at(key).get<std::uint64_t>() + counts.at(key).get<std::uint64_t>();
    }
  }
  return sum;
}

}  // namespace levelwind::testing
