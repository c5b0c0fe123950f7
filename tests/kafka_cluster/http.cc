#include <arpa/inet.h>
#include <fmt/format.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/kept_output.h"

namespace levelwind::testing {
namespace {

httplib::Client MakeClient(int port, Duration timeout) {
  httplib::Client client("127.0.0.1", port);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_follow_location(false);
  return client;
}

Result<HttpResponse> Convert(const httplib::Result& answer, int port, std::string_view path) {
  if (!answer) {
    return Unavailable(
        fmt::format("127.0.0.1:{}{}: {}", port, path, httplib::to_string(answer.error())));
  }
  KeepText("http", path, answer->body);
  return HttpResponse{answer->status, answer->get_header_value("Content-Type"), answer->body};
}

bool CanBind(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

}  // namespace

Result<HttpResponse> HttpGet(int port, std::string_view path, Duration timeout) {
  return Convert(MakeClient(port, timeout).Get(std::string(path)), port, path);
}

Result<HttpResponse> HttpPost(int port, std::string_view path, std::string_view body,
                              std::string_view content_type, Duration timeout) {
  return Convert(MakeClient(port, timeout)
                     .Post(std::string(path), httplib::Headers{{"X-Levelwind-Author", "test"}},
                           std::string(body), std::string(content_type)),
                 port, path);
}

int FreePort() {
  // Ports that the kernel gives to outgoing connections start at 32768: a daemon that is down for a
  // moment would lose such a port to any client.
  std::random_device random;
  for (;;) {
    const int port = 12000 + static_cast<int>(random() % 20000);
    if (CanBind(port)) return port;
  }
}

}  // namespace levelwind::testing
