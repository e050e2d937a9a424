// Pictures are random patches of one colour each: smooth enough for the gate to compare, and different everywhere.
#include "cli/bench/bench_scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "awd/error.h"
#include "base/rng.h"
#include "engine/prompt.h"

namespace awd::cli {
namespace {

constexpr int kFrames = 4;
constexpr int kSensorNoise = 5;  // grey levels, uniform, exclusive
constexpr std::string_view kInstruction = "put the red cube in the bin";

/// [side, side, 3]
std::vector<std::uint8_t> random_patches(int side, Rng& rng) {
  std::array<std::uint8_t, 3 * kPatchGrid * kPatchGrid> colours{};
  constexpr int kDark = 40, kLevels = 176;  // away from both ends, so that the noise never saturates
  for (std::uint8_t& value : colours) value = std::uint8_t(kDark + rng.index(kLevels));
  std::vector<std::uint8_t> picture(std::size_t(side) * std::size_t(side) * 3);
  for (std::size_t i = 0; i < picture.size(); ++i) {
    const std::size_t row = i / 3 / std::size_t(side), col = i / 3 % std::size_t(side);
    const std::size_t cell = row * kPatchGrid / std::size_t(side) * kPatchGrid + col * kPatchGrid / std::size_t(side);
    picture[i] = colours[3 * cell + i % 3];
  }
  return picture;
}

/// The instruction made longer or shorter until it has as many tokens; "" if that cannot be.
std::string prompt_of_length(const LoadedEngine& engine, std::span<const float> state, int tokens) {
  const ModelConfig& config = engine.model.config;
  const auto length = [&](const std::string& text) {
    return int(prompt_tokens(engine.tokenizer, config, text, state).size());
  };
  std::string text(kInstruction);
  while (text.size() > 1 && length(text) > tokens) text.pop_back();
  for (int now = length(text); now < tokens;) {
    constexpr std::array<std::string_view, 6> kMore = {" the", " a", " cube", " x", "a", "z"};
    const auto* more = std::ranges::find_if(kMore, [&](std::string_view word) {
      const int longer = length(text + std::string(word));
      return longer > now && longer <= tokens;
    });
    if (more == kMore.end()) return "";
    text += *more;
    now = length(text);
  }
  return length(text) == tokens ? text : "";
}

std::string make_prompt(const LoadedEngine& engine, std::span<const float> state, int tokens) {
  if (tokens == 0) return std::string(kInstruction);
  if (tokens > engine.model.config.max_tokens) {
    throw Error("option text_tokens",
                fmt::format("expected at most the policy's {}, got {}", engine.model.config.max_tokens, tokens));
  }
  std::string prompt = prompt_of_length(engine, state, tokens);
  if (prompt.empty()) {
    throw Error("option text_tokens",
                fmt::format("expected a number that an instruction of this policy can have, got {}", tokens));
  }
  return prompt;
}

}  // namespace

Observation BenchScene::observation(std::size_t index) const {
  return {.cameras = frames[index % frames.size()],
          .state = state,
          .joints = {},
          .prompt = prompt,
          .robot_masks = robot_masks};
}

BenchScene make_bench_scene(const LoadedEngine& engine, const SceneOptions& options) {
  const EngineInfo& info = engine.info();
  const int cameras = options.cameras > 0 ? options.cameras : int(info.cameras.size());
  if (cameras > int(info.cameras.size())) {
    throw Error("option cameras",
                fmt::format("expected at most the policy's {}, got {}", info.cameras.size(), cameras));
  }
  BenchScene scene;
  Rng rng(mix_seed(options.seed, hash_text("bench scene")));
  std::vector<std::vector<std::uint8_t>> bases;
  bases.reserve(std::size_t(cameras));
  for (int c = 0; c < cameras; ++c) bases.push_back(random_patches(info.image_size, rng));
  for (int frame = 0; frame < kFrames; ++frame) {
    scene.pixels.push_back(bases);
    scene.frames.emplace_back(info.cameras.size());
    for (int c = 0; c < cameras; ++c) {
      std::vector<std::uint8_t>& picture = scene.pixels.back()[std::size_t(c)];
      for (std::uint8_t& value : picture) value = std::uint8_t(value + rng.index(kSensorNoise));
      scene.frames.back()[std::size_t(c)] = {picture.data(), info.image_size, info.image_size};
    }
  }
  scene.robot_cells.assign(kPatchGrid * kPatchGrid, 0);
  std::fill_n(scene.robot_cells.begin(), kPatchGrid * kPatchGrid / 6, std::uint8_t(255));  // a sixth of the picture
  scene.robot_masks.assign(info.cameras.size(), RobotMask{scene.robot_cells.data()});
  scene.state.assign(std::size_t(info.state_dim), 0.5f);
  for (int i = 0; i < info.horizon * info.model_action_dim; ++i) scene.noise.push_back(float(rng.normal()));
  scene.prompt = make_prompt(engine, scene.state, options.text_tokens);
  return scene;
}

}  // namespace awd::cli
