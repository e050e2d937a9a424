// Between the robot and the model: joint conventions, normalisation, actions relative to the state. Pure functions.
//
// In:  robot units -> model units (ALOHA only) -> normalised.
// Out: un-normalised -> plus the state, where actions are relative -> robot units, of the robot's own dimensions.
// All of it in double. The model's dimensions behind the robot's are zeros on the way in and dropped on the way out.
#pragma once

#include <span>
#include <string>

#include "engine/config.h"
#include "engine/norm_stats.h"

namespace awd {

/// Throws awd::Error, naming `where`, if config.io does not fit the dimensions of the robot: ALOHA units without 14
/// dimensions, or relative actions of other dimensions than the actions and the state have.
void check_robot_io(const std::string& where, const ModelConfig& config);

/// True if actions can only be given in robot units with the state at the query.
bool has_relative_actions(const ModelConfig& config);

/// The normalised `model_state` [state_dim] of a `robot_state` [state_dim], which is finite.
void to_model_state(const ModelConfig& config, const NormStats& norms, std::span<const float> robot_state,
                    std::span<float> model_state);

/// `robot_actions` [horizon, action_dim] of `model_actions` [horizon, model_action_dim]. `robot_state` [state_dim] is
/// that of the query; may be empty without relative actions.
void to_robot_actions(const ModelConfig& config, const NormStats& norms, std::span<const float> robot_state,
                      std::span<const float> model_actions, std::span<float> robot_actions);

}  // namespace awd
