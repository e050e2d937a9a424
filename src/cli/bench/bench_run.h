// Loads a policy, checks its answers, and times the stages of a control step.
#pragma once

#include "cli/bench/bench_result.h"

namespace awd::cli {

/// Everything but the ceilings. Throws awd::Error on options or policies that do not fit, and std::runtime_error if an
/// answer is not finite or two equal queries differ.
BenchResult run_bench(const BenchOptions& options, const EngineOptions& engine);

}  // namespace awd::cli
