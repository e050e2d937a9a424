// Which rows are executed, and when a query is made.
#include "runtime/branch_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "awd/error.h"
#include "runtime/fake_session.h"

namespace awd {
namespace {

TEST(BranchPolicy, ExecutesGivenRowsThenItsOwnChunks) {
  FakeLog log;
  BranchPolicy policy(fake_engine_info(), std::make_unique<FakeSession>(log), 2);
  std::vector<float> rows(14, 0.5f);
  rows[7] = 0.25f;
  policy.begin(rows);
  EXPECT_FALSE(policy.needs_query());
  EXPECT_EQ(policy.next()[0], 0.5f);
  EXPECT_EQ(policy.next()[0], 0.25f);
  EXPECT_TRUE(policy.needs_query());
  EXPECT_EQ(log.encodes, 0);

  const std::vector<std::uint8_t> pixels(3 * 224 * 224);
  const ImageView views[] = {{pixels.data(), 224, 224}, {pixels.data(), 224, 224}};
  const std::vector<float> state(8), joints(7);
  for (int query = 1; query <= 2; ++query) {
    policy.query({.cameras = views, .state = state, .joints = joints, .prompt = "go"});
    EXPECT_EQ(policy.next()[1], 0.0f);  // the fake's second value is the row
    EXPECT_EQ(policy.next()[1], 1.0f);
    EXPECT_TRUE(policy.needs_query());
    EXPECT_EQ(log.encodes, query);
  }
  EXPECT_THAT(log.last_noise, testing::Each(0.0f));
}

TEST(BranchPolicy, BeginningWithoutRowsAsksAtOnce) {
  FakeLog log;
  BranchPolicy policy(fake_engine_info(), std::make_unique<FakeSession>(log), 0);
  policy.begin({});
  EXPECT_TRUE(policy.needs_query());
}

TEST(BranchPolicy, RefusesMoreRowsThanTheHorizon) {
  FakeLog log;
  EXPECT_THROW(BranchPolicy(fake_engine_info(), std::make_unique<FakeSession>(log), 7), Error);
}

}  // namespace
}  // namespace awd
