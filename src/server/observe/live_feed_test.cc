// What the live page is sent, and that nothing is made while nobody looks.
#include "server/observe/live_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "server/observe/test_step.h"
#include "server/test_messages.h"

namespace awd::server {
namespace {

TEST(LiveFeedTest, AMessageIsHeaderThenPictures) {
  LiveFeed feed({.policy = small_policy_info(),
                 .arm = "awd-aligned",
                 .mode = "aligned",
                 .limits = {{.score = "weighted_drift", .limit = 1}}});
  int calls = 0;
  feed.set_listener([&calls] { ++calls; });
  feed.on_step(kQuery.view(1, true));
  EXPECT_EQ(feed.latest().bytes, nullptr);  // nobody looks
  EXPECT_EQ(calls, 0);
  feed.set_viewers(1);
  feed.on_step(kReused.view(1, false));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(feed.latest().number, 2u);
  const std::string& bytes = *feed.latest().bytes;
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const auto header = nlohmann::json::parse(bytes.substr(4, length));
  EXPECT_EQ(bytes.size(), 4 + length + 2 * 12);
  EXPECT_EQ(header["points"].size(), 2u);  // the step before has its point
  EXPECT_EQ(header["points"][1]["verdict"], "reuse");
  EXPECT_EQ(header["points"][1]["scores"]["weighted_drift"], 0.5);
  EXPECT_EQ(header["cameras"][0]["importance"].size(), 256u);
  EXPECT_EQ(header["limits"][0]["score"], "weighted_drift");
}

}  // namespace
}  // namespace awd::server
