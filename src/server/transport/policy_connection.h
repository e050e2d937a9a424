// One policy client at its websocket: metadata, then request and reply in turn. Reads one message ahead, so that a
// client that goes away is noticed while its request waits or runs.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "server/transport/hub.h"
#include "server/transport/rate_limit.h"

namespace awd::server {

/// Lives as long as something of it is under way. `Stream` is PlainStream or TlsStream.
template <class Stream>
class PolicyConnection final : public Connection, public std::enable_shared_from_this<PolicyConnection<Stream>> {
 public:
  PolicyConnection(Stream stream, Hub& hub);
  ~PolicyConnection() override;

  /// Answers the upgrade request and goes on by itself.
  void start(const HttpRequest& request);
  void stop() override;

 private:
  /// What a job on a worker and this connection share.
  struct Client {
    std::unique_ptr<ClientHandler> handler;  // of the worker
    std::atomic<bool> is_gone{false};
  };
  /// A reply, or what to tell before closing.
  struct Outcome {
    std::string bytes{};
    bool is_error = false;
    double wait_ms = 0;
  };
  enum class Phase { kOpening, kIdle, kWaiting, kBusy, kClosing };

  void read();
  void take_message();
  void submit();
  void finish(Outcome outcome);
  void write(std::shared_ptr<const std::string> bytes, bool is_text, void (PolicyConnection::*then)());
  void settle();
  void fail_close();
  void close(websocket::close_reason reason);
  void arm_idle_timer();
  void drop(const std::string& why);
  static Outcome serve(const Service& service, Client& client, std::uint64_t number, const beast::flat_buffer& message,
                       std::optional<double> prev_total_ms);

  Hub& hub_;
  websocket::stream<Stream> socket_;
  asio::steady_timer idle_timer_, rate_timer_, write_timer_;
  std::shared_ptr<Client> client_ = std::make_shared<Client>();
  RateLimit rate_;
  HttpRequest request_;
  std::string peer_;
  std::uint64_t number_;
  Phase phase_ = Phase::kOpening;
  beast::flat_buffer buffer_;    // what is being read
  std::size_t usual_bytes_ = 0;  // of a request: that of the last one
  bool has_message_ = false;     // buffer_ holds a whole message
  bool is_reading_ = false;
  std::string why_closed_ = "client left";
  Stopwatch since_reply_;    // since the last reply was written
  Stopwatch since_message_;  // since the request at hand was there
  std::optional<double> prev_total_ms_;
};

extern template class PolicyConnection<PlainStream>;
extern template class PolicyConnection<TlsStream>;

}  // namespace awd::server
