// Times the control steps that need no network: the gate's decision, and the row of the held chunk.
#pragma once

#include <vector>

#include "awd/engine.h"
#include "cli/bench/bench_scene.h"

namespace awd::cli {

struct ReuseSamples {
  std::vector<double> gate_ms;     // the decision of the recommended gate, no signal firing: its longest
  std::vector<double> aligned_ms;  // a whole step of mode aligned: decision and held action
};

/// Steps of arm awd-guarded, of which at least `count` reuse; both lists are empty if the gate never reuses.
ReuseSamples time_reuse_steps(const EngineInfo& info, const BenchScene& scene, int count);

}  // namespace awd::cli
