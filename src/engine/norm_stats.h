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

  double normalised(std::size_t dim, double robot) const { return (robot - offset[dim]) * to_model[dim]; }
  double unnormalised(std::size_t dim, double model) const { return model * to_robot[dim] + offset[dim]; }
};

struct NormStats {
  AffineStats state;    // [state_dim]
  AffineStats actions;  // [action_dim]
};

/// How divisors are kept away from zero.
struct NormConvention {
  double added_to_model = 0;   // to a standard deviation or a range, on the way into the model
  double added_to_robot = 0;   // the same on the way out
  double instead_of_zero = 0;  // what a range of zero becomes, both ways
};
inline constexpr NormConvention kOpenpiNorm = {.added_to_model = 1e-6, .added_to_robot = 1e-6};
/// LeRobot's `epsilon` (1e-8 unless its configuration says otherwise).
constexpr NormConvention lerobot_mean_std(double epsilon) { return {.added_to_model = epsilon}; }
constexpr NormConvention lerobot_range(double epsilon) { return {.instead_of_zero = epsilon}; }

/// model = (robot - mean) / std.
AffineStats mean_std_stats(std::span<const double> mean, std::span<const double> std, const NormConvention& convention);
/// low .. high (quantiles, or minimum and maximum) becomes -1 .. 1.
AffineStats range_stats(std::span<const double> low, std::span<const double> high, const NormConvention& convention);
/// Values pass unchanged.
AffineStats identity_stats(int dim);
/// What makes stored statistics useless, such as "expected a finite number at 3, got nan"; "" if nothing does.
std::string stats_problem(std::span<const double> low_or_mean, std::span<const double> high_or_std, bool is_range);

/// Reads norm_stats.json (openpi format). pi0 maps by mean and std, pi0.5 by the 1 % and 99 % quantiles to [-1, 1].
/// Throws awd::Error naming the file and field if statistics are missing, too short or not finite.
NormStats load_norm_stats(const std::string& path, const ModelConfig& config);

/// Dimensions that a norm_stats.json has statistics for.
struct NormDims {
  int state = 0;
  int actions = 0;
};
/// Throws awd::Error as load_norm_stats() does.
NormDims norm_stats_dims(const std::string& path, Variant variant);

}  // namespace awd
