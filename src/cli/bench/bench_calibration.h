// The calibration pass of `awd bench --calibrate`.
#pragma once

#include <string>

#include "awd/engine_options.h"
#include "cli/bench/bench_options.h"

namespace awd::cli {

/// Runs `options.calibrate` through the policy of `folder` in bf16, or f32 on backend ref, and writes the ranges to the
/// file that `engine` reads. Throws awd::Error unless the dtype is fp8, and where there is nothing to calibrate on.
void run_bench_calibration(const BenchOptions& options, const EngineOptions& engine, const std::string& folder);

}  // namespace awd::cli
