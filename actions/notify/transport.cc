#include "actions/notify/transport.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace levelwind::actions {
namespace {

constexpr std::size_t kMostAnswer = 64 * 1024;

struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListFree>;

void Append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list.release());
  list.reset(longer);
}

struct Door {
  const AddressGuard* guard;
  std::string host;
  bool refused = false;
};

curl_socket_t OpenSocket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& door = *static_cast<Door*>(context);
  std::vector<std::uint8_t> bytes;
  if (address->family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address->addr, sizeof four);
    bytes.resize(4);
    std::memcpy(bytes.data(), &four.sin_addr, 4);
  } else if (address->family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address->addr, sizeof six);
    bytes.resize(16);
    std::memcpy(bytes.data(), &six.sin6_addr, 16);
  }
  if (!door.guard->MayConnect(door.host, bytes)) {
    door.refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Counts and forgets the answer's body.
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
  CurlTransport(AddressGuard guard, Duration timeout)
      : guard_(std::move(guard)), timeout_(timeout) {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    static_cast<void>(ready);
  }

  Status Post(const HttpMessage& message) override {
    LW_RETURN_IF_ERROR(guard_.CheckUrl(message.url));
    Door door{&guard_, AddressGuard::HostOf(message.url)};
    const Handle curl = Begin(message.url, "https,http", door);
    if (curl == nullptr) return Unavailable("libcurl gives no handle");
    List headers;
    for (const auto& [name, value] : message.headers) Append(headers, name + ": " + value);
    Append(headers, "Expect:");
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, message.body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(message.body.size()));
    const Status sent = Perform(curl.get(), door);
    if (!sent.ok()) return sent;
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return Ok();
    const std::string text = fmt::format("{} answered {}", door.host, status);
    if (status == 408 || status == 429 || status >= 500) return Unavailable(text);
    return FailedPrecondition(status >= 300 && status < 400 ? text + ", and redirects are refused"
                                                            : text);
  }

  Status Mail(const MailMessage& message) override {
    LW_RETURN_IF_ERROR(guard_.CheckUrl(message.server));
    Door door{&guard_, AddressGuard::HostOf(message.server)};
    const Handle curl = Begin(message.server, "smtp,smtps", door);
    if (curl == nullptr) return Unavailable("libcurl gives no handle");
    if (message.tls)
      curl_easy_setopt(curl.get(), CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (!message.user.empty()) {
      curl_easy_setopt(curl.get(), CURLOPT_USERNAME, message.user.c_str());
      curl_easy_setopt(curl.get(), CURLOPT_PASSWORD,
                       std::string(message.password.Reveal()).c_str());
    }
    List to;
    for (const std::string& address : message.to) Append(to, "<" + address + ">");
    Upload upload{&message.text};
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, ("<" + message.from + ">").c_str());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, Give);
    curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
    curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
    return Perform(curl.get(), door);
  }

 private:
  struct CurlFree {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };
  using Handle = std::unique_ptr<CURL, CurlFree>;

  Handle Begin(const std::string& url, const char* protocols, Door& door) {
    Handle curl(curl_easy_init());
    if (curl == nullptr) return curl;
    seen_ = 0;
    const long patience = static_cast<long>(ToMillis(timeout_));
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl.get(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, patience);
    curl_easy_setopt(curl.get(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
    curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETDATA, &door);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Swallow);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &seen_);
    return curl;
  }

  static Status Perform(CURL* curl, const Door& door) {
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) return Ok();
    if (door.refused) {
      return Error(ErrorCode::kPermissionDenied,
                   fmt::format("{} has an address that is not public; name it in "
                               "notify.allow_hosts to send there all the same",
                               door.host));
    }
    const std::string text = fmt::format("{}: {}", door.host, curl_easy_strerror(code));
    const bool over_soon = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                           code == CURLE_OPERATION_TIMEDOUT || code == CURLE_RECV_ERROR ||
                           code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING;
    if (over_soon) return Unavailable(text);
    return FailedPrecondition(text);
  }

  const AddressGuard guard_;
  const Duration timeout_;
  std::size_t seen_ = 0;
};

}  // namespace

std::unique_ptr<Transport> MakeCurlTransport(AddressGuard guard, Duration timeout) {
  return std::make_unique<CurlTransport>(std::move(guard), timeout);
}

}  // namespace levelwind::actions
