// Beast's blocking calls; one template for sockets with and without TLS.
#include "server/client/policy_client.h"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <optional>
#include <type_traits>

#include "awd/error.h"
#include "server/transport/beast.h"

namespace awd::server {
namespace {

using Tcp = asio::ip::tcp;
using SecureSocket = beast::ssl_stream<Tcp::socket>;

template <class Stream>
void connect(websocket::stream<Stream>& socket, asio::io_context& io, const ServerAddress& address,
             const std::string& api_key) {
  Tcp::resolver resolver(io);
  Tcp::socket& tcp = beast::get_lowest_layer(socket);
  asio::connect(tcp, resolver.resolve(address.host, address.port));
  tcp.set_option(Tcp::no_delay(true));
  if constexpr (std::is_same_v<Stream, SecureSocket>) {
    SSL_set_tlsext_host_name(socket.next_layer().native_handle(), address.host.c_str());
    socket.next_layer().set_verify_mode(asio::ssl::verify_peer);
    socket.next_layer().set_verify_callback(asio::ssl::host_name_verification(address.host));
    socket.next_layer().handshake(asio::ssl::stream_base::client);
  }
  socket.set_option(websocket::stream_base::decorator([&api_key](websocket::request_type& request) {
    if (!api_key.empty()) request.set(http::field::authorization, "Api-Key " + api_key);
  }));
  socket.read_message_max(0);  // as openpi's client
  socket.auto_fragment(false);
  socket.handshake(fmt::format("{}:{}", address.host, address.port), address.path);
  socket.binary(true);
}

}  // namespace

struct PolicyClient::Impl {
  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::optional<websocket::stream<Tcp::socket>> plain;
  std::optional<websocket::stream<SecureSocket>> secure;

  /// Calls `use` with the socket there is.
  template <class F>
  auto with_socket(F&& use) {
    return plain ? use(*plain) : use(*secure);
  }
};

ServerAddress parse_address(const std::string& url) {
  ServerAddress address;
  const std::size_t scheme = url.find("://");
  address.is_secure = url.starts_with("wss://");
  std::string rest = scheme == std::string::npos ? "" : url.substr(scheme + 3);
  if (const std::size_t slash = rest.find('/'); slash != std::string::npos) {
    address.path = rest.substr(slash);
    rest.resize(slash);
  }
  const std::size_t colon = rest.rfind(':');
  address.host = rest.substr(0, colon);
  address.port = colon == std::string::npos ? (address.is_secure ? "443" : "80") : rest.substr(colon + 1);
  if (!is_address(url) || address.host.empty() || address.port.empty()) {
    throw Error("server " + url, "expected ws://HOST:PORT or wss://HOST:PORT, got another form");
  }
  return address;
}

bool is_address(const std::string& text) { return text.starts_with("ws://") || text.starts_with("wss://"); }

PolicyClient::PolicyClient(const std::string& url, const std::string& api_key)
    : url_(url), impl_(std::make_unique<Impl>()) {
  const ServerAddress address = parse_address(url);
  try {
    if (address.is_secure) {
      impl_->tls.set_default_verify_paths();
      impl_->secure.emplace(impl_->io, impl_->tls);
    } else {
      impl_->plain.emplace(impl_->io);
    }
    impl_->with_socket([&](auto& socket) { connect(socket, impl_->io, address, api_key); });
    impl_->with_socket([&](auto& socket) {
      beast::flat_buffer buffer;
      socket.read(buffer);
      metadata_ = beast::buffers_to_string(buffer.data());
    });
  } catch (const boost::system::system_error& error) {
    throw Error("server " + url, fmt::format("expected an openpi policy server, got: {}", error.code().message()));
  }
}

PolicyClient::~PolicyClient() {
  beast::error_code ignored;  // the server may be gone
  impl_->with_socket([&](auto& socket) { socket.close(websocket::close_code::normal, ignored); });
}

std::string PolicyClient::infer(const std::string& request) {
  std::string reply;
  bool is_text = false;
  try {
    impl_->with_socket([&](auto& socket) {
      socket.write(asio::buffer(request));
      beast::flat_buffer buffer;
      socket.read(buffer);
      reply = beast::buffers_to_string(buffer.data());
      is_text = socket.got_text();
    });
  } catch (const boost::system::system_error& error) {
    throw Error("server " + url_, fmt::format("expected a reply, got: {}", error.code().message()));
  }
  if (is_text) throw Error("server " + url_, fmt::format("expected actions, got the error: {}", reply));
  return reply;
}

}  // namespace awd::server
