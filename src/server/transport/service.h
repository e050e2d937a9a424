// What a server serves, as the transport sees it: bytes to bytes for policy clients, texts for browsers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace awd::server {

/// One policy client. Called by one thread at a time, always the same one.
class ClientHandler {
 public:
  virtual ~ClientHandler() = default;
  /// The reply to one request. What it throws is sent to the client as text, and ends the connection.
  virtual std::string answer(std::span<const std::uint8_t> message, std::optional<double> prev_total_ms) = 0;
  /// The reply is on its way, and the message of the last answer() still there.
  virtual void after_reply() {}
};

/// What happens at the sockets, for logs and metrics. Called on the server's thread.
class ServerEvents {
 public:
  virtual ~ServerEvents() = default;
  virtual void opened(std::uint64_t client, const std::string& peer) { (void)client, (void)peer; }
  virtual void closed(std::uint64_t client, const std::string& why) { (void)client, (void)why; }
  /// A connection that never became a client: no key, too many, another origin.
  virtual void refused(const std::string& peer, const std::string& why) { (void)peer, (void)why; }
  /// A request was answered with an error.
  virtual void failed(std::uint64_t client, const std::string& what) { (void)client, (void)what; }
  struct Answered {
    std::uint64_t client = 0;
    double wait_ms = 0;   // from the whole request's arrival to a worker taking it
    double total_ms = 0;  // .. to the reply being handed to the socket
  };
  virtual void answered(const Answered& answered) { (void)answered; }
  virtual void waiting(int requests) { (void)requests; }
};

/// Pictures and decisions for browsers: the newest message, which a slow reader skips to. Thread-safe.
class LiveSource {
 public:
  virtual ~LiveSource() = default;
  /// The newest message with its number, from 1; null where there is none.
  struct Latest {
    std::uint64_t number = 0;
    std::shared_ptr<const std::string> bytes{};
  };
  virtual Latest latest() const = 0;
  /// `on_new` is called, by any thread, whenever there is a newer message; empty: never again.
  virtual void set_listener(std::function<void()> on_new) = 0;
  /// Somebody looks; without viewers no message is made.
  virtual void set_viewers(int viewers) = 0;
};

/// A page for GET. An empty type stands for "not found".
struct Page {
  std::string type{};
  std::string body{};
};

/// Pointers are not owned, may be null, and must outlive the server.
struct Service {
  std::string metadata{};  // sent to every policy client at once
  /// Makes the handler of client `number` (1, 2, ..), on the thread that will call it, at its first request.
  std::function<std::unique_ptr<ClientHandler>(std::uint64_t number)> connect;
  std::function<Page(std::string_view path)> page;  // "/", "/metrics"
  LiveSource* live = nullptr;
  ServerEvents* events = nullptr;
};

}  // namespace awd::server
