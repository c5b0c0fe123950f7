#include "actions/http/curl_session.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace levelwind::actions {
namespace {

curl_socket_t OpenSocket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& door = *static_cast<CurlDoor*>(context);
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

}  // namespace

void Append(CurlList& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list.release());
  list.reset(longer);
}

CurlHandle MakeCurl() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  static_cast<void>(ready);
  return CurlHandle(curl_easy_init());
}

void PrepareCurl(CURL* curl, const std::string& url, const char* protocols, Duration timeout,
                 CurlDoor& door) {
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(ToMillis(timeout)));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &door);
}

Status PerformCurl(CURL* curl, const CurlDoor& door) {
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return Ok();
  if (door.refused) {
    return Error(ErrorCode::kPermissionDenied,
                 fmt::format("{} has an address that is not public; name it in {} to send there "
                             "all the same",
                             door.host, door.guard->setting()));
  }
  const std::string text = fmt::format("{}: {}", door.host, curl_easy_strerror(code));
  const bool over_soon = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                         code == CURLE_OPERATION_TIMEDOUT || code == CURLE_RECV_ERROR ||
                         code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING;
  if (over_soon) return Unavailable(text);
  return FailedPrecondition(text);
}

}  // namespace levelwind::actions
