// One browser that watches: it gets the newest live message, at most some ten a second, and never two at once.
#pragma once

#include <memory>
#include <string>

#include "server/transport/hub.h"

namespace awd::server {

template <class Stream>
class LiveConnection final : public Connection, public std::enable_shared_from_this<LiveConnection<Stream>> {
 public:
  LiveConnection(Stream stream, Hub& hub);
  ~LiveConnection() override;

  void start(const HttpRequest& request);
  void stop() override;
  void look() override;

 private:
  void read();
  void pause();

  Hub& hub_;
  websocket::stream<Stream> socket_;
  asio::steady_timer pause_timer_;
  HttpRequest request_;
  beast::flat_buffer buffer_;  // of what a browser sends, which is nothing
  std::shared_ptr<const std::string> sent_;
  std::uint64_t seen_ = 0;
  bool is_busy_ = true;  // opening, writing, pausing or closing
};

extern template class LiveConnection<PlainStream>;
extern template class LiveConnection<TlsStream>;

}  // namespace awd::server
