// What all connections of a server share, and the list of them. Everything here belongs to the server's one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_set>

#include "server/transport/beast.h"
#include "server/transport/options.h"
#include "server/transport/service.h"
#include "server/transport/workers.h"

namespace awd::server {

/// An open connection, known to the hub while it lives.
class Connection {
 public:
  virtual ~Connection() = default;
  /// The server stops: finish what runs, then close.
  virtual void stop() = 0;
  /// There is a new live message.
  virtual void look() {}
};

struct Hub {
  asio::io_context& io;
  const ServerOptions& options;
  const Service& service;
  Workers& workers;
  std::unordered_set<Connection*> connections{};
  int clients = 0;                // policy connections
  int viewers = 0;                // of the live page
  std::uint64_t last_number = 0;  // of a policy connection
  bool is_stopping = false;
  ServerEvents none{};

  ServerEvents& events() { return service.events != nullptr ? *service.events : none; }
};

inline std::chrono::nanoseconds seconds(double s) { return std::chrono::nanoseconds(std::int64_t(s * 1e9)); }

/// Timeouts of all websockets: of the handshakes alone. A client that only asks when it needs actions answers no pings
/// in between.
inline websocket::stream_base::timeout websocket_timeouts() {
  return {.handshake_timeout = std::chrono::seconds(10),
          .idle_timeout = websocket::stream_base::none(),
          .keep_alive_pings = false};
}

}  // namespace awd::server
