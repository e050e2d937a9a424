// A blocking client of any openpi policy server.
#pragma once

#include <memory>
#include <string>

namespace awd::server {

/// ws://HOST:PORT/PATH or wss://HOST:PORT/PATH; the port may be left out (80, 443), and so may the path.
struct ServerAddress {
  bool is_secure = false;
  std::string host{};
  std::string port{};
  std::string path = "/";
};

/// Throws awd::Error on another form.
ServerAddress parse_address(const std::string& url);

/// True for what parse_address() is meant for: a text that begins with ws:// or wss://.
bool is_address(const std::string& text);

/// Not thread-safe.
class PolicyClient {
 public:
  /// Connects and reads the metadata; `api_key` "": none is sent. A server of wss:// must have a certificate that
  /// OpenSSL's default places (or SSL_CERT_FILE) vouch for. Throws awd::Error naming the URL.
  PolicyClient(const std::string& url, const std::string& api_key);
  ~PolicyClient();

  /// The server's first message.
  const std::string& metadata() const { return metadata_; }
  /// The reply to one request. Throws awd::Error with the server's own words if it answers with an error.
  std::string infer(const std::string& request);

 private:
  struct Impl;
  std::string url_;
  std::string metadata_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd::server
