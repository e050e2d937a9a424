// look() is cheap while a message is on its way; the pause behind each one bounds what a browser costs.
#include "server/transport/live_connection.h"

#include <utility>

namespace awd::server {
namespace {

constexpr auto kPause = std::chrono::milliseconds(80);  // 12 messages a second look smooth
constexpr std::size_t kMaxMessage = 4096;               // bytes that a browser may send

}  // namespace

template <class Stream>
LiveConnection<Stream>::LiveConnection(Stream stream, Hub& hub)
    : hub_(hub), socket_(std::move(stream)), pause_timer_(hub.io) {
  hub_.connections.insert(this);
  hub_.service.live->set_viewers(++hub_.viewers);
}

template <class Stream>
LiveConnection<Stream>::~LiveConnection() {
  hub_.connections.erase(this);
  hub_.service.live->set_viewers(--hub_.viewers);
}

template <class Stream>
void LiveConnection<Stream>::start(const HttpRequest& request) {
  request_ = request;
  beast::get_lowest_layer(socket_).expires_never();
  socket_.set_option(websocket_timeouts());
  socket_.read_message_max(kMaxMessage);
  socket_.binary(true);
  socket_.async_accept(request_, [self = this->shared_from_this()](beast::error_code error) {
    if (error) return;
    self->is_busy_ = false;
    self->read();
    self->look();
  });
}

/// Answers pings and notices the end.
template <class Stream>
void LiveConnection<Stream>::read() {
  socket_.async_read(buffer_, [self = this->shared_from_this()](beast::error_code error, std::size_t) {
    self->buffer_.clear();
    if (!error) return self->read();
    self->is_busy_ = true;
    self->pause_timer_.cancel();
    beast::get_lowest_layer(self->socket_).close();
  });
}

template <class Stream>
void LiveConnection<Stream>::look() {
  if (is_busy_) return;
  LiveSource::Latest latest = hub_.service.live->latest();
  if (latest.number <= seen_ || latest.bytes == nullptr) return;
  seen_ = latest.number;
  sent_ = std::move(latest.bytes);
  is_busy_ = true;
  socket_.async_write(asio::buffer(*sent_), [self = this->shared_from_this()](beast::error_code error, std::size_t) {
    if (!error) self->pause();
  });
}

template <class Stream>
void LiveConnection<Stream>::pause() {
  if (hub_.is_stopping) return stop();
  pause_timer_.expires_after(kPause);
  pause_timer_.async_wait([self = this->shared_from_this()](beast::error_code error) {
    if (error) return;
    self->is_busy_ = false;
    self->look();
  });
}

template <class Stream>
void LiveConnection<Stream>::stop() {
  is_busy_ = true;
  pause_timer_.cancel();
  beast::get_lowest_layer(socket_).close();
}

template class LiveConnection<PlainStream>;
template class LiveConnection<TlsStream>;

}  // namespace awd::server
