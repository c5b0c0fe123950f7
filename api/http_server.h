#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "api/http.h"
#include "base/clock.h"
#include "base/result.h"

namespace levelwind::api {

/// A listener's certificate. Read again each minute, so that a renewed one takes effect.
struct HttpTls {
  std::string cert_file;  ///< PEM chain.
  std::string key_file;   ///< PEM.
};

/// Where to listen and how much one client may cost.
struct HttpServerOptions {
  /// An IP address of the loopback; with `tls` any.
  std::string address = "127.0.0.1";
  std::uint16_t port = 8844;          ///< 0: any free one.
  std::size_t max_connections = 256;  ///< At the cap the longest silent client makes room.
  std::size_t max_header_bytes = 16 << 10;
  std::size_t max_body_bytes = 1 << 20;
  Duration header_timeout = std::chrono::seconds(5);  ///< From the first byte to the last header.
  Duration body_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(30);   ///< Between two requests.
  Duration write_timeout = std::chrono::seconds(30);  ///< For one whole answer.
  std::size_t queue_capacity = 128;  ///< Requests that wait for a lane; more get 503.
  /// Given: TLS 1.2 or later, client certificates asked for and not demanded, any Host. Only for a
  /// Handler that finds out by itself who asks, with each request.
  std::optional<HttpTls> tls{};
};

/// HTTP/1.1 over plain TCP on the loopback, or over TLS. Every request runs through Handler.
///
/// Threads, all made by the owner: exactly one in Run, and for each of Lane::kRead and
/// Lane::kCommand at least one in RunLane (two for commands, so that a cancel does not wait behind
/// a plan). They end when their stop token is asked to, Run within about a second. A client that
/// sends or reads slowly costs one socket and no thread.
class HttpServer {
 public:
  /// Binds at once, so that a port in use is an error before anything else starts.
  static Result<std::unique_ptr<HttpServer>> Listen(const HttpServerOptions& options,
                                                    Handler& handler);
  ~HttpServer();

  void Run(std::stop_token stop);
  void RunLane(Lane lane, std::stop_token stop);

  std::uint16_t port() const;
  std::string url() const;  ///< "http://127.0.0.1:8844"

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace levelwind::api
