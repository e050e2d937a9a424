// What `awd bench` finds out, and its two forms: a table and JSON.
#pragma once

#include <string>
#include <vector>

#include "awd/engine.h"
#include "backend/ceilings.h"
#include "cli/bench/action_error.h"
#include "cli/bench/bench_options.h"
#include "cli/bench/stage_times.h"
#include "engine/config.h"
#include "io/process_use.h"

namespace awd::cli {

/// One part of a control step.
struct StageResult {
  std::string name;  // key of the JSON
  StageTimes ms;
  double gflop = 0;   // 10^9 operations of its matrix products, a multiply and an add being two; 0: has none
  double gbytes = 0;  // 10^9 bytes of weights, held keys and values that it must read; 0: none
};

/// What a query consists of. Two results can be compared where these are equal.
struct BenchShape {
  ModelConfig config;
  int cameras = 0;      // present
  int text_tokens = 0;  // of the prompt
  int flow_steps = 0;
};

struct BenchResult {
  BenchOptions options;
  EngineOptions engine;
  EngineInfo info;
  std::string folder;
  BenchShape shape;
  int threads = 1;
  double load_ms = 0;          // reading, checking and packing the weights
  double first_action_ms = 0;  // from the start of the process to the first chunk, without drawing random weights
  MemoryUse memory;            // after the last query
  GpuUse gpu;                  // likewise; without a name on a CPU
  Ceilings ceilings;           // measured last: they need memory of their own
  std::vector<StageResult> stages;
  ActionError action_error;  // without queries where it was not asked for
};

/// The results on a terminal.
std::string bench_text(const BenchResult& result);
/// The results for programs, indented, ending with a newline.
std::string bench_json(const BenchResult& result);
/// Operations per second that this result's type of products can reach.
const PeakRate& peak_of(const BenchResult& result);

}  // namespace awd::cli
