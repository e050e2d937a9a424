// The protocol of one client as callbacks on the server's thread; only serve() runs on a worker.
#include "server/transport/policy_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "io/utf8.h"

namespace awd::server {
namespace {

constexpr const char* kErrorReason = "Internal server error. Traceback included in previous frame.";

std::span<const std::uint8_t> bytes_of(const beast::flat_buffer& buffer) {
  const auto data = buffer.cdata();
  return {static_cast<const std::uint8_t*>(data.data()), data.size()};
}

/// A text frame must be UTF-8, and a complaint may quote what the client sent.
std::string as_text(std::string words) {
  if (is_utf8(words)) return words;
  std::ranges::replace_if(
      words, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return words;
}

}  // namespace

template <class Stream>
PolicyConnection<Stream>::PolicyConnection(Stream stream, Hub& hub)
    : hub_(hub),
      socket_(std::move(stream)),
      idle_timer_(hub.io),
      rate_timer_(hub.io),
      write_timer_(hub.io),
      rate_(hub.options.limits.max_rate),
      number_(++hub.last_number) {
  beast::error_code error;
  const auto end = beast::get_lowest_layer(socket_).socket().remote_endpoint(error);
  peer_ = error ? "?" : fmt::format("{}:{}", end.address().to_string(), end.port());
  ++hub_.clients;
  hub_.connections.insert(this);
}

template <class Stream>
PolicyConnection<Stream>::~PolicyConnection() {
  client_->is_gone = true;
  hub_.connections.erase(this);
  --hub_.clients;
  hub_.events().closed(number_, why_closed_);
}

template <class Stream>
void PolicyConnection<Stream>::start(const HttpRequest& request) {
  hub_.events().opened(number_, peer_);
  request_ = request;
  beast::get_lowest_layer(socket_).expires_never();
  beast::error_code ignored;
  beast::get_lowest_layer(socket_).socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(websocket_timeouts());
  socket_.read_message_max(std::size_t(hub_.options.limits.max_message) << 20);
  socket_.auto_fragment(false);
  socket_.async_accept(request_, [self = this->shared_from_this()](beast::error_code error) {
    if (error) return self->drop(error.message());
    auto metadata = std::make_shared<const std::string>(self->hub_.service.metadata);
    self->write(std::move(metadata), false, &PolicyConnection::settle);
  });
}

/// A reply (or the metadata) is out: the next request, if it is there already, or waiting for it.
template <class Stream>
void PolicyConnection<Stream>::settle() {
  if (phase_ != Phase::kOpening) prev_total_ms_ = since_reply_.ms();
  since_reply_ = {};
  phase_ = Phase::kIdle;
  if (hub_.is_stopping) return close({websocket::close_code::going_away, "server stops"});
  arm_idle_timer();
  if (has_message_) return take_message();
  if (!is_reading_) read();
}

template <class Stream>
void PolicyConnection<Stream>::read() {
  is_reading_ = true;
  buffer_.reserve(usual_bytes_);
  socket_.async_read(buffer_, [self = this->shared_from_this()](beast::error_code error, std::size_t) {
    self->is_reading_ = false;
    if (error) return self->drop(error == websocket::error::closed ? "client left" : error.message());
    self->has_message_ = true;
    if (self->phase_ == Phase::kIdle) self->take_message();
  });
}

/// Starts the request in buffer_, at once or when the rate allows it.
template <class Stream>
void PolicyConnection<Stream>::take_message() {
  phase_ = Phase::kWaiting;
  since_message_ = {};
  idle_timer_.cancel();
  const auto now = std::chrono::steady_clock::now();
  const auto start = rate_.start_of(now);
  if (start <= now) return submit();
  rate_timer_.expires_at(start);
  rate_timer_.async_wait([self = this->shared_from_this()](beast::error_code error) {
    if (!error && self->phase_ == Phase::kWaiting) self->submit();
  });
}

template <class Stream>
void PolicyConnection<Stream>::submit() {
  phase_ = Phase::kBusy;
  has_message_ = false;
  usual_bytes_ = buffer_.size();
  if (socket_.got_text()) {
    return finish({.bytes = "[message] expected a binary msgpack message, got a text", .is_error = true});
  }
  auto self = this->shared_from_this();
  auto message = std::make_shared<beast::flat_buffer>(std::exchange(buffer_, beast::flat_buffer()));
  // The job gives its hold on the connection back to the server's thread, which alone may end it. While a job is about,
  // that thread has work.
  auto run = [work = asio::make_work_guard(hub_.io), self, message, waited = Stopwatch(since_message_),
              client = client_]() mutable {
    const double wait_ms = waited.ms();
    if (!client->is_gone) {
      Outcome outcome = serve(self->hub_.service, *client, self->number_, *message, self->prev_total_ms_);
      outcome.wait_ms = wait_ms;
      const bool is_error = outcome.is_error;
      asio::io_context& io = self->hub_.io;
      asio::post(io, [self, outcome = std::move(outcome)]() mutable { self->finish(std::move(outcome)); });
      if (!is_error) client->handler->after_reply();
    }
    asio::io_context& io = self->hub_.io;
    asio::post(io, [self = std::move(self)] {});
  };
  const auto dropped = [weak = this->weak_from_this()] {
    if (auto here = weak.lock()) here->close({websocket::close_code::going_away, "server stops"});
  };
  const bool is_taken = hub_.workers.submit(number_, {.run = std::move(run), .dropped = dropped});
  hub_.events().waiting(hub_.workers.waiting());
  if (!is_taken) {
    hub_.events().failed(number_, "too many waiting requests");
    return close({websocket::close_code::try_again_later, "too many waiting requests"});
  }
  if (!is_reading_) read();
}

/// Runs on a worker.
template <class Stream>
auto PolicyConnection<Stream>::serve(const Service& service, Client& client, std::uint64_t number,
                                     const beast::flat_buffer& message, std::optional<double> prev_total_ms)
    -> Outcome {
  try {
    if (client.handler == nullptr) client.handler = service.connect(number);
    return {.bytes = client.handler->answer(bytes_of(message), prev_total_ms)};
  } catch (const std::exception& error) {
    return {.bytes = as_text(error.what()), .is_error = true};
  }
}

template <class Stream>
void PolicyConnection<Stream>::finish(Outcome outcome) {
  hub_.events().waiting(hub_.workers.waiting());
  if (phase_ != Phase::kBusy) return;  // closed meanwhile
  if (outcome.is_error) hub_.events().failed(number_, outcome.bytes);
  if (!outcome.is_error) {
    hub_.events().answered({.client = number_, .wait_ms = outcome.wait_ms, .total_ms = since_message_.ms()});
  }
  const bool is_error = outcome.is_error;
  write(std::make_shared<const std::string>(std::move(outcome.bytes)), is_error,
        is_error ? &PolicyConnection::fail_close : &PolicyConnection::settle);
}

template <class Stream>
void PolicyConnection<Stream>::write(std::shared_ptr<const std::string> bytes, bool is_text,
                                     void (PolicyConnection::*then)()) {
  write_timer_.expires_after(seconds(hub_.options.limits.write_timeout));
  write_timer_.async_wait([self = this->shared_from_this()](beast::error_code error) {
    if (error) return;
    self->why_closed_ = "client takes no data";
    beast::get_lowest_layer(self->socket_).close();
  });
  socket_.text(is_text);
  const auto buffer = asio::buffer(*bytes);
  socket_.async_write(
      buffer, [self = this->shared_from_this(), bytes = std::move(bytes), then](beast::error_code error, std::size_t) {
        self->write_timer_.cancel();
        if (error) return self->drop(error.message());
        if (self->phase_ != Phase::kClosing) ((*self).*then)();
      });
}

template <class Stream>
void PolicyConnection<Stream>::fail_close() {
  why_closed_ = "error";
  close({websocket::close_code::internal_error, kErrorReason});
}

template <class Stream>
void PolicyConnection<Stream>::stop() {
  // A reply that is being made or written goes out first; settle() then closes.
  if (phase_ == Phase::kIdle || phase_ == Phase::kWaiting) close({websocket::close_code::going_away, "server stops"});
}

template <class Stream>
void PolicyConnection<Stream>::close(websocket::close_reason reason) {
  if (phase_ == Phase::kClosing) return;
  phase_ = Phase::kClosing;
  client_->is_gone = true;
  if (reason.code != websocket::close_code::internal_error) why_closed_ = std::string(reason.reason.c_str());
  idle_timer_.cancel();
  rate_timer_.cancel();
  socket_.async_close(
      reason, [self = this->shared_from_this()](beast::error_code) { beast::get_lowest_layer(self->socket_).close(); });
}

template <class Stream>
void PolicyConnection<Stream>::arm_idle_timer() {
  if (hub_.options.limits.idle_timeout <= 0) return;
  idle_timer_.expires_after(seconds(hub_.options.limits.idle_timeout));
  idle_timer_.async_wait([self = this->shared_from_this()](beast::error_code error) {
    if (!error && self->phase_ == Phase::kIdle) self->close({websocket::close_code::normal, "idle for too long"});
  });
}

/// The socket is of no use any more.
template <class Stream>
void PolicyConnection<Stream>::drop(const std::string& why) {
  if (phase_ != Phase::kClosing && why_closed_ == "client left") why_closed_ = why;
  phase_ = Phase::kClosing;
  client_->is_gone = true;
  idle_timer_.cancel();
  rate_timer_.cancel();
  write_timer_.cancel();
  beast::get_lowest_layer(socket_).close();
}

template class PolicyConnection<PlainStream>;
template class PolicyConnection<TlsStream>;

}  // namespace awd::server
