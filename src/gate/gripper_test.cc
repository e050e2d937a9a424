// Fingers that travel, settle and slip; switches in a plan.
#include "gate/gripper.h"

#include <gtest/gtest.h>

#include <array>

namespace awd {
namespace {

constexpr ArmResponse kResponse{.gripper_index = 0, .grip_settle = 3};
constexpr std::array<float, 2> kOpen{-1, -1}, kClose{0.2f, 1};  // actions of two values, the gripper last

std::array<float, 2> fingers(float opening) { return {opening, -opening}; }

/// Closes on something 0.02 m wide to each side, for `steps` steps.
GateState::Grip closed_for(int steps) {
  GateState::Grip grip;
  watch_grip(kOpen, fingers(0.04f), kResponse, grip);
  for (int i = 0; i < steps; ++i) watch_grip(kClose, fingers(i == 0 ? 0.03f : 0.02f), kResponse, grip);
  return grip;
}

TEST(Gripper, FingersThatTravelHaveNoResidual) {
  EXPECT_FALSE(gripper_residual(closed_for(2), 10, fingers(0.04f), fingers(0.02f), kResponse));
}

TEST(Gripper, SettledFingersAreComparedWithWhereTheySettled) {
  const GateState::Grip grip = closed_for(3);
  EXPECT_NEAR(*gripper_residual(grip, 10, fingers(0.04f), fingers(0.02f), kResponse), 0, 1e-9);
  EXPECT_NEAR(*gripper_residual(grip, 10, fingers(0.04f), fingers(0.005f), kResponse), 0.015, 1e-8);
}

TEST(Gripper, AYoungerAnchorIsTheReference) {
  // Settled for 5 steps, anchor 2 steps ago, when the fingers had slipped to 0.01 already: nothing new since.
  const GateState::Grip grip = closed_for(5);
  EXPECT_NEAR(*gripper_residual(grip, 2, fingers(0.01f), fingers(0.01f), kResponse), 0, 1e-9);
  EXPECT_NEAR(*gripper_residual(grip, 3, fingers(0.01f), fingers(0.01f), kResponse), 0.01, 1e-8);
}

TEST(Gripper, StepsUntilTheSwitch) {
  const std::array<float, 6> plan{0, -1, 0, -0.5f, 0, 1};
  EXPECT_EQ(steps_until_switch(kOpen, plan), 2);
  EXPECT_EQ(steps_until_switch(kClose, plan), 0);
  EXPECT_EQ(steps_until_switch(kOpen, std::span(plan).first(4)), std::nullopt);
  EXPECT_EQ(steps_until_switch(kOpen, {}), std::nullopt);
}

}  // namespace
}  // namespace awd
