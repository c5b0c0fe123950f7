#include "daemon/cluster_runtime.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/log.h"
#include "daemon/step_loop.h"
#include "daemon/thread_name.h"
#include "kafka/version_limits.h"

namespace levelwind::daemon {
namespace {

constexpr std::size_t kKeptProposals = 50;
/// What a plan that was asked for nothing in particular calls itself
/// (planner/explain/asked_for.cc).
constexpr std::string_view kLevelling = "level the cluster";

std::unique_ptr<collectors::OffsetsReader> MakeReader(kafka::KafkaClient* client,
                                                      const Clock& clock,
                                                      const config::Config& config) {
  if (client == nullptr) return nullptr;
  collectors::OffsetsReaderOptions options;
  options.replay = config.collect.lag.offsets_topic == collectors::OffsetsTopicMode::kReplay;
  return std::make_unique<collectors::OffsetsReader>(client->log_reader(), clock, options);
}

kafka::ClientOptions ReadOnly(kafka::ClientOptions options) {
  options.read_only = true;
  return options;
}

}  // namespace

Result<std::unique_ptr<ClusterRuntime>> ClusterRuntime::Create(const config::Config& config,
                                                               const Clock& clock) {
  LW_ASSIGN_OR_RETURN(auto reader, kafka::KafkaClient::Create(ReadOnly(config.kafka)));
  std::unique_ptr<kafka::KafkaClient> tailer;
  if (config.collect.lag.offsets_topic != collectors::OffsetsTopicMode::kOff) {
    // A client of its own: a fetch that waits for news would hold up the looks.
    LW_ASSIGN_OR_RETURN(tailer, kafka::KafkaClient::Create(ReadOnly(config.kafka)));
  }
  std::unique_ptr<ClusterRuntime> runtime(
      new ClusterRuntime(config, clock, std::move(reader), std::move(tailer)));
  LW_RETURN_IF_ERROR(runtime->OpenLoadSources());
  if (config.mode == config::Mode::kOperate) {
    const Status opened = runtime->OpenJournal();
    // A damaged journal, or a copy of an earlier day, leads to no guess about what is whose (B4).
    if (!opened.ok() && opened.error().code() != ErrorCode::kDataLoss) return opened.error();
    if (!opened.ok()) runtime->ObserveInstead(opened.error().message());
  }
  runtime->OpenLagHistory();
  if (config.canary.enabled) LW_RETURN_IF_ERROR(runtime->MakeCanary());
  if (runtime->proposals_ == nullptr) {
    runtime->proposals_ = std::make_unique<ProposalBook>(kKeptProposals, 1, nullptr);
  }
  runtime->planner_ =
      std::make_unique<PlannerLoop>(runtime->monitor_.snapshots(), *runtime->proposals_, clock);
  runtime->ReadPlans();
  runtime->MakeHealing();
  if (!config.autoscale.groups.empty()) {
    LW_ASSIGN_OR_RETURN(
        runtime->autoscaling_,
        Autoscaling::Create(
            runtime->config_, [monitor = &runtime->monitor_] { return monitor->snapshots().Get(); },
            runtime->journal_.get(), runtime->writer_.get(), clock));
  }
  return runtime;
}

ClusterRuntime::ClusterRuntime(const config::Config& config, const Clock& clock,
                               std::unique_ptr<kafka::KafkaClient> reader,
                               std::unique_ptr<kafka::KafkaClient> tailer)
    : config_(config),
      clock_(clock),
      reader_(std::move(reader)),
      tailer_(std::move(tailer)),
      offsets_reader_(MakeReader(tailer_.get(), clock, config)),
      monitor_(*reader_, clock, config.collect,
               offsets_reader_ ? &offsets_reader_->facts() : nullptr, &reader_->cluster_admin()),
      monitor_loop_(monitor_, clock, config.detect) {
  auto view = std::make_shared<ExecutorView>();
  view->mode = "observe";
  view->status = "observe only: no changing request is ever sent; start with --mode operate to act";
  observe_view_ = std::move(view);
}

ClusterRuntime::~ClusterRuntime() { Stop(); }

Status ClusterRuntime::OpenLoadSources() {
  LW_ASSIGN_OR_RETURN(metrics_sources_, MetricsSources::Create(config_, clock_, monitor_));
  if (config_.detect.sample_keys) {
    key_sampler_ =
        std::make_unique<KeySampler>([this] { return detector_reports(); },
                                     ReadKeysOver(config_.kafka), clock_, KeySamplerLimits());
  }
  const auto* maintenance = metrics_sources_->maintenance();
  if (key_sampler_ != nullptr || maintenance != nullptr) {
    fact_keeper_ =
        std::make_unique<FactKeeper>(maintenance, key_sampler_ ? &key_sampler_->keys() : nullptr);
  }
  if (!config_.capacity_file.empty()) {
    capacities_ = std::make_unique<CapacityKeeper>(config_.capacity_file, clock_);
    LW_RETURN_IF_ERROR(capacities_->Load());
  }
  if (capacities_ == nullptr && fact_keeper_ == nullptr) return Ok();
  monitor_.BeforePublish([this](ClusterSnapshot& snapshot) {
    if (capacities_ != nullptr) capacities_->Apply(snapshot);
    if (fact_keeper_ != nullptr) fact_keeper_->Apply(snapshot);
  });
  return Ok();
}

/// What goal_violation judges: the newest plan that levels the cluster, somebody's or the healing's
/// own, unless an operation has changed the cluster since.
void ClusterRuntime::ReadPlans() {
  monitor_loop_.ReadPlans([this]() -> ProposalPtr {
    ProposalPtr newest = planner_->goal_check();
    for (const ProposalPtr& plan : proposals_->All()) {
      if (plan->asked_for != kLevelling) continue;
      if (newest == nullptr || newest->created_at.unix_ms < plan->created_at.unix_ms) newest = plan;
      break;
    }
    if (newest == nullptr) return nullptr;
    for (const OperationView& operation : executor_view()->operations) {
      if (operation.finished_at.unix_ms > newest->created_at.unix_ms) return nullptr;
    }
    return newest;
  });
}

/// Nothing depends on the history: without its file it is kept in memory.
void ClusterRuntime::OpenLagHistory() {
  store::LagHistoryOptions options;
  options.max_bytes = config_.history_max_bytes;
  options.directory = config_.state_dir;
  std::string note;
  auto opened = store::LagHistory::Open(options, &note);
  if (!note.empty()) LW_WARN("history", "{}", note);
  if (!opened.ok()) {
    LW_WARN("history", "{}; the lag history is kept in memory", opened.error().message());
    opened = store::LagHistory::Open({});
  }
  lag_history_ = std::move(opened).value();
  auto kept = lag_history_->LoadOffsets();
  if (kept.ok()) monitor_.RestoreOffsetHistory(std::move(kept).value());
  auto disks = lag_history_->LoadDisks();
  if (disks.ok()) monitor_loop_.RestoreDisks(std::move(disks).value());
  history_loop_ = std::make_unique<HistoryLoop>(*lag_history_, monitor_, clock_);
  history_loop_->ReadDisks([this] { return monitor_loop_.kept_disks(); });
}

Status ClusterRuntime::MakeCanary() {
  LW_ASSIGN_OR_RETURN(canary_wire_, collectors::MakeKafkaCanaryWire(config_.kafka, config_.canary));
  // Two daemons may share the topic: each knows its own records.
  std::string sender = fmt::format("{}-{}", ::getpid(), clock_.WallNow().unix_ms);
  canary_ = std::make_unique<collectors::Canary>(*canary_wire_, monitor_.snapshots(), clock_,
                                                 config_.canary, std::move(sender));
  canary_loop_ = std::make_unique<CanaryLoop>(*canary_, clock_);
  return Ok();
}

void ClusterRuntime::ObserveInstead(const std::string& problem) {
  LW_ERROR("main", "observing only: {}", problem);
  executor_loop_.reset();
  executor_.reset();
  writer_.reset();
  proposals_.reset();
  journal_.reset();
  journal_problem_ = problem;
  auto view = std::make_shared<ExecutorView>(*observe_view_);
  view->status = "observe only: " + problem;
  observe_view_ = std::move(view);
}

Status ClusterRuntime::OpenJournal() {
  LW_ASSIGN_OR_RETURN(journal_, store::Journal::Open(config_.state_dir));
  LW_ASSIGN_OR_RETURN(writer_, kafka::KafkaClient::Create(config_.kafka));
  executor_ = std::make_unique<actions::Executor>(*writer_, writer_->topic_admin(), *journal_,
                                                  clock_, config_.execute);
  executor_->ReadSnapshots([this] { return monitor_.snapshots().Get(); });
  LW_RETURN_IF_ERROR(executor_->Recover());
  executor_loop_ = std::make_unique<ExecutorLoop>(*executor_, clock_);

  LW_ASSIGN_OR_RETURN(const std::uint64_t next, journal_->NextProposalNumber());
  proposals_ = std::make_unique<ProposalBook>(kKeptProposals, next,
                                              [journal = journal_.get()](const Proposal& proposal) {
                                                return journal->SaveProposal(proposal);
                                              });
  LW_ASSIGN_OR_RETURN(auto stored, journal_->LoadProposals(kKeptProposals));
  proposals_->Restore(std::move(stored));
  return Ok();
}

void ClusterRuntime::Start() {
  for (kafka::KafkaClient* client : {reader_.get(), tailer_.get(), writer_.get()}) {
    if (client == nullptr) continue;
    io_threads_.emplace_back([client](std::stop_token stop) {
      NameThisThread("kafka-io");
      client->Run(stop);
    });
  }
  monitor_thread_ = std::jthread([this](std::stop_token stop) {
    NameThisThread("monitor");
    monitor_loop_.Run(stop);
  });
  metrics_sources_->Start();
  history_thread_ = std::jthread([this](std::stop_token stop) {
    NameThisThread("history");
    history_loop_->Run(stop);
  });
  if (key_sampler_) {
    keys_thread_ = std::jthread([this](std::stop_token stop) {
      NameThisThread("keys");
      RunSteps(stop, [this] { return key_sampler_->Step(clock_.Now()) - clock_.Now(); });
    });
  }
  if (canary_loop_) {
    canary_thread_ = std::jthread([this](std::stop_token stop) {
      NameThisThread("canary");
      canary_loop_->Run(stop);
    });
  }
  if (offsets_reader_) {
    offsets_thread_ = std::jthread([this](std::stop_token stop) {
      NameThisThread("offsets");
      RunOffsets(*offsets_reader_, clock_, stop);
    });
  }
  planner_thread_ = std::jthread([this](std::stop_token stop) {
    NameThisThread("planner");
    planner_->Run(stop);
  });
  if (notifier_->on()) {
    notify_thread_ = std::jthread([this](std::stop_token stop) {
      NameThisThread("notify");
      RunSteps(stop, [this] { return notifier_->Step(clock_.Now()) - clock_.Now(); });
    });
  }
  healing_thread_ = std::jthread([this](std::stop_token stop) {
    NameThisThread("healing");
    healing_loop_->Run(stop);
  });
  if (autoscaling_) autoscaling_->Start();
  if (executor_loop_) {
    executor_thread_ = std::jthread([this](std::stop_token stop) {
      NameThisThread("executor");
      executor_loop_->Run(stop);
    });
  }
}

void ClusterRuntime::Stop() {
  if (autoscaling_) autoscaling_->Stop();
  // First and alone: it waits for the planner and the executor.
  healing_thread_.request_stop();
  if (healing_thread_.joinable()) healing_thread_.join();
  const auto threads = {&notify_thread_,  &planner_thread_, &executor_thread_, &canary_thread_,
                        &monitor_thread_, &history_thread_, &offsets_thread_,  &keys_thread_};
  for (std::jthread* thread : threads) thread->request_stop();
  for (std::jthread* thread : threads) {
    if (thread->joinable()) thread->join();
  }
  if (metrics_sources_) metrics_sources_->Stop();
  for (std::jthread& thread : io_threads_) thread.request_stop();
  io_threads_.clear();
}

ExecutorViewPtr ClusterRuntime::executor_view() const {
  return executor_ ? executor_->View() : observe_view_;
}

std::string ClusterRuntime::Problem() const {
  const auto sources = monitor_.sources().Get();
  if (sources == nullptr) return "the cluster was not asked yet";
  for (const SourceStatus& source : *sources) {
    if (!source.ok && !source.error.empty()) return source.name + ": " + source.error;
  }
  return "";
}

ClusterRuntime::Traffic ClusterRuntime::KafkaTraffic() const {
  Traffic traffic;
  for (const kafka::KafkaClient* client :
       {reader_.get(), tailer_.get(), writer_.get(), metrics_sources_->client(),
        metrics_sources_->maintenance_client()}) {
    if (client == nullptr) continue;
    for (const auto& [api, stats] : client->Stats().apis) {
      traffic.requests[api] += stats.requests;
      traffic.bytes_sent += stats.bytes_out;
      traffic.bytes_received += stats.bytes_in;
    }
  }
  return traffic;
}

std::vector<std::string> ClusterRuntime::KafkaLimits() const {
  const auto spoken = reader_->Stats().common_versions;
  return spoken ? kafka::VersionLimits(*spoken) : std::vector<std::string>();
}

}  // namespace levelwind::daemon
