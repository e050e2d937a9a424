// Accepts on one thread, which also moves all bytes; policies run on the workers.
#include "server/transport/server.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <signal.h>

#include <boost/asio/signal_set.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "awd/error.h"
#include "server/transport/http_connection.h"
#include "server/transport/short_slice.h"

namespace awd::server {
namespace {

using Tcp = asio::ip::tcp;

/// Sockets beyond policy clients: health checks, metrics, browsers, and those still to be refused.
constexpr std::size_t kSpareConnections = 64;

asio::ssl::context load_tls(const ServerOptions& options) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1);
  beast::error_code error;
  context.use_certificate_chain_file(options.tls_certificate, error);
  if (error) {
    throw Error("option tls_certificate",
                fmt::format("expected a readable PEM chain, got {} ({})", options.tls_certificate, error.message()));
  }
  context.use_private_key_file(options.tls_key, asio::ssl::context::pem, error);
  if (error) {
    throw Error("option tls_key", fmt::format("expected the PEM key of {}, got {} ({})", options.tls_certificate,
                                              options.tls_key, error.message()));
  }
  return context;
}

Tcp::acceptor listen(asio::io_context& io, const ServerOptions& options) {
  const std::string where = fmt::format("server {}:{}", options.host, options.port);
  beast::error_code error;
  const auto address = asio::ip::make_address(options.host, error);
  if (error) throw Error(where, fmt::format("expected an IP address to listen at, got \"{}\"", options.host));
  Tcp::acceptor acceptor(io);
  const Tcp::endpoint end(address, std::uint16_t(options.port));
  acceptor.open(end.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(end, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw Error(where, fmt::format("expected a free address and port, got: {}", error.message()));
  return acceptor;
}

/// The kernel asks a silent peer after a minute, and gives it up half a minute later.
void detect_dead_peers(Tcp::socket& socket) {
  const auto set = [&socket](int level, int option, int value) {
    (void)setsockopt(socket.native_handle(), level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& given, Service given_service)
      : options(given),
        service(std::move(given_service)),
        io(std::make_unique<asio::io_context>(1)),
        workers(std::make_unique<Workers>(given.workers, given.limits.max_waiting)),
        hub{.io = *io, .options = options, .service = service, .workers = *workers},
        acceptor(listen(*io, options)),
        signals(std::in_place, *io) {
    if (options.tls_certificate.empty() != options.tls_key.empty()) {
      throw Error("option tls_key", "expected --tls-certificate and --tls-key together, got one");
    }
    if (!options.tls_certificate.empty()) tls = std::make_unique<asio::ssl::context>(load_tls(options));
    if (service.live != nullptr) {
      service.live->set_listener([this] { asio::post(*io, [this] { look(); }); });
    }
  }

  ~Impl() {
    if (service.live != nullptr) service.live->set_listener({});
    workers.reset();  // its jobs end before what they post to
    acceptor.reset();
    signals.reset();
    io.reset();  // and with it what is still open, which knows the hub
  }

  void accept() {
    acceptor->async_accept([this](beast::error_code error, Tcp::socket socket) {
      if (!acceptor->is_open()) return;
      // Out of file descriptors or an aborted handshake: the next one may be well.
      if (!error) open(std::move(socket));
      accept();
    });
  }

  void open(Tcp::socket socket) {
    if (hub.connections.size() >= std::size_t(options.limits.max_clients) + kSpareConnections) return;
    detect_dead_peers(socket);
    beast::tcp_stream stream(std::move(socket));
    if (tls != nullptr) {
      std::make_shared<HttpConnection<TlsStream>>(TlsStream(std::move(stream), *tls), hub)->start();
    } else {
      std::make_shared<HttpConnection<PlainStream>>(std::move(stream), hub)->start();
    }
  }

  void look() {
    const std::vector<Connection*> connections(hub.connections.begin(), hub.connections.end());
    for (Connection* connection : connections) connection->look();
  }

  void stop() {
    if (hub.is_stopping) return;
    hub.is_stopping = true;
    signals->clear();
    beast::error_code ignored;
    signals->cancel(ignored);
    acceptor->close(ignored);
    workers->drop_waiting();
    const std::vector<Connection*> connections(hub.connections.begin(), hub.connections.end());
    for (Connection* connection : connections) connection->stop();
  }

  void wait_for_signal() {
    signals->async_wait([this](beast::error_code error, int number) {
      if (error) return;
      signal = number;
      stop();
    });
  }

  ServerOptions options;
  Service service;
  std::unique_ptr<asio::ssl::context> tls;
  std::unique_ptr<asio::io_context> io;
  std::unique_ptr<Workers> workers;
  Hub hub;
  std::optional<Tcp::acceptor> acceptor;
  std::optional<asio::signal_set> signals;
  int signal = 0;
};

Server::Server(const ServerOptions& options, Service service)
    : impl_(std::make_unique<Impl>(options, std::move(service))) {}

Server::~Server() = default;

int Server::port() const { return impl_->acceptor->local_endpoint().port(); }

void Server::run() {
  take_short_turns();
  impl_->accept();
  impl_->io->run();
}

void Server::stop() {
  asio::post(*impl_->io, [this] { impl_->stop(); });
}

void Server::stop_on_signals() {
  impl_->signals->add(SIGINT);
  impl_->signals->add(SIGTERM);
  impl_->wait_for_signal();
}

int Server::signal() const { return impl_->signal; }

}  // namespace awd::server
