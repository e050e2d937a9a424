// Test support: a small random policy on a real engine, and a scene that a test can change.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "base/rng.h"
#include "engine/random_policy.h"

namespace awd {

/// 32 x 32 pictures, two cameras, three layers, four actions.
inline ModelConfig small_geometry() {
  ModelConfig config = tiny_geometry();
  config.image_size = 32;
  config.patch_size = 2;
  config.vision = {.width = 16, .depth = 1, .heads = 2, .mlp = 16};
  config.llm = {.width = 16, .depth = 3, .mlp = 16, .heads = 2, .kv_heads = 1, .head_dim = 8, .vocab = 96};
  config.expert = {.width = 16, .mlp = 16};
  config.horizon = 4;
  return config;
}

/// That geometry with random f32 weights, written to `folder` and loaded; one thread.
inline std::shared_ptr<const Engine> load_small_engine(const std::string& folder, EngineBackend backend,
                                                       EngineDtype dtype = EngineDtype::kF32,
                                                       const ModelConfig& config = small_geometry()) {
  write_random_policy(folder, config, AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model", StoredType::kF32, 1);
  EngineOptions options;
  options.backend = backend;
  options.dtype = dtype;
  options.threads = 1;
  return Engine::load(folder, options);
}

/// An observation with its memory; change it between steps as you like.
struct SmallScene {
  std::array<std::vector<std::uint8_t>, 2> pixels;
  std::array<ImageView, 2> views;
  std::vector<float> state = std::vector<float>(8, 0.5f);
  std::string prompt = "put the red cube in the bin";

  explicit SmallScene(std::uint64_t seed) {
    Rng rng(seed);
    for (std::size_t c = 0; c < 2; ++c) {
      for (int i = 0; i < 32 * 32 * 3; ++i) pixels[c].push_back(std::uint8_t(rng.index(256)));
      views[c] = {pixels[c].data(), 32, 32};
    }
  }
  SmallScene(const SmallScene&) = delete;
  SmallScene& operator=(const SmallScene&) = delete;

  /// Inverts the left upper `patches` x `patches` patches of a camera.
  void change(int camera, int patches) {
    const std::size_t side = 2 * std::size_t(patches);
    for (std::size_t y = 0; y < side; ++y) {
      for (std::size_t x = 0; x < 3 * side; ++x) pixels[std::size_t(camera)][y * 96 + x] ^= 0xff;
    }
  }
  Observation observation() const { return {.cameras = views, .state = state, .joints = {}, .prompt = prompt}; }
};

}  // namespace awd
