// How far the actions of a dtype are from those of f32.
#pragma once

#include <memory>

#include "cli/bench/bench_scene.h"

namespace awd::cli {

/// In the model's units, over all numbers of the chunks of `queries` full queries.
struct ActionError {
  int queries = 0;
  double rms = 0;
  double largest = 0;
  double rms_of_actions = 0;  // of f32
};

/// Full queries of both engines, which have one policy, on the frames of `scene` with its noise.
ActionError measure_action_error(const std::shared_ptr<const Engine>& engine,
                                 const std::shared_ptr<const Engine>& exact, const BenchScene& scene);

}  // namespace awd::cli
