#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/net/loop.h"
#include "kafka/security/tls_context.h"
#include "kafka/security/url.h"

namespace levelwind::kafka {

struct HttpCall {
  std::string method = "GET";
  HttpUrl url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Duration timeout = std::chrono::seconds(5);
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// One HTTP/1.1 exchange on the event loop, on a connection of its own: a login must never block
/// the thread that serves all connections. No redirects, no proxies, no compression; at most 64 KiB
/// of answer are taken. `tls` is needed when the URL wants TLS. `done` is called once on the loop's
/// thread, not from within this function, and not after the loop has ended. An error names the
/// URL's host.
void FetchHttp(Loop& loop, HttpCall call, TlsContextPtr tls,
               std::function<void(Result<HttpAnswer>)> done);

}  // namespace levelwind::kafka
