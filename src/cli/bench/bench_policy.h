// The policy that `awd bench` times: a folder, or random weights of a known geometry, drawn once.
#pragma once

#include <string>

#include "cli/bench/bench_options.h"
#include "engine/config.h"

namespace awd::cli {

struct BenchPolicy {
  std::string folder;
  double drawing_ms = 0;  // time spent on random weights in this call
};

/// The geometry of `options.random`, with `options.horizon`. Throws awd::Error on a name that does not exist.
ModelConfig random_geometry(const BenchOptions& options);

/// Finds the policy; random weights are drawn unless their folder already has them. Throws awd::Error on options that
/// contradict each other, a folder with something else in it, or a place that cannot be written.
BenchPolicy bench_policy(const BenchOptions& options);

}  // namespace awd::cli
