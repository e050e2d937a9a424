// Routes: any websocket is a policy client but /live; GET /healthz, / and /metrics. Every answer ends the connection.
#include "server/transport/http_connection.h"

#include <fmt/format.h>

#include <type_traits>
#include <utility>

#include "server/transport/access.h"
#include "server/transport/live_connection.h"
#include "server/transport/policy_connection.h"

namespace awd::server {
namespace {

constexpr auto kTimeout = std::chrono::seconds(10);
constexpr std::uint32_t kMaxHeader = 16 * 1024;  // bytes
constexpr int kMaxViewers = 8;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

std::string peer_of(const asio::ip::tcp::socket& socket) {
  beast::error_code error;
  const auto end = socket.remote_endpoint(error);
  return error ? "?" : fmt::format("{}:{}", end.address().to_string(), end.port());
}

}  // namespace

template <class Stream>
HttpConnection<Stream>::HttpConnection(Stream stream, Hub& hub) : hub_(hub), stream_(std::move(stream)) {
  parser_.header_limit(kMaxHeader);
  hub_.connections.insert(this);
}

template <class Stream>
HttpConnection<Stream>::~HttpConnection() {
  hub_.connections.erase(this);
}

template <class Stream>
void HttpConnection<Stream>::start() {
  beast::get_lowest_layer(*stream_).expires_after(kTimeout);
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    stream_->async_handshake(asio::ssl::stream_base::server,
                             [self = this->shared_from_this()](beast::error_code error) {
                               if (!error) self->read();
                             });
  } else {
    read();
  }
}

template <class Stream>
void HttpConnection<Stream>::read() {
  http::async_read(*stream_, buffer_, parser_, [self = this->shared_from_this()](beast::error_code error, std::size_t) {
    if (!error) self->route(self->parser_.get());
  });
}

template <class Stream>
void HttpConnection<Stream>::route(const HttpRequest& request) {
  const std::string_view target = view(request.target());
  const std::string_view path = path_of(target);
  const bool is_upgrade = websocket::is_upgrade(request);
  if (!is_upgrade && path == "/healthz") return respond(http::status::ok, "text/plain", "OK\n");
  // The page is empty without its feed, which asks for the key.
  const bool is_open = !is_upgrade && path == "/";
  if (!is_open && !has_key(view(request[http::field::authorization]), target, hub_.options.api_key)) {
    return refuse(http::status::unauthorized,
                  "expected the header \"Authorization: Api-Key KEY\", got another or none");
  }
  if (is_upgrade) return upgrade(request, path);
  if (request.method() != http::verb::get) return refuse(http::status::method_not_allowed, "expected GET");
  const Page page = hub_.service.page ? hub_.service.page(path) : Page{};
  if (page.type.empty()) return respond(http::status::not_found, "text/plain", "not found\n");
  respond(http::status::ok, page.type, page.body);
}

template <class Stream>
void HttpConnection<Stream>::upgrade(const HttpRequest& request, std::string_view path) {
  if (!is_own_origin(view(request[http::field::origin]), view(request[http::field::host]))) {
    return refuse(http::status::forbidden, "expected a client, got a page of another site");
  }
  if (hub_.is_stopping) return refuse(http::status::service_unavailable, "the server stops");
  const bool is_live = path == "/live" && hub_.service.live != nullptr;
  if (is_live ? hub_.viewers >= kMaxViewers : hub_.clients >= hub_.options.limits.max_clients) {
    return refuse(http::status::service_unavailable, "expected fewer connections, got one too many");
  }
  Stream stream = std::move(*stream_);
  stream_.reset();
  if (is_live) {
    std::make_shared<LiveConnection<Stream>>(std::move(stream), hub_)->start(request);
  } else {
    std::make_shared<PolicyConnection<Stream>>(std::move(stream), hub_)->start(request);
  }
}

template <class Stream>
void HttpConnection<Stream>::refuse(http::status status, const std::string& why) {
  hub_.events().refused(peer_of(beast::get_lowest_layer(*stream_).socket()), why);
  respond(status, "text/plain", why + "\n");
}

template <class Stream>
void HttpConnection<Stream>::respond(http::status status, std::string type, std::string body) {
  response_ = {status, 11};
  response_.set(http::field::content_type, type);
  response_.set(http::field::cache_control, "no-store");
  response_.keep_alive(false);
  response_.body() = std::move(body);
  response_.prepare_payload();
  http::async_write(*stream_, response_, [self = this->shared_from_this()](beast::error_code, std::size_t) {
    beast::error_code ignored;
    beast::get_lowest_layer(*self->stream_).socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  });
}

template <class Stream>
void HttpConnection<Stream>::stop() {
  if (stream_) beast::get_lowest_layer(*stream_).close();
}

template class HttpConnection<PlainStream>;
template class HttpConnection<TlsStream>;

}  // namespace awd::server
