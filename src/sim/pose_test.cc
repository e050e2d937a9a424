// Rotation vectors, quaternions and yaw against each other and against values worked out by hand.
#include "sim/pose.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace awd::sim {
namespace {

constexpr double kPi = std::numbers::pi;

TEST(Pose, RotationVectorIsTheInverseOfItsQuaternion) {
  const Vec3 vector{0.3, -1.2, 0.7};
  const Vec3 back = to_rotation_vector(from_rotation_vector(vector));
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(back[i], vector[i], 1e-12);
}

TEST(Pose, RotationVectorTakesTheShortWay) {
  EXPECT_NEAR(to_rotation_vector(from_rotation_vector({0, 0, 1.5 * kPi}))[2], -0.5 * kPi, 1e-12);
}

TEST(Pose, YawOfAHeading) {
  for (const double yaw : {-3.0, -0.4, 0.0, 1.0, 3.1}) EXPECT_NEAR(yaw_of(from_yaw(yaw)), yaw, 1e-12);
}

TEST(Pose, HandRotationIsZeroAtHomeAndDoesNotWrapNearIt) {
  EXPECT_EQ(norm(rotation_from_down(kHandDown)), 0);
  for (const double tilt : {-0.01, 0.01}) {
    EXPECT_NEAR(rotation_from_down(from_rotation_vector({tilt, 0, 0}) * kHandDown)[0], tilt, 1e-12);
  }
}

TEST(Pose, RotatedTurnsAVector) {
  const Vec3 turned = rotated(from_yaw(kPi / 2), {1, 0, 2});
  EXPECT_NEAR(turned[0], 0, 1e-12);
  EXPECT_NEAR(turned[1], 1, 1e-12);
  EXPECT_NEAR(turned[2], 2, 1e-12);
  EXPECT_NEAR(rotated(kHandDown, {0, 0, 1})[2], -1, 1e-12);
}

TEST(Pose, LimitedKeepsDirection) {
  const Vec3 shortened = limited({3, 0, 4}, 1);
  EXPECT_NEAR(shortened[0], 0.6, 1e-12);
  EXPECT_NEAR(shortened[2], 0.8, 1e-12);
  EXPECT_EQ(limited({0.3, 0, 0.4}, 1), (Vec3{0.3, 0, 0.4}));
}

}  // namespace
}  // namespace awd::sim
