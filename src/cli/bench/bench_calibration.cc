// Frames of a recording, or of the bench's scene, through the policy before it is loaded in fp8.
#include "cli/bench/bench_calibration.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "base/check.h"
#include "cli/bench/bench_scene.h"
#include "cli/interrupt.h"
#include "cli/recorded_input.h"
#include "engine/fp8_calibration.h"
#include "engine/loaded_engine.h"

namespace awd::cli {
namespace {

constexpr int kMostFrames = 64;
constexpr const char* kScene = "scene";

/// Frames of all episodes, evenly spread.
void add_recorded(const std::string& path, const EngineInfo& info, Fp8Calibration& calibration) {
  const InputOptions input{.input = path};
  const auto recording = open_input(input);
  PolicyView view(recording->info(), info, input);
  int frames = 0;
  for (const RecordedEpisode& episode : recording->episodes()) frames += episode.frames;
  const int stride = std::max(1, frames / kMostFrames);
  int seen = 0;
  for (std::size_t i = 0; i < recording->episodes().size(); ++i) {
    const auto reader = recording->open(i);
    for (RecordedFrame frame; calibration.ranges().samples < kMostFrames && reader->next(frame); ++seen) {
      throw_if_interrupted();
      if (seen % stride == 0) calibration.add(view.observe(frame, recording->episodes()[i].prompt));
    }
  }
  if (calibration.ranges().samples == 0) throw Error(path, "expected recorded frames, got none");
}

void add_scene(const LoadedEngine& engine, const BenchOptions& options, Fp8Calibration& calibration) {
  const BenchScene scene =
      make_bench_scene(engine, {.cameras = options.cameras, .text_tokens = options.text_tokens, .seed = options.seed});
  for (std::size_t frame = 0; frame < scene.frames.size(); ++frame) calibration.add(scene.observation(frame));
}

}  // namespace

void run_bench_calibration(const BenchOptions& options, const EngineOptions& engine_options,
                           const std::string& folder) {
  if (engine_options.dtype != EngineDtype::kFp8) {
    throw Error("option calibrate",
                fmt::format("expected --dtype fp8 beside it, got {}", word_of(engine_options.dtype)));
  }
  EngineOptions wide = engine_options;
  wide.dtype = EngineDtype::kAuto;
  const auto engine = std::dynamic_pointer_cast<const LoadedEngine>(Engine::load(folder, wide));
  AWD_CHECK(engine != nullptr);
  Fp8Calibration calibration(engine);
  if (options.calibrate == kScene) {
    add_scene(*engine, options, calibration);
  } else {
    add_recorded(options.calibrate, engine->info(), calibration);
  }
  const std::string file =
      engine_options.fp8_scales.empty() ? folder + "/" + kFp8RangesFile : engine_options.fp8_scales;
  write_fp8_ranges(file, engine->model.config, calibration.ranges());
  fmt::print(stderr, "calibrated on {} observations: {}\n", calibration.ranges().samples, file);
}

}  // namespace awd::cli
