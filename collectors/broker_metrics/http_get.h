#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "collectors/broker_metrics/broker_metrics_options.h"

namespace levelwind::collectors {

/// "https://host:7071/metrics?x=y" taken apart.
struct HttpAddress {
  std::string origin;  ///< "https://host:7071"
  std::string target;  ///< "/metrics?x=y"; at least "/".
};
/// InvalidArgument: it is no http or https URL, has a user in it, or control characters.
Result<HttpAddress> ParseHttpAddress(std::string_view url);

/// Asks servers with metrics. Any thread.
class PageSource {
 public:
  virtual ~PageSource() = default;
  /// False: the rest is not wanted.
  using Sink = std::function<bool(std::string_view piece)>;

  /// The body of the answer to GET, piece by piece as it comes. Ok also when the sink wanted no
  /// more. Errors name the URL: kUnavailable (no connection, a status other than 200, with what it
  /// is), kDeadlineExceeded, kUnauthenticated, kInvalidArgument (a secret cannot be read).
  virtual Status Get(const std::string& url, const HttpSourceOptions& options,
                     const Sink& sink) const = 0;
  /// The same with POST of a form's fields.
  using Form = std::vector<std::pair<std::string, std::string>>;
  virtual Status Post(const std::string& url, const Form& form, const HttpSourceOptions& options,
                      const Sink& sink) const = 0;
};

/// Over HTTP/1.1, through cpp-httplib: a connection per question, no redirects (they would carry
/// the credentials elsewhere), no proxy. TLS verifies the server's certificate and name. The whole
/// question takes at most about options.timeout. `clock` must outlive it.
std::unique_ptr<PageSource> MakeHttpPageSource(const Clock& clock);

}  // namespace levelwind::collectors
