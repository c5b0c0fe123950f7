#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/ids.h"
#include "tests/sim_cluster/sim_dispatch.h"

namespace levelwind::testing {

/// The sockets of the simulated brokers: one listener each on 127.0.0.1, all on one thread of its
/// own. As a real broker, each connection works on one request at a time, in order.
///
/// Any thread may call, except from inside the handler.
class SimServer {
 public:
  /// Called on the server's thread with one request frame.
  using Handler = std::function<SimReply(BrokerId, std::span<const std::uint8_t>)>;

  explicit SimServer(Handler handler);
  ~SimServer();

  /// Opens a broker's listener on a free port and tells the port.
  Result<std::uint16_t> Open(BrokerId broker);
  /// Refuses connections and cuts the open ones, but keeps the port.
  Status Down(BrokerId broker);
  Status Up(BrokerId broker);
  /// Cuts the open connections only.
  void Cut(BrokerId broker);
  std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace levelwind::testing
