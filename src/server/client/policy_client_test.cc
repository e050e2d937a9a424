// Addresses, and a client with and without TLS against a server in the same process.
#include "server/client/policy_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "awd/error.h"
#include "base/test_folder.h"
#include "server/transport/test_certificate.h"
#include "server/transport/test_client.h"

namespace awd::server {
namespace {

/// Answers every request with its own bytes.
class Mirror final : public ClientHandler {
 public:
  std::string answer(std::span<const std::uint8_t> message, std::optional<double> /*prev_total_ms*/) override {
    return {message.begin(), message.end()};
  }
};

Service mirror_service() {
  return {.metadata = "meta", .connect = [](std::uint64_t) { return std::make_unique<Mirror>(); }, .page = {}};
}

TEST(PolicyClientTest, Addresses) {
  const ServerAddress plain = parse_address("ws://robot:8000");
  EXPECT_FALSE(plain.is_secure);
  EXPECT_EQ(plain.host, "robot");
  EXPECT_EQ(plain.port, "8000");
  EXPECT_EQ(plain.path, "/");
  const ServerAddress secure = parse_address("wss://robot.example/policy/1");
  EXPECT_TRUE(secure.is_secure);
  EXPECT_EQ(secure.port, "443");
  EXPECT_EQ(secure.path, "/policy/1");
  for (const char* bad : {"", "robot:8000", "http://robot", "ws://", "ws://:8000", "ws://robot:"}) {
    EXPECT_THROW((void)parse_address(bad), Error) << bad;
  }
}

TEST(PolicyClientTest, MetadataAndRequests) {
  RunningServer server({.api_key = "secret"}, mirror_service());
  const std::string url = fmt::format("ws://127.0.0.1:{}", server.port());
  PolicyClient client(url, "secret");
  EXPECT_EQ(client.metadata(), "meta");
  EXPECT_EQ(client.infer("abc"), "abc");
  EXPECT_THROW(PolicyClient(url, "other"), Error);
}

TEST(PolicyClientTest, TlsWithACertificateThatIsTrusted) {
  TestFolder folder;
  const std::string certificate = folder.file("certificate.pem"), key = folder.file("key.pem");
  write_test_certificate(certificate, key);
  RunningServer server({.tls_certificate = certificate, .tls_key = key}, mirror_service());
  const std::string url = fmt::format("wss://127.0.0.1:{}", server.port());
  EXPECT_THROW(PolicyClient(url, ""), Error);  // nobody vouches for it
  setenv("SSL_CERT_FILE", certificate.c_str(), 1);
  PolicyClient client(url, "");
  EXPECT_EQ(client.infer("abc"), "abc");
  EXPECT_EQ(client.infer(std::string(300'000, 'x')).size(), 300'000u);
  unsetenv("SSL_CERT_FILE");
  EXPECT_THROW(PolicyClient(fmt::format("ws://127.0.0.1:{}", server.port()), ""), Error);  // no TLS at all
}

}  // namespace
}  // namespace awd::server
