#include "daemon/autoscaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "actions/scaling/guarded_scaler.h"
#include "actions/scaling/webhook_scaler.h"
#include "base/log.h"
#include "daemon/step_loop.h"
#include "daemon/thread_name.h"

namespace levelwind::daemon {
namespace {

constexpr Duration kKafkaTimeout = std::chrono::seconds(10);
/// Threads that wait for the API server's word on who asks.
constexpr int kMetricLanes = 2;

bool IsKube(const ScalingTarget& target) { return !target.plural.empty(); }

/// Some listed group is to be acted on through `kind`.
bool Acts(const config::AutoscaleConfig& autoscale, bool kube) {
  return std::ranges::any_of(autoscale.groups, [&](const config::AutoscaleGroup& group) {
    const auto target = ParseScalingTarget(group.target);
    return group.options.mode == ScalingMode::kAct && target.ok() && IsKube(*target) == kube;
  });
}

}  // namespace

Result<std::unique_ptr<Autoscaling>> Autoscaling::Create(const config::Config& config,
                                                         std::function<SnapshotPtr()> snapshot,
                                                         store::OperationJournal* journal,
                                                         kafka::KafkaClient* writer,
                                                         const Clock& clock) {
  std::unique_ptr<Autoscaling> made(new Autoscaling(config, clock));
  if (journal != nullptr && writer != nullptr) {
    LW_RETURN_IF_ERROR(made->MakeScalers(*journal, *writer));
  } else if (Acts(config.autoscale, true) || Acts(config.autoscale, false)) {
    LW_WARN("autoscale",
            "groups are in mode act, but the daemon only observes: decisions are "
            "shown and served, nobody is scaled; start with --mode operate");
  }
  const std::uint64_t epoch = journal != nullptr
                                  ? journal->generation()
                                  : static_cast<std::uint64_t>(clock.WallNow().unix_ms / 1000);
  LW_RETURN_IF_ERROR(made->MakeLoop(std::move(snapshot), epoch));
  LW_RETURN_IF_ERROR(made->MakeServers());
  return made;
}

Status Autoscaling::MakeLoop(std::function<SnapshotPtr()> snapshot, std::uint64_t epoch) {
  std::vector<planner::WatchedGroups> watched;
  for (const config::AutoscaleGroup& group : config_.autoscale.groups) {
    planner::WatchedGroups one{group.group, {}, group.options};
    if (!group.target.empty()) {
      LW_ASSIGN_OR_RETURN(one.target, ParseScalingTarget(group.target));
    }
    watched.push_back(std::move(one));
  }
  LW_ASSIGN_OR_RETURN(planner::GroupBook book, planner::GroupBook::Create(std::move(watched)));
  AutoscaleWires wires;
  wires.snapshot = std::move(snapshot);
  wires.scaler = [this](const ScalingTarget& target) { return ScalerOf(target); };
  wires.may_act = [this] { return MayAct().ok(); };
  wires.epoch = [this, epoch] { return lease_ ? lease_->epoch() : epoch; };
  wires.published = [this] {
    if (keda_) keda_->Step();
  };
  loop_ = std::make_unique<AutoscaleLoop>(std::move(book), config_.cluster_name, std::move(wires),
                                          clock_);
  return Ok();
}

Status Autoscaling::MayAct() const { return lease_ ? lease_->MayAct() : Ok(); }

actions::Scaler* Autoscaling::ScalerOf(const ScalingTarget& target) {
  if (IsKube(target)) return kube_scaler_.get();
  return webhook_.get();
}

Result<std::unique_ptr<actions::KubeClient>> Autoscaling::Client() const {
  return actions::KubeClient::Make(config_.autoscale.kubernetes, clock_);
}

std::unique_ptr<actions::Scaler> Autoscaling::Guarded(std::unique_ptr<actions::Scaler> scaler,
                                                      bool dry_run, kafka::KafkaClient& writer) {
  const auto remove = [this, &writer](const ScalingDecision& decision) {
    return actions::RemoveOrphanedMembers(writer, writer.group_admin(), *log_, decision,
                                          decision.desired, kKafkaTimeout);
  };
  return std::make_unique<actions::GuardedScaler>(
      std::move(scaler), *guard_, clock_, [this] { return MayAct(); }, dry_run, remove);
}

Status Autoscaling::MakeScalers(store::OperationJournal& journal, kafka::KafkaClient& writer) {
  const config::AutoscaleConfig& autoscale = config_.autoscale;
  LW_ASSIGN_OR_RETURN(record_, store::ScalingRecord::Open({.directory = config_.state_dir}));
  log_ = std::make_unique<actions::ActionLog>(journal, clock_);
  guard_ = std::make_unique<actions::OffsetGuard>(writer, writer.group_admin(), *record_, *log_,
                                                  clock_, kKafkaTimeout);
  const actions::MayAct may_act = [this] { return MayAct(); };
  if (autoscale.lease_on) {
    LW_ASSIGN_OR_RETURN(lease_client_, Client());
    actions::LeaseOptions options = autoscale.lease;
    if (options.identity.empty()) {
      options.identity = fmt::format("levelwind-{:08x}", std::random_device()());
    }
    LW_RETURN_IF_ERROR(actions::KubeLease::CheckOptions(options));
    lease_ = std::make_unique<actions::KubeLease>(std::move(options), *lease_client_, clock_);
  }
  if (Acts(autoscale, true)) {
    LW_ASSIGN_OR_RETURN(kube_, Client());
    kube_scaler_ = Guarded(
        std::make_unique<actions::KubeScaler>(autoscale.scale, *kube_, *log_, clock_, may_act),
        autoscale.scale.dry_run, writer);
  }
  if (!autoscale.webhook.url.empty()) {
    LW_ASSIGN_OR_RETURN(auto webhook,
                        actions::WebhookScaler::Make(autoscale.webhook, config_.cluster_name, *log_,
                                                     clock_, may_act, std::random_device()()));
    webhook_ = Guarded(std::move(webhook), autoscale.webhook.dry_run, writer);
  } else if (Acts(autoscale, false)) {
    return InvalidArgument(
        "autoscale.webhook.url: is empty, but a group in mode act has a target "
        "webhook/...; set the URL, or another target");
  }
  return Ok();
}

Status Autoscaling::MakeServers() {
  const config::AutoscaleConfig& autoscale = config_.autoscale;
  if (!autoscale.keda_listen.empty()) {
    LW_ASSIGN_OR_RETURN(const auto listen, config::ParseWideListen(autoscale.keda_listen));
    api::KedaOptions options = autoscale.keda;
    options.enabled = true;
    options.address = listen.ip;
    options.port = listen.port;
    LW_ASSIGN_OR_RETURN(keda_, api::KedaServer::Start(options, loop_->views(), clock_));
    LW_INFO("autoscale", "KEDA's external scaler listens on {}:{}", listen.ip, keda_->port());
  }
  if (!autoscale.external_metrics_listen.empty()) {
    LW_ASSIGN_OR_RETURN(const auto listen,
                        config::ParseWideListen(autoscale.external_metrics_listen));
    api::ExternalMetricsOptions options = autoscale.external_metrics;
    options.enabled = true;
    options.address = listen.ip;
    options.port = listen.port;
    LW_ASSIGN_OR_RETURN(review_client_, Client());
    reviews_ = std::make_unique<actions::KubeReviewClient>(*review_client_);
    LW_ASSIGN_OR_RETURN(external_metrics_, api::ExternalMetricsServer::Start(
                                               options, loop_->views(), *reviews_, clock_));
    LW_INFO("autoscale", "external metrics are served on {}", external_metrics_->url());
  }
  return Ok();
}

void Autoscaling::Start() {
  const auto run = [this](const char* name, std::function<void(std::stop_token)> body) {
    threads_.emplace_back([name, body = std::move(body)](std::stop_token stop) {
      NameThisThread(name);
      body(std::move(stop));
    });
  };
  if (lease_) {
    run("lease", [this](std::stop_token stop) {
      RunSteps(stop, [this] { return lease_->Step(clock_.Now()) - clock_.Now(); });
      lease_->Release();
    });
  }
  run("autoscaler", [this](std::stop_token stop) { loop_->Run(std::move(stop)); });
  if (!external_metrics_) return;
  run("metrics-api", [this](std::stop_token stop) { external_metrics_->Run(std::move(stop)); });
  for (int lane = 0; lane < kMetricLanes; ++lane) {
    run("metrics-lane",
        [this](std::stop_token stop) { external_metrics_->RunLane(std::move(stop)); });
  }
  run("metrics-trust", [this](std::stop_token stop) {
    RunSteps(stop, [this] { return external_metrics_->Step(clock_.Now()) - clock_.Now(); });
  });
}

void Autoscaling::Stop() {
  keda_.reset();
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

}  // namespace levelwind::daemon
