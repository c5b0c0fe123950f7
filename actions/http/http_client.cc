#include "actions/http/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "actions/http/curl_session.h"

namespace levelwind::actions {
namespace {

constexpr std::int64_t kMostWaitS = 3600;

struct Taken {
  std::size_t most = 0;
  bool too_large = false;
  HttpAnswer answer;
};

std::size_t TakeBody(char* data, std::size_t size, std::size_t count, void* context) {
  auto& taken = *static_cast<Taken*>(context);
  const std::size_t bytes = size * count;
  if (taken.answer.body.size() + bytes > taken.most) {
    taken.too_large = true;
    return 0;
  }
  taken.answer.body.append(data, bytes);
  return bytes;
}

std::size_t TakeHeader(char* data, std::size_t size, std::size_t count, void* context) {
  auto& taken = *static_cast<Taken*>(context);
  std::string_view line(data, size * count);
  constexpr std::string_view kName = "retry-after:";
  const bool ours = line.size() > kName.size() &&
                    std::ranges::equal(line.substr(0, kName.size()), kName, {}, [](char c) {
                      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
                    });
  if (!ours) return size * count;
  line.remove_prefix(kName.size());
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  std::int64_t seconds = 0;
  const auto read = std::from_chars(line.data(), line.data() + line.size(), seconds);
  if (read.ec == std::errc() && seconds >= 0) {
    taken.answer.retry_after = std::chrono::seconds(std::min(seconds, kMostWaitS));
  }
  return size * count;
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(AddressGuard guard, HttpClientOptions options)
      : guard_(std::move(guard)), options_(std::move(options)) {}

  Result<HttpAnswer> Send(const HttpCall& call) override {
    LW_RETURN_IF_ERROR(guard_.CheckUrl(call.url));
    if (curl_ == nullptr) curl_ = MakeCurl();
    if (curl_ == nullptr) return Unavailable("libcurl gives no handle");
    CURL* const curl = curl_.get();
    CurlDoor door{&guard_, AddressGuard::HostOf(call.url)};
    PrepareCurl(curl, call.url, "https,http", options_.timeout, door);
    CurlList headers;
    for (const auto& [name, value] : call.headers) Append(headers, name + ": " + value);
    Append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    Taken taken;
    taken.most = options_.most_answer;
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, TakeBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &taken);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, TakeHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &taken);
    SetBody(curl, call);
    SetTls(curl);
    const Status sent = PerformCurl(curl, door);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (!options_.keep_alive) curl_.reset();
    if (taken.too_large) {
      return FailedPrecondition(
          fmt::format("{}: the answer is larger than {} bytes", door.host, options_.most_answer));
    }
    if (!sent.ok()) return sent.error();
    taken.answer.status = static_cast<int>(status);
    return std::move(taken.answer);
  }

 private:
  static void SetBody(CURL* curl, const HttpCall& call) {
    if (call.method != "GET") {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.c_str());
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  }
  void SetTls(CURL* curl) const {
    if (!options_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
      curl_easy_setopt(curl, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
    if (!options_.client_cert_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_SSLCERT, options_.client_cert_file.c_str());
      curl_easy_setopt(curl, CURLOPT_SSLKEY, options_.client_key_file.c_str());
    }
    if (!options_.keep_alive) {
      curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
      curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    }
  }

  const AddressGuard guard_;
  const HttpClientOptions options_;
  CurlHandle curl_;
};

}  // namespace

std::unique_ptr<HttpClient> MakeCurlClient(AddressGuard guard, HttpClientOptions options) {
  return std::make_unique<CurlClient>(std::move(guard), std::move(options));
}

}  // namespace levelwind::actions
