// The follower against numbers worked out by hand.
#include "gate/arm_response.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

namespace awd {
namespace {

constexpr ArmResponse kPerfect{.tracking = 1};
constexpr int kDim = 7;

TEST(ArmResponse, PerfectTrackingAddsTheCommandedWays) {
  const std::array<float, 8> anchor{0.5f, 0, 0.25f, 0, 0, 0, 0.04f, 0.04f};
  const std::array<float, 2 * kDim> executed{1, 0, 0, 0, 0, 0, -1, 0.5f, 0, -1, 0, 0, 0, -1};
  std::array<float, 8> state{0.575f, 0, 0.2f, 0, 0, 0, 0.04f, 0.04f};
  EXPECT_NEAR(pose_residual(anchor, executed, kDim, state, kPerfect).position, 0, 1e-7);
  state[1] = 0.03f;  // pushed aside
  EXPECT_NEAR(pose_residual(anchor, executed, kDim, state, kPerfect).position, 0.03, 1e-7);
}

TEST(ArmResponse, AnArmThatLagsCoversItsShareOfTheWay) {
  // Commands 0.05 then 0.05 m: half of 0.05 is 0.025; half of the 0.075 left brings it to 0.0625.
  const std::array<float, 6> anchor{};
  const std::array<float, 12> executed{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0};
  const std::array<float, 6> state{0.0625f, 0, 0, 0, 0, 0};
  EXPECT_NEAR(pose_residual(anchor, executed, 6, state, {.tracking = 0.5}).position, 0, 1e-9);
}

TEST(ArmResponse, TurnsAreAppliedInTheWorldFrameAndWrap) {
  const auto pi = float(std::numbers::pi);
  const std::array<float, 6> anchor{0, 0, 0, 0, 0, pi - 0.1f};
  const std::array<float, 6> executed{0, 0, 0, 0, 0, 0.5f};  // 0.25 rad further about z: beyond pi
  const std::array<float, 6> state{0, 0, 0, 0, 0, -pi + 0.15f};
  EXPECT_NEAR(pose_residual(anchor, executed, 6, state, kPerfect).rotation, 0, 1e-6);
  // A quarter turn about x commanded on top of a turned hand: exp(x) exp(z), not exp(z) exp(x).
  const std::array<float, 6> turned{0, 0, 0, 0, 0, pi / 2};
  const std::array<float, 6> tilt{0, 0, 0, 1, 0, 0};
  const auto third = float(2 * std::numbers::pi / 3 / std::sqrt(3.0));
  const std::array<float, 6> both{0, 0, 0, third, -third, third};
  EXPECT_NEAR(pose_residual(turned, tilt, 6, both, {.rotation_gain = std::numbers::pi / 2, .tracking = 1}).rotation, 0,
              1e-6);
}

TEST(ArmResponse, ActionsAreClampedAsTheRobotClampsThem) {
  const std::array<float, 6> anchor{}, executed{3, 0, 0, 0, 0, 0}, state{0.05f, 0, 0, 0, 0, 0};
  EXPECT_NEAR(pose_residual(anchor, executed, 6, state, kPerfect).position, 0, 1e-9);
}

TEST(ArmResponse, NoActionsPredictTheAnchor) {
  const std::array<float, 6> anchor{1, 1, 1, 0.5f, 0, 0};
  const PoseResidual residual = pose_residual(anchor, {}, 6, anchor, {});
  EXPECT_EQ(residual.position, 0.0);
  EXPECT_NEAR(residual.rotation, 0, 1e-15);
}

}  // namespace
}  // namespace awd
