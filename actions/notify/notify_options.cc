#include "actions/notify/notify_options.h"

#include <algorithm>

#include "actions/notify/address_guard.h"
#include "base/result.h"

namespace levelwind::actions {
namespace {

bool IsMailbox(const std::string& text) {
  return text.find('@') != std::string::npos && std::ranges::all_of(text, [](char c) {
           return c > 0x20 && c < 0x7f && c != '<' && c != '>';
         });
}

}  // namespace

namespace {

Status CheckEmail(const EmailOptions& email) {
  if (email.server.empty()) return Ok();
  if (!email.server.starts_with("smtp://") && !email.server.starts_with("smtps://")) {
    return InvalidArgument("write smtp://HOST:587 or smtps://HOST:465");
  }
  if (!IsMailbox(email.from) || email.to.empty() || !std::ranges::all_of(email.to, IsMailbox)) {
    return InvalidArgument(
        "notify.email.from and to need addresses such as kafka@example.org, without names");
  }
  if (!email.tls && !email.user.empty()) {
    return InvalidArgument(
        "no password is sent without TLS; leave notify.email.user or set notify.email.tls");
  }
  return Ok();
}

}  // namespace

std::vector<KeyProblem> CheckNotifyOptions(const NotifyOptions& options) {
  const AddressGuard guard(options.allow_hosts);
  std::vector<KeyProblem> problems;
  const auto add = [&](std::string_view key, const Status& status) {
    if (!status.ok()) problems.push_back({key, status.error()});
  };
  const auto url = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) add(key, guard.CheckUrl(text));
  };
  url("notify.webhook.url", options.webhook.url);
  url("notify.alerta.url", options.alerta.url);
  url("notify.pagerduty.url", options.pagerduty.url);
  url("notify.email.server", options.email.server);
  if (problems.empty()) add("notify.email.server", CheckEmail(options.email));
  return problems;
}

}  // namespace levelwind::actions
