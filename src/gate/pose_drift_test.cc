// Distances of hand-made end-effector states.
#include "gate/pose_drift.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

namespace awd {
namespace {

TEST(PoseDrift, PositionIsEuclideanAndIgnoresTheRest) {
  const std::array<float, 8> anchor{1, 2, 3, 0, 0, 0, 0.04f, 0.04f};
  const std::array<float, 8> state{1.5f, 2, 3.25f, 2, 0, 0, 0, 0};
  EXPECT_DOUBLE_EQ(tcp_drift(state, anchor, 0), std::sqrt(0.25 + 0.0625));
  EXPECT_DOUBLE_EQ(tcp_drift(state, anchor, 3), 2.0);
}

TEST(PoseDrift, RotationVectorsAcrossPiAreClose) {
  const std::array<float, 6> anchor{0, 0, 0, 3.13f, 0, 0}, state{9, 9, 9, -3.13f, 0, 0};
  EXPECT_NEAR(rotation_drift(state, anchor, 3), 2 * std::numbers::pi - 6.26, 1e-6);
}

TEST(PoseDrift, StateHolds) {
  const std::array<float, 6> state{};
  EXPECT_TRUE(state_holds(state, 3, 3));
  EXPECT_FALSE(state_holds(state, 4, 3));
}

}  // namespace
}  // namespace awd
