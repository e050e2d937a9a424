// Normalisation statistics of a policy: robot units <-> the units the model was trained on.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/config.h"

namespace awd {

/// An affine map per dimension: model = (robot - offset) * to_model; robot = model * to_robot + offset.
struct AffineStats {
  std::vector<double> offset, to_model, to_robot;
};

struct NormStats {
  AffineStats state;    // [state_dim]
  AffineStats actions;  // [action_dim]
};

/// Reads norm_stats.json (openpi format). pi0 maps by mean and std, pi0.5 by the 1 % and 99 % quantiles to [-1, 1].
/// Throws awd::Error naming the file and field if statistics are missing, too short or not finite.
NormStats load_norm_stats(const std::string& path, const ModelConfig& config);

/// Robot state [state_dim] -> `out` [state_dim].
void normalise(const AffineStats& stats, std::span<const float> robot, std::span<float> out);

/// Model actions, rows of `model_dim` values -> robot units, rows of stats.offset.size() values.
void unnormalise(const AffineStats& stats, std::span<const float> model, int model_dim, std::span<float> robot);

}  // namespace awd
