#include "actions/notify/notifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "actions/notify/payloads.h"
#include "base/log.h"

namespace levelwind::actions {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kFirstPause = std::chrono::seconds(1);
constexpr Duration kLongestPause = std::chrono::minutes(5);
constexpr Duration kIdle = std::chrono::seconds(1);
constexpr std::size_t kMostGrouped = 50;

bool Passes(const NoticeFilter& filter, const Notice& notice) {
  const Anomaly& anomaly = notice.record.anomaly;
  return anomaly.severity >= filter.min_severity &&
         (filter.types.empty() ||
          std::ranges::find(filter.types, anomaly.type) != filter.types.end());
}

}  // namespace

Notifier::Notifier(NotifyOptions options, std::unique_ptr<Transport> transport, const Clock& clock,
                   std::uint64_t seed)
    : options_(std::move(options)), transport_(std::move(transport)), clock_(clock), random_(seed) {
  AddServices();
}
Notifier::~Notifier() = default;

void Notifier::Add(std::string name, const NoticeFilter& filter, bool one_by_one,
                   std::function<Status(const std::vector<Notice>&)> send) {
  auto service = std::make_unique<Service>();
  service->name = std::move(name);
  service->filter = filter;
  service->one_by_one = one_by_one;
  service->send = std::move(send);
  services_.push_back(std::move(service));
}

void Notifier::AddServices() {
  const NotifyOptions& o = options_;
  using Batch = std::vector<Notice>;
  if (!o.webhook.url.empty()) {
    Add("webhook", o.webhook.filter, false, [this, &o](const Batch& batch) -> Status {
      Secret key;
      if (o.webhook.secret.given()) {
        LW_ASSIGN_OR_RETURN(key, ReadSecret(o.webhook.secret, "the key of notify.webhook"));
      }
      return transport_->Post(
          WebhookMessage(o.webhook.url, key.Reveal(), batch, o.public_url, clock_.WallNow()));
    });
  }
  const auto chat = [this, &o](const char* name, const ChatOptions& options, auto make) {
    if (!options.url.given()) return;
    Add(name, options.filter, false,
        [this, &o, &options, name, make](const Batch& batch) -> Status {
          LW_ASSIGN_OR_RETURN(const Secret url,
                              ReadSecret(options.url, fmt::format("the URL of notify.{}", name)));
          return transport_->Post(make(std::string(url.Reveal()), batch, o.public_url));
        });
  };
  chat("slack", o.slack, SlackMessage);
  chat("teams", o.teams, TeamsMessage);
  if (!o.alerta.url.empty()) {
    Add("alerta", o.alerta.filter, true, [this, &o](const Batch& batch) -> Status {
      LW_ASSIGN_OR_RETURN(const Secret key, ReadSecret(o.alerta.key, "the key of notify.alerta"));
      return transport_->Post(AlertaMessage(o.alerta, key.Reveal(), batch.front(), o.public_url));
    });
  }
  if (o.pagerduty.routing_key.given()) {
    Add("pagerduty", o.pagerduty.filter, true, [this, &o](const Batch& batch) -> Status {
      LW_ASSIGN_OR_RETURN(const Secret key,
                          ReadSecret(o.pagerduty.routing_key, "the key of notify.pagerduty"));
      return transport_->Post(
          PagerDutyMessage(o.pagerduty, key.Reveal(), batch.front(), o.public_url));
    });
  }
  if (!o.email.server.empty()) {
    Add("email", o.email.filter, false, [this, &o](const Batch& batch) -> Status {
      MailMessage mail;
      mail.server = o.email.server;
      mail.tls = o.email.tls;
      mail.user = o.email.user;
      if (!mail.user.empty()) {
        LW_ASSIGN_OR_RETURN(mail.password,
                            ReadSecret(o.email.password, "the password of notify.email"));
      }
      mail.from = o.email.from;
      mail.to = o.email.to;
      mail.text = MailText(o.email, batch, o.public_url, clock_.WallNow());
      return transport_->Mail(mail);
    });
  }
}

void Notifier::Offer(std::vector<Notice> notices) {
  const SteadyTime now = clock_.Now();
  const std::lock_guard lock(mutex_);
  for (const auto& service : services_) {
    for (const Notice& notice : notices) {
      if (!Passes(service->filter, notice)) {
        ++counts_[{service->name, "filtered"}];
        continue;
      }
      if (service->queue.size() >= options_.max_queued) {
        service->queue.pop_front();
        ++counts_[{service->name, "dropped"}];
      }
      service->queue.push_back(notice);
      if (!service->first_queued) service->first_queued = now;
    }
  }
}

bool Notifier::TakeBatch(Service& service, SteadyTime now) {
  if (!service.batch.empty()) return true;
  while (!service.sent.empty() && now - service.sent.front() >= kHour) service.sent.pop_front();
  if (std::cmp_greater_equal(service.sent.size(), options_.max_per_hour)) return false;
  const std::lock_guard lock(mutex_);
  if (service.queue.empty() || now - *service.first_queued < options_.group_wait) return false;
  const std::size_t most = service.one_by_one ? 1 : kMostGrouped;
  while (!service.queue.empty() && service.batch.size() < most) {
    service.batch.push_back(std::move(service.queue.front()));
    service.queue.pop_front();
  }
  // What is left has waited already.
  if (service.queue.empty()) service.first_queued.reset();
  service.tries = 0;
  return true;
}

void Notifier::StepService(Service& service, SteadyTime now) {
  if (now < service.not_before || !TakeBatch(service, now)) return;
  const Status sent = service.send(service.batch);
  ++service.tries;
  if (sent.ok()) {
    Count(service, "sent", service.batch.size());
    service.sent.push_back(now);
    service.batch.clear();
    return;
  }
  if (sent.error().retriable() && service.tries < options_.max_attempts) {
    // Full jitter, so that many daemons do not come back at the same moment.
    const Duration longest =
        std::min(kLongestPause, kFirstPause * (1 << std::min(service.tries, 9)));
    std::uniform_int_distribution<std::int64_t> pick(longest.count() / 2, longest.count());
    service.not_before = now + Duration(pick(random_));
    return;
  }
  LW_WARN("notify", "{}: {} given up after {} tries: {}", service.name, service.batch.size(),
          service.tries, sent.error().message());
  Count(service, "failed", service.batch.size());
  service.sent.push_back(now);
  service.batch.clear();
}

SteadyTime Notifier::Step(SteadyTime now) {
  for (const auto& service : services_) StepService(*service, now);
  return now + kIdle;
}

void Notifier::Count(const Service& service, const char* outcome, std::size_t notices) {
  const std::lock_guard lock(mutex_);
  counts_[{service.name, outcome}] += notices;
}

Notifier::Counts Notifier::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace levelwind::actions
