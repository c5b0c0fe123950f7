#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actions/notify/address_guard.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace levelwind::actions {

struct HttpMessage {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
struct MailMessage {
  std::string server;
  bool tls = true;
  std::string user;
  Secret password;
  std::string from;
  std::vector<std::string> to;
  std::string text;  ///< Header lines and body, lines ending with CR LF.
};

/// How messages leave; a test has its own. Errors that are retriable() may be over soon. No error
/// has a URL's path or a header in it.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Status Post(const HttpMessage& message) = 0;
  virtual Status Mail(const MailMessage& message) = 0;
};

/// Through libcurl: no redirects, no proxy, no other protocol, certificates checked, 64 KiB of an
/// answer at most, and each address asked of the guard before it is connected to, so that no second
/// look-up of the name can slip in. Blocking; one thread at a time.
std::unique_ptr<Transport> MakeCurlTransport(AddressGuard guard, Duration timeout);

}  // namespace levelwind::actions
