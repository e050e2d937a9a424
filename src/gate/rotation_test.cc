// Rotations with known angles, the wrap at pi included.
#include "gate/rotation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace awd {
namespace {

constexpr double kPi = std::numbers::pi;

TEST(Rotation, AngleBetweenTurnsAboutOneAxis) {
  const Rotation a = rotation_from_vector(0, 0, 0.3), b = rotation_from_vector(0, 0, 1.0);
  EXPECT_NEAR(angle_between(a, b), 0.7, 1e-12);
  EXPECT_NEAR(angle_between(b, a), 0.7, 1e-12);
  EXPECT_NEAR(angle_between(a, a), 0, 1e-15);
}

TEST(Rotation, AngleAcrossPiIsTheShortWayRound) {
  const Rotation just_below = rotation_from_vector(3.1, 0, 0), just_above = rotation_from_vector(-3.1, 0, 0);
  EXPECT_NEAR(angle_between(just_below, just_above), 2 * kPi - 6.2, 1e-12);
}

TEST(Rotation, AFullTurnIsNone) {
  EXPECT_NEAR(angle_between(rotation_from_vector(0, 2 * kPi + 0.2, 0), rotation_from_vector(0, 0.2, 0)), 0, 1e-12);
}

TEST(Rotation, SmallAnglesKeepTheirDigits) {
  EXPECT_NEAR(angle_between({}, rotation_from_vector(1e-7, 0, 0)), 1e-7, 1e-15);
}

TEST(Rotation, ProductTurnsTheRightOneFirst) {
  // A quarter about x, then one about z, is a third of a turn about (1, 1, 1).
  const Rotation both = rotation_from_vector(0, 0, kPi / 2) * rotation_from_vector(kPi / 2, 0, 0);
  const double third = 2 * kPi / 3 / std::sqrt(3.0);
  EXPECT_NEAR(angle_between(both, rotation_from_vector(third, third, third)), 0, 1e-12);
}

TEST(Rotation, PartOfARotation) {
  const Rotation turn = rotation_from_vector(0, 2.0, 0);
  EXPECT_NEAR(angle_between(part_of(turn, 0.25), rotation_from_vector(0, 0.5, 0)), 0, 1e-12);
  EXPECT_NEAR(angle_between(part_of({-turn.w, -turn.x, -turn.y, -turn.z}, 0.25), rotation_from_vector(0, 0.5, 0)), 0,
              1e-12);
  EXPECT_EQ(angle_between(part_of({}, 0.5), {}), 0.0);
}

}  // namespace
}  // namespace awd
