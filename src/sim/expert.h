// Scripted experts for demonstrations. They are reactive: the move is a function of the measured scene alone (no phase
// counter, no waiting), so that one frame decides it and a policy can learn it. This file holds what all of them share.
#pragma once

#include "sim/action.h"
#include "sim/scene_state.h"

namespace awd::sim {

/// What the expert is about, for choosing disturbances that make sense.
enum class ExpertStage { kApproach, kClose, kCarry, kRelease, kReopen, kPush };

struct ExpertMove {
  Action action{};  // in [-1, 1]
  ExpertStage stage = ExpertStage::kApproach;
};

/// Where an expert wants the hand to be.
struct HandGoal {
  Vec3 position{};      // of the TCP, m
  Vec3 drift{};         // m per control step by which the position moves on by itself
  double turn = 0;      // rad about the vertical, from the hand's present yaw
  double sideways = 1;  // share of the horizontal way to allow yet, 0 .. 1
  float gripper = kGripperOpen;
  ExpertStage stage = ExpertStage::kApproach;
};

/// How fast the hand goes.
struct HandPace {
  double side_gain = 0.4;    // share of the horizontal way per control step
  double height_gain = 0.4;  // the same of the vertical way
  double max_step = 0.02;    // m per control step
};

/// Share of the horizontal way to allow while the hand, `side` m off its goal, has `rise` m to gain: far off, none
/// while it is 7 cm too low, all of it from 2 cm on.
double share_while_rising(double side, double rise);

/// Moves the hand a share of the way and along with the goal's drift; turns it 0.1 rad at most. Pure and thread-safe.
ExpertMove move_towards(const SceneState& scene, const HandGoal& goal, const HandPace& pace = {});

}  // namespace awd::sim
