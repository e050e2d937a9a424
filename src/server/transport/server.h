// The policy server: listens, and serves until it is told to stop.
#pragma once

#include <memory>

#include "server/transport/options.h"
#include "server/transport/service.h"

namespace awd::server {

class Server {
 public:
  /// Listens from now on; connections wait for run(). Throws awd::Error naming what cannot be had: the address, the
  /// port, the certificate.
  Server(const ServerOptions& options, Service service);
  ~Server();

  /// The port that it listens at.
  int port() const;
  /// Serves on the calling thread until stop(): then no new connection, running requests are answered, waiting ones
  /// and idle clients closed (1001).
  void run();
  /// Thread-safe, also from within the service.
  void stop();
  /// SIGINT and SIGTERM stop it from now on, in place of whatever handled them; a second one ends the process.
  void stop_on_signals();
  /// The signal that stopped it, 0 for none.
  int signal() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd::server
