#include "actions/notify/transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "actions/http/curl_session.h"
#include "actions/http/http_client.h"

namespace levelwind::actions {
namespace {

constexpr std::size_t kMostAnswer = 64 * 1024;

/// Counts and forgets what a mail server says.
std::size_t Swallow(char*, std::size_t size, std::size_t count, void* context) {
  auto& seen = *static_cast<std::size_t*>(context);
  seen += size * count;
  return seen > kMostAnswer ? 0 : size * count;
}

struct Upload {
  const std::string* text;
  std::size_t at = 0;
};
std::size_t Give(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& upload = *static_cast<Upload*>(context);
  const std::size_t part = std::min(size * count, upload.text->size() - upload.at);
  std::memcpy(buffer, upload.text->data() + upload.at, part);
  upload.at += part;
  return part;
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(const AddressGuard& guard, Duration timeout)
      : guard_(guard),
        timeout_(timeout),
        client_(MakeCurlClient(guard, {.timeout = timeout, .most_answer = kMostAnswer})) {}

  Status Post(const HttpMessage& message) override {
    LW_ASSIGN_OR_RETURN(const HttpAnswer answer,
                        client_->Send({"POST", message.url, message.headers, message.body}));
    const int status = answer.status;
    if (status >= 200 && status < 300) return Ok();
    const std::string text =
        fmt::format("{} answered {}", AddressGuard::HostOf(message.url), status);
    if (status == 408 || status == 429 || status >= 500) return Unavailable(text);
    return FailedPrecondition(status >= 300 && status < 400 ? text + ", and redirects are refused"
                                                            : text);
  }

  Status Mail(const MailMessage& message) override {
    LW_RETURN_IF_ERROR(guard_.CheckUrl(message.server));
    CurlDoor door{&guard_, AddressGuard::HostOf(message.server)};
    const CurlHandle curl = MakeCurl();
    if (curl == nullptr) return Unavailable("libcurl gives no handle");
    PrepareCurl(curl.get(), message.server, "smtp,smtps", timeout_, door);
    std::size_t seen = 0;
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Swallow);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &seen);
    if (message.tls)
      curl_easy_setopt(curl.get(), CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (!message.user.empty()) {
      curl_easy_setopt(curl.get(), CURLOPT_USERNAME, message.user.c_str());
      curl_easy_setopt(curl.get(), CURLOPT_PASSWORD,
                       std::string(message.password.Reveal()).c_str());
    }
    CurlList to;
    for (const std::string& address : message.to) Append(to, "<" + address + ">");
    Upload upload{&message.text};
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, ("<" + message.from + ">").c_str());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, Give);
    curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
    curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
    return PerformCurl(curl.get(), door);
  }

 private:
  const AddressGuard guard_;
  const Duration timeout_;
  const std::unique_ptr<HttpClient> client_;
};

}  // namespace

std::unique_ptr<Transport> MakeCurlTransport(AddressGuard guard, Duration timeout) {
  return std::make_unique<CurlTransport>(guard, timeout);
}

}  // namespace levelwind::actions
