#include "cli/api_client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace levelwind::cli {
namespace {

constexpr int kConnectSeconds = 5;
// Above what the daemon waits for a plan.
constexpr int kReadSeconds = 120;

constexpr std::array kAllCodes = {
    ErrorCode::kInvalidArgument,    ErrorCode::kNotFound,          ErrorCode::kAlreadyExists,
    ErrorCode::kFailedPrecondition, ErrorCode::kAborted,           ErrorCode::kPermissionDenied,
    ErrorCode::kUnauthenticated,    ErrorCode::kResourceExhausted, ErrorCode::kUnavailable,
    ErrorCode::kDeadlineExceeded,   ErrorCode::kCancelled,         ErrorCode::kUnimplemented,
    ErrorCode::kDataLoss,           ErrorCode::kInternal};

ErrorCode CodeOf(std::string_view name) {
  for (const ErrorCode code : kAllCodes) {
    if (ErrorCodeName(code) == name) return code;
  }
  return ErrorCode::kInternal;
}

/// What the daemon said in {"error":{"code","message"}}.
Error AnsweredError(int status, const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_object()) {
    return {CodeOf(json["error"].value("code", "")), json["error"].value("message", "")};
  }
  return Internal(
      fmt::format("the answer was HTTP status {}; is this Levelwind's address?", status));
}

}  // namespace

class ApiClient::Impl {
 public:
  Impl(const std::string& url, std::string author)
      : http(url), url_(url), author_(std::move(author)) {
    http.set_connection_timeout(kConnectSeconds);
    http.set_read_timeout(kReadSeconds);
    http.set_write_timeout(kConnectSeconds);
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);
  }

  Result<std::string> Read(const httplib::Result& answer) const {
    if (!answer) {
      return Unavailable(
          fmt::format("no Levelwind daemon at {}: {}; start one with 'levelwind serve --bootstrap "
                      "HOST:PORT' or "
                      "name its address with --api",
                      url_, httplib::to_string(answer.error())));
    }
    if (answer->status >= 200 && answer->status < 300) return answer->body;
    return AnsweredError(answer->status, answer->body);
  }

  httplib::Headers Author() const { return {{"X-Levelwind-Author", author_}}; }

  httplib::Client http;

 private:
  const std::string url_;
  const std::string author_;
};

ApiClient::ApiClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

Result<ApiClient> ApiClient::Open(const std::string& url, std::string author) {
  const auto bad = [&](std::string_view reason) {
    return InvalidArgument(fmt::format("--api '{}': {}; write http://127.0.0.1:8844", url, reason));
  };
  if (!url.starts_with("http://")) return bad("not an http:// address");
  try {
    auto impl = std::make_unique<Impl>(url.ends_with('/') ? url.substr(0, url.size() - 1) : url,
                                       std::move(author));
    if (!impl->http.is_valid()) return bad("not an address");
    return ApiClient(std::move(impl));
  } catch (const std::exception& problem) {
    return bad(problem.what());
  }
}

Result<std::string> ApiClient::Get(const std::string& path) {
  return impl_->Read(impl_->http.Get(path));
}

Result<std::string> ApiClient::Post(const std::string& path, const std::string& json) {
  return impl_->Read(impl_->http.Post(path, impl_->Author(), json, "application/json"));
}

std::string UrlSegment(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace levelwind::cli
