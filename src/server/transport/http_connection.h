// A connection before it is anything: one HTTP request, which is answered or becomes a websocket.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/transport/hub.h"

namespace awd::server {

template <class Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  HttpConnection(Stream stream, Hub& hub);
  ~HttpConnection() override;

  void start();
  void stop() override;

 private:
  void read();
  void route(const HttpRequest& request);
  void upgrade(const HttpRequest& request, std::string_view path);
  void respond(http::status status, std::string type, std::string body);
  void refuse(http::status status, const std::string& why);

  Hub& hub_;
  std::optional<Stream> stream_;  // empty once a websocket has taken it
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
};

extern template class HttpConnection<PlainStream>;
extern template class HttpConnection<TlsStream>;

}  // namespace awd::server
