// state_drift(): largest difference, sign does not matter, bad vectors are named.
#include "gate/state_guard.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "awd/error.h"

namespace awd {
namespace {

TEST(StateGuard, IsTheLargestAbsoluteDifference) {
  const std::array<float, 3> anchor{0.0f, 1.0f, -2.0f};
  EXPECT_DOUBLE_EQ(state_drift(std::array{0.25f, 1.0f, -2.5f}, anchor), 0.5);
  EXPECT_DOUBLE_EQ(state_drift(anchor, anchor), 0.0);
}

TEST(StateGuard, LengthAndNanAreRefused) {
  const std::array<float, 2> anchor{0.0f, 1.0f};
  EXPECT_THROW((void)state_drift(std::array{0.0f}, anchor), Error);
  EXPECT_THROW((void)state_drift(std::array{0.0f, std::numeric_limits<float>::quiet_NaN()}, anchor), Error);
}

TEST(StateGuard, JointsFallBackToState) {
  const std::array<float, 2> state{0.0f, 1.0f};
  const std::array<float, 7> joints{};
  EXPECT_EQ(guarded_state(state, joints, StateSource::kJoints).size(), 7u);
  EXPECT_EQ(guarded_state(state, joints, StateSource::kState).size(), 2u);
  EXPECT_EQ(guarded_state(state, {}, StateSource::kJoints).size(), 2u);
}

}  // namespace
}  // namespace awd
