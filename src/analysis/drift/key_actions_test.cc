// The gripper is read from commands of either coding or from fingers, and every switch marks a window of frames.
#include "analysis/drift/key_actions.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace awd {
namespace {

std::vector<Grip> by_commands(const std::vector<float>& commands) {
  GripWatch watch;
  std::vector<Grip> grips;
  for (const float command : commands) {
    const std::array<float, 3> action{0.5f, -0.5f, command};
    RecordedFrame frame;
    frame.action = action;
    grips.push_back(watch.next(frame));
  }
  return grips;
}

std::vector<Grip> by_fingers(const std::vector<float>& openings) {
  GripWatch watch;
  std::vector<Grip> grips;
  for (const float opening : openings) {
    const std::array<float, 8> state{0, 0, 0, 0, 0, 0, opening / 2, -opening / 2};
    RecordedFrame frame;
    frame.state = state;
    grips.push_back(watch.next(frame));
  }
  return grips;
}

constexpr Grip kO = Grip::kOpen, kC = Grip::kClosed, kU = Grip::kUnknown;

TEST(GripWatch, SignOfTheLastNumber) {
  EXPECT_EQ(by_commands({-1, -1, 1, 1, -1}), (std::vector{kO, kO, kC, kC, kO}));
  EXPECT_EQ(by_commands({1, 1, -1, 0.2f}), (std::vector{kC, kC, kO, kC}));
}

TEST(GripWatch, CommandsFromZeroToOne) { EXPECT_EQ(by_commands({0, 0, 1, 1, 0}), (std::vector{kO, kO, kC, kC, kO})); }

TEST(GripWatch, FingersWhereNoActionsAre) {
  // 60 % of 0.08 m is 0.048, 80 % is 0.064: 0.05 and 0.06 change nothing.
  EXPECT_EQ(by_fingers({0.08f, 0.05f, 0.04f, 0.06f, 0.07f}), (std::vector{kO, kO, kC, kC, kO}));
}

TEST(GripWatch, NeitherIsUnknown) {
  GripWatch watch;
  EXPECT_EQ(watch.next(RecordedFrame{}), kU);
  EXPECT_EQ(grip_phase(kU), "");
  EXPECT_EQ(grip_phase(kO), "open");
  EXPECT_EQ(grip_phase(kC), "closed");
}

TEST(KeyFrames, WindowAroundEverySwitch) {
  const std::vector<Grip> grips{kO, kO, kO, kO, kC, kC, kC, kC, kC, kO};
  EXPECT_EQ(key_frames(grips, 1), (std::vector<bool>{false, false, false, true, true, true, false, false, true, true}));
  EXPECT_EQ(key_frames(grips, 0),
            (std::vector<bool>{false, false, false, false, true, false, false, false, false, true}));
}

TEST(KeyFrames, WhatIsUnknownSwitchesNothing) {
  EXPECT_EQ(key_frames(std::vector<Grip>{kU, kO, kU, kC}, 3), std::vector<bool>(4, false));
  EXPECT_TRUE(key_frames({}, 3).empty());
}

}  // namespace
}  // namespace awd
