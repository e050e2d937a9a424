// The same weights as our own folder, as openpi's and as LeRobot's give the same actions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "awd/engine.h"
#include "base/rng.h"
#include "base/test_folder.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint/test_folders.h"
#include "engine/presets.h"
#include "engine/random_policy.h"

namespace awd {
namespace {

using testing::HasSubstr;

constexpr int kPixels = 32;

/// openpi's dummy stacks behind a small vision tower, for LIBERO's dimensions.
ModelConfig dummy_config(Variant variant) {
  ModelConfig config = pi_preset(variant, RobotKind::kLibero);
  set_gemma_variants(*find_gemma_variant("dummy"), *find_gemma_variant("dummy"), config);
  config.llm.vocab = 96;
  config.vision = {.width = 72, .depth = 2, .heads = 1, .mlp = 80};
  config.patch_size = 2;
  config.image_size = kPixels;
  config.horizon = 4;
  config.max_tokens = 160;
  config.io.relative_actions.clear();
  return config;
}

class ForeignEngineTest : public testing::Test {
 protected:
  /// Our own folder, and its weights in another one under names that `rename` gives.
  template <class Rename>
  void write(const ModelConfig& config, StoredType type, Rename&& rename) const {
    write_random_policy(own_, config, kTestTokenizer, type, 5);
    std::filesystem::create_directories(foreign_);
    std::filesystem::copy_file(kTestTokenizer, foreign_ + "/tokenizer.model");
    const SafetensorsFile file(own_ + "/" + kWeightFile);
    std::vector<TensorToWrite> tensors;
    for (const auto& [name, stored] : file.tensors()) {
      tensors.push_back({rename(name), stored.shape, std::vector<float>(std::size_t(stored.elements())), type});
      stored.read(0, tensors.back().values);
    }
    write_safetensors(foreign_ + "/" + kWeightFile, tensors);
  }

  std::vector<float> query(const std::string& folder) const {
    EngineOptions options;
    options.backend = EngineBackend::kRef;
    options.threads = 1;
    const auto engine = Engine::load(folder, options);
    const auto session = Session::create(engine);
    Rng rng(2);
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < kPixels * kPixels * 3; ++i) pixels.push_back(std::uint8_t(rng.index(256)));
    std::vector<ImageView> views(engine->info().cameras.size());
    views[0] = {pixels.data(), kPixels, kPixels};
    const std::vector<float> state = {0.1f, -0.2f, 0.3f, 0.4f, -0.47f, 0.6f, 0.7f, 0.8f};
    std::vector<float> noise;
    for (int i = 0; i < 4 * 32; ++i) noise.push_back(float(rng.normal()));
    PrefixCache cache;
    ActionChunk chunk;
    session->encode({.cameras = views, .state = state, .joints = {}, .prompt = "red cube"}, cache);
    session->denoise(cache, state, noise, chunk, nullptr);
    return chunk.values;
  }

  void expect_same_actions() const {
    const std::vector<float> own = query(own_), foreign = query(foreign_);
    ASSERT_EQ(own.size(), foreign.size());
    for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], foreign[i], 2e-5) << i;
  }

  TestFolder folder_;
  std::string own_ = folder_.file("own"), foreign_ = folder_.file("foreign");
};

TEST_F(ForeignEngineTest, Openpi) {
  write(dummy_config(Variant::kPi05), StoredType::kBf16, [](const std::string& name) { return name; });
  write_text(foreign_ + "/config.json", R"({"action_horizon":4,"action_dim":32,"max_token_len":160,
    "paligemma_variant":"dummy","action_expert_variant":"dummy"})");
  write_text(foreign_ + "/assets/physical-intelligence/libero/norm_stats.json", stats_text(8, 7));
  expect_same_actions();
}

TEST_F(ForeignEngineTest, LeRobotWithItsOwnNames) {
  ModelConfig config = dummy_config(Variant::kPi05);
  config.state_input = StateInput::kPrompt;
  write(config, StoredType::kF32, [](const std::string& name) {
    return "model." + (name == kEmbeddingTensor ? std::string(kLanguagePrefix) + "embed_tokens.weight" : name);
  });
  write_text(foreign_ + "/config.json", R"({"type":"pi05","chunk_size":4,"tokenizer_max_length":160,
    "paligemma_variant":"dummy","action_expert_variant":"dummy",
    "input_features":{"observation.images.image":{"type":"VISUAL","shape":[3,32,32]},
      "observation.images.wrist":{"type":"VISUAL","shape":[3,32,32]},"observation.state":{"type":"STATE","shape":[8]}},
    "output_features":{"action":{"type":"ACTION","shape":[7]}},
    "normalization_mapping":{"STATE":"IDENTITY","ACTION":"IDENTITY"}})");
  expect_same_actions();
}

TEST_F(ForeignEngineTest, NamesOfOlderVersionsOfPi0) {
  const ModelConfig config = dummy_config(Variant::kPi0);
  write(config, StoredType::kF32, [](const std::string& name) {
    const std::string gemma = "paligemma_with_expert.paligemma.";
    const std::string level = gemma + "model.";
    std::string old = name;
    if (name.starts_with(std::string(kLanguagePrefix))) {
      old = gemma + "language_model.model." + name.substr(std::string(kLanguagePrefix).size());
    } else if (name.starts_with(level)) {
      old = gemma + name.substr(level.size());
    } else if (name == kEmbeddingTensor) {
      old = gemma + "language_model.lm_head.weight";
    }
    return "model." + old;
  });
  write_text(foreign_ + "/config.json", R"({"action_horizon":4,"max_token_len":160})");
  write_text(foreign_ + "/norm_stats.json", stats_text(8, 7));
  expect_same_actions();
}

TEST_F(ForeignEngineTest, AnEmbeddingRowIsCheckedWhenItIsUsed) {
  write(dummy_config(Variant::kPi05), StoredType::kF32, [](const std::string& name) { return name; });
  const SafetensorsFile file(own_ + "/" + kWeightFile);
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, stored] : file.tensors()) {
    tensors.push_back({name, stored.shape, std::vector<float>(std::size_t(stored.elements())), StoredType::kF32});
    stored.read(0, tensors.back().values);
    if (name == kEmbeddingTensor) tensors.back().values[2 * 64] = NAN;  // the begin mark
  }
  write_safetensors(own_ + "/" + kWeightFile, tensors);
  EXPECT_THAT(error_text([&] { (void)query(own_); }), HasSubstr("embedding of token 2: expected finite values"));
}

}  // namespace
}  // namespace awd
