// Test support: a server on a thread of its own, and a blocking websocket client for it.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <memory>
#include <string>
#include <thread>

#include "server/transport/beast.h"
#include "server/transport/server.h"

namespace awd::server {

class RunningServer {
 public:
  RunningServer(ServerOptions options, Service service) {
    options.port = 0;
    server_ = std::make_unique<Server>(options, std::move(service));
    port_ = server_->port();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~RunningServer() {
    server_->stop();
    wait();
  }
  void stop() { server_->stop(); }
  void wait() {
    if (thread_.joinable()) thread_.join();
  }
  int port() const { return port_; }

 private:
  std::unique_ptr<Server> server_;
  int port_ = 0;
  std::thread thread_;
};

/// Throws boost::system::system_error where a call fails; close_code() then says what the server said.
class TestClient {
 public:
  explicit TestClient(int port, const std::string& path = "/", const std::string& header = "",
                      const std::string& value = "")
      : socket_(io_) {
    socket_.next_layer().connect({asio::ip::make_address("127.0.0.1"), std::uint16_t(port)});
    socket_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!header.empty()) request.set(header, value);
    }));
    socket_.read_message_max(0);
    socket_.handshake(host_of(port), path);
    socket_.binary(true);
  }

  std::string read() {
    beast::flat_buffer buffer;
    socket_.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }
  void send(const std::string& bytes) { socket_.write(asio::buffer(bytes)); }
  void send_text(const std::string& text) {
    socket_.text(true);
    send(text);
  }
  std::string ask(const std::string& bytes) {
    send(bytes);
    return read();
  }
  bool got_text() const { return socket_.got_text(); }
  /// Reads up to the end and gives the server's code; 0 where the socket just ended.
  int read_close_code() {
    beast::error_code error;
    while (!error) {
      beast::flat_buffer buffer;
      socket_.read(buffer, error);
    }
    return error == websocket::error::closed ? socket_.reason().code : 0;
  }
  std::string close_reason() const { return std::string(socket_.reason().reason.c_str()); }
  /// Ends the connection without a word, as a process that is killed does.
  void vanish() { socket_.next_layer().close(); }
  auto& socket() { return socket_; }

  static std::string host_of(int port) { return "127.0.0.1:" + std::to_string(port); }

 private:
  asio::io_context io_;
  websocket::stream<asio::ip::tcp::socket> socket_;
};

/// Status and body of a GET.
inline std::pair<int, std::string> http_get(int port, const std::string& target) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), std::uint16_t(port)});
  http::request<http::empty_body> request{http::verb::get, target, 11};
  request.set(http::field::host, TestClient::host_of(port));
  http::write(socket, request);
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(socket, buffer, response);
  return {response.result_int(), response.body()};
}

}  // namespace awd::server
