// Keys, queries, origins, and the spacing of requests.
#include "server/transport/access.h"

#include <gtest/gtest.h>

#include "server/transport/rate_limit.h"

namespace awd::server {
namespace {

TEST(AccessTest, Key) {
  EXPECT_TRUE(has_key("", "/", ""));
  EXPECT_TRUE(has_key("Api-Key abc", "/", "abc"));
  EXPECT_FALSE(has_key("Api-Key abcd", "/", "abc"));
  EXPECT_FALSE(has_key("Api-Key ab", "/", "abc"));
  EXPECT_FALSE(has_key("Bearer abc", "/", "abc"));
  EXPECT_FALSE(has_key("abc", "/", "abc"));
  EXPECT_TRUE(has_key("", "/live?key=abc", "abc"));
  EXPECT_TRUE(has_key("", "/live?x=1&key=abc&y", "abc"));
  EXPECT_FALSE(has_key("", "/live?keyring=abc", "abc"));
  EXPECT_FALSE(has_key("", "/live?key", "abc"));
  EXPECT_EQ(path_of("/live?key=abc"), "/live");
}

TEST(AccessTest, Origin) {
  EXPECT_TRUE(is_own_origin("", "127.0.0.1:8000"));
  EXPECT_TRUE(is_own_origin("http://127.0.0.1:8000", "127.0.0.1:8000"));
  EXPECT_FALSE(is_own_origin("http://evil.example", "127.0.0.1:8000"));
  EXPECT_FALSE(is_own_origin("null", "127.0.0.1:8000"));
}

TEST(RateLimitTest, RequestsAreSpacedAndABreakIsNotSaved) {
  using namespace std::chrono_literals;
  const RateLimit::Time t0{1h};
  RateLimit limit(10);
  EXPECT_EQ(limit.start_of(t0), t0);
  EXPECT_EQ(limit.start_of(t0 + 20ms), t0 + 100ms);
  EXPECT_EQ(limit.start_of(t0 + 1s), t0 + 1s);
  EXPECT_EQ(limit.start_of(t0 + 1s), t0 + 1100ms);
  RateLimit none(0);
  EXPECT_EQ(none.start_of(t0), t0);
  EXPECT_EQ(none.start_of(t0), t0);
}

}  // namespace
}  // namespace awd::server
