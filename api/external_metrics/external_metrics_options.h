#pragma once

#include <cstdint>
#include <string>

namespace levelwind::api {

/// The external.metrics.k8s.io listener. Off by default; without a certificate it does not start.
/// Plain value.
struct ExternalMetricsOptions {
  bool enabled = false;
  std::string address = "127.0.0.1";  ///< An IP address to listen on; in a pod 0.0.0.0.
  std::uint16_t port = 8846;          ///< 0: any free one.
  std::string cert_file;              ///< PEM chain; its names hold SERVICE.NAMESPACE.svc.
  std::string key_file;               ///< PEM, not for everybody to read.
};

}  // namespace levelwind::api
