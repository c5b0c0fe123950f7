#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actions/notify/address_guard.h"
#include "base/clock.h"
#include "base/result.h"

namespace levelwind::actions {

struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct HttpAnswer {
  int status = 0;
  std::string body;
  /// What the Retry-After header says, if it is a number of seconds, at most an hour.
  std::optional<Duration> retry_after;
};

struct HttpClientOptions {
  Duration timeout = std::chrono::seconds(10);  ///< Of a whole exchange.
  std::size_t most_answer = 64 * 1024;          ///< Bytes of an answer; more is an error.
  std::string ca_file{};  ///< PEM; the only authorities trusted. Empty: the system's.
  std::string client_cert_file{}, client_key_file{};  ///< PEM, for mutual TLS.
  bool keep_alive = false;                            ///< Keeps one connection for the next call.
};

/// Sends one request and gives what was answered, whatever its status. Errors are about the way
/// there: those that are retriable() may be over soon. No error has a URL's path or a header in it.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Result<HttpAnswer> Send(const HttpCall& call) = 0;
};

/// Through libcurl: no redirects, no proxy, http and https only, certificates checked, and each
/// address asked of the guard before it is connected to, so that no second look-up of the name can
/// slip in. Blocking; one thread at a time.
std::unique_ptr<HttpClient> MakeCurlClient(AddressGuard guard, HttpClientOptions options);

}  // namespace levelwind::actions
