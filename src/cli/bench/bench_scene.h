// What a benchmarked policy is shown: pictures, state, prompt and noise of a fixed seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "awd/types.h"
#include "engine/loaded_engine.h"

namespace awd::cli {

/// The parts of an observation in memory of their own.
struct BenchScene {
  /// A few frames that differ by sensor noise alone, used in turn, so that no one finds its own pictures in the caches.
  std::vector<std::vector<std::vector<std::uint8_t>>> pixels;  // [frame][camera][image_size, image_size, 3]
  std::vector<std::vector<ImageView>> frames;                  // [frame][camera], empty for a camera left out
  std::vector<std::uint8_t> robot_cells;                       // one mask for all cameras
  std::vector<RobotMask> robot_masks;                          // [camera]
  std::vector<float> state;                                    // [state_dim]
  std::vector<float> noise;                                    // [horizon, model_action_dim]
  std::string prompt;

  /// Frame `index` modulo their number, with the same state and prompt.
  Observation observation(std::size_t index) const;
};

struct SceneOptions {
  int cameras = 0;      // pictures; 0 is all of the policy's
  int text_tokens = 0;  // of the prompt; 0: a short instruction as it comes
  std::uint64_t seed = 1;
};

/// Throws awd::Error if the policy has fewer cameras, or no prompt has so many tokens.
BenchScene make_bench_scene(const LoadedEngine& engine, const SceneOptions& options);

}  // namespace awd::cli
