#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace levelwind::api {

/// The KEDA external scaler. Off by default; what is left half secured is refused, see
/// KedaServer::Start. Plain value.
struct KedaOptions {
  bool enabled = false;
  std::string address = "127.0.0.1";  ///< An IP address to listen on.
  std::uint16_t port = 8845;          ///< 0: any free one.
  std::string cert_file{};            ///< PEM chain; empty: no TLS.
  std::string key_file{};             ///< PEM, readable by its owner only.
  std::string client_ca_file{};       ///< PEM; given: each client must show a certificate of it.
  bool allow_plaintext = false;       ///< Without TLS on an address that is not the loopback.
  bool allow_anonymous = false;       ///< TLS without client_ca_file there.
  std::size_t max_streams = 1000;     ///< Open StreamIsActive calls; 1 to 100,000.
};

}  // namespace levelwind::api
