#include "actions/notify/notify_options.h"

#include <algorithm>

#include "actions/notify/address_guard.h"

namespace levelwind::actions {
namespace {

bool IsMailbox(const std::string& text) {
  return text.find('@') != std::string::npos && std::ranges::all_of(text, [](char c) {
           return c > 0x20 && c < 0x7f && c != '<' && c != '>';
         });
}

}  // namespace

Status CheckNotifyOptions(const NotifyOptions& options) {
  const AddressGuard guard(options.allow_hosts);
  const auto url = [&](const char* key, const std::string& text) -> Status {
    const Status good = text.empty() ? Ok() : guard.CheckUrl(text);
    return good.ok() ? Ok() : Status(good.error().Wrap(key));
  };
  LW_RETURN_IF_ERROR(url("notify.webhook.url", options.webhook.url));
  LW_RETURN_IF_ERROR(url("notify.alerta.url", options.alerta.url));
  LW_RETURN_IF_ERROR(url("notify.pagerduty.url", options.pagerduty.url));
  LW_RETURN_IF_ERROR(url("notify.email.server", options.email.server));
  const EmailOptions& email = options.email;
  if (email.server.empty()) return Ok();
  if (!email.server.starts_with("smtp://") && !email.server.starts_with("smtps://")) {
    return InvalidArgument("notify.email.server: write smtp://HOST:587 or smtps://HOST:465");
  }
  if (!IsMailbox(email.from) || email.to.empty() || !std::ranges::all_of(email.to, IsMailbox)) {
    return InvalidArgument(
        "notify.email: from and to need addresses such as kafka@example.org, without names");
  }
  if (!email.tls && !email.user.empty()) {
    return InvalidArgument("notify.email: no password is sent without TLS; leave user or set tls");
  }
  return Ok();
}

}  // namespace levelwind::actions
