#include "collectors/broker_metrics/http_get.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace levelwind::collectors {
namespace {

constexpr int kOk = 200;

/// Adds who asks. The secrets are read each time: a changed file counts at once.
Status Authenticate(const HttpSourceOptions& options, httplib::Headers& headers) {
  if (options.bearer_token.given()) {
    LW_ASSIGN_OR_RETURN(const Secret token, ReadSecret(options.bearer_token, "the bearer token"));
    headers.emplace("Authorization", fmt::format("Bearer {}", token.Reveal()));
  } else if (!options.user.empty()) {
    Secret password;
    if (options.password.given()) {
      LW_ASSIGN_OR_RETURN(password, ReadSecret(options.password, "the password"));
    }
    headers.insert(
        httplib::make_basic_authentication_header(options.user, std::string(password.Reveal())));
  }
  const bool clean = std::ranges::all_of(headers, [](const auto& header) {
    return std::ranges::all_of(header.second, [](char c) { return c >= 0x20 && c != 0x7f; });
  });
  if (!clean) return InvalidArgument("a user, password or token has a control character");
  return Ok();
}

class HttpPageSource final : public PageSource {
 public:
  explicit HttpPageSource(const Clock& clock) : clock_(clock) {}

  Status Get(const std::string& url, const HttpSourceOptions& options,
             const Sink& sink) const override {
    return Ask(url, nullptr, options, sink);
  }
  Status Post(const std::string& url, const Form& form, const HttpSourceOptions& options,
              const Sink& sink) const override {
    return Ask(url, &form, options, sink);
  }

 private:
  Status Ask(const std::string& url, const Form* form, const HttpSourceOptions& options,
             const Sink& sink) const {
    LW_ASSIGN_OR_RETURN(const HttpAddress address, ParseHttpAddress(url));
    try {
      return Exchange(address, url, form, options, sink);
    } catch (const std::exception& problem) {
      return Unavailable(fmt::format("{}: {}", url, problem.what()));
    }
  }

  Status Exchange(const HttpAddress& address, const std::string& url, const Form* form,
                  const HttpSourceOptions& options, const Sink& sink) const {
    const SteadyTime deadline = clock_.Now() + options.timeout;
    httplib::Client client(address.origin);
    if (!client.is_valid()) return InvalidArgument(fmt::format("{} is no address", url));
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(options.timeout);
    client.set_connection_timeout(limit);
    client.set_read_timeout(limit);
    client.set_write_timeout(limit);
    client.set_keep_alive(false);
    client.set_follow_location(false);
    if (!options.ca_file.empty()) client.set_ca_cert_path(options.ca_file);

    httplib::Request request;
    request.method = form == nullptr ? "GET" : "POST";
    request.path = address.target;
    request.headers.emplace("Accept",
                            form == nullptr ? "text/plain;version=0.0.4" : "application/json");
    LW_RETURN_IF_ERROR(Authenticate(options, request.headers));
    if (form != nullptr) {
      httplib::Params fields(form->begin(), form->end());
      request.body = httplib::detail::params_to_query_str(fields);
      request.headers.emplace("Content-Type", "application/x-www-form-urlencoded");
    }
    int status = 0;
    bool late = false;
    bool enough = false;
    request.response_handler = [&](const httplib::Response& response) {
      status = response.status;
      return status == kOk;
    };
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t,
                                   std::uint64_t) {
      late = clock_.Now() > deadline;
      enough = !late && !sink({data, size});
      return !late && !enough;
    };
    const httplib::Result answer = client.send(request);
    if (enough) return Ok();
    if (late) {
      return DeadlineExceeded(
          fmt::format("{}: the answer was not complete within {} ms", url, limit.count()));
    }
    if (status == 401 || status == 403) {
      return Error(ErrorCode::kUnauthenticated,
                   fmt::format("{}: HTTP status {}: it wants a login that is allowed to read this",
                               url, status));
    }
    if (status != 0 && status != kOk) {
      return Unavailable(fmt::format("{}: HTTP status {}", url, status));
    }
    if (!answer) {
      return Unavailable(fmt::format("{}: {}", url, httplib::to_string(answer.error())));
    }
    return Ok();
  }

  const Clock& clock_;
};

}  // namespace

Result<HttpAddress> ParseHttpAddress(std::string_view url) {
  const auto bad = [&](std::string_view why) {
    return InvalidArgument(
        fmt::format("'{}': {}; write http://HOST:PORT/PATH or https://...", url, why));
  };
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return bad("it has no http:// in front");
  if (url.substr(0, scheme) != "http" && url.substr(0, scheme) != "https") {
    return bad("only http and https are spoken");
  }
  const bool clean = std::ranges::all_of(url, [](char c) { return c > 0x20 && c != 0x7f; });
  if (!clean) return bad("it has a space or a control character");
  const std::size_t end = url.find_first_of("/?#", scheme + 3);
  const std::string_view origin = url.substr(0, end);
  if (origin.size() <= scheme + 3) return bad("it names no host");
  if (origin.find('@') != std::string_view::npos) {
    return bad("a user belongs into the options, not into the address");
  }
  HttpAddress address;
  address.origin = origin;
  address.target = end == std::string_view::npos ? "/" : std::string(url.substr(end));
  if (address.target.front() != '/') address.target.insert(0, "/");
  return address;
}

std::unique_ptr<PageSource> MakeHttpPageSource(const Clock& clock) {
  return std::make_unique<HttpPageSource>(clock);
}

}  // namespace levelwind::collectors
