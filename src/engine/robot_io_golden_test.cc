// Pictures, prompts, states and actions against what openpi and LeRobot make of them (tests/golden/robot_io).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/rng.h"
#include "engine/json_file.h"
#include "engine/prompt.h"
#include "engine/robot_io.h"
#include "io/image.h"
#include "io/image_resize.h"
#include "io/image_sample.h"

namespace awd {
namespace {

const std::string kFolder = AWD_SOURCE_DIR "/tests/golden/robot_io/";

nlohmann::json read_golden(const std::string& name) {
  std::ifstream file(kFolder + name);
  return nlohmann::json::parse(file);
}

/// Integer `i` of noise() in make_robot_io_goldens.py.
std::uint32_t noise(std::size_t i) {
  auto h = std::uint32_t((i + 1) * 0x9E3779B1u);
  h ^= h >> 15;
  h *= 0x85EBCA77u;
  return h ^ (h >> 13);
}

/// picture() of make_robot_io_goldens.py.
Image noise_picture(int height, int width) {
  Image image{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const std::uint32_t h = noise(image.pixels.size());
        const bool is_noise = (y / 16 + x / 16) % 2 == 0;
        image.pixels.push_back(std::uint8_t(is_noise ? h & 255 : (h >> 8 & 1) * 255));
      }
    }
  }
  return image;
}

TEST(RobotIoGolden, PicturesAreByteEqualToOpenpis) {
  const nlohmann::json golden = read_golden("pictures.json");
  const int side = golden["side"];
  SquareResizer resizer(side);  // one for all sizes: nothing of the picture before may remain
  for (const auto& row : golden["openpi"]) {
    const Image image = noise_picture(row["height"], row["width"]);
    const ImageView view = resizer.resize(image.view());
    const std::size_t bytes = std::size_t(side) * std::size_t(side) * 3;
    EXPECT_EQ(fmt::format("{:016x}", hash_text({reinterpret_cast<const char*>(view.data), bytes})),
              row["fnv1a"].get<std::string>())
        << image.height << " x " << image.width;
  }
}

TEST(RobotIoGolden, PicturesAreLerobotsToFloatRounding) {
  const nlohmann::json golden = read_golden("pictures.json");
  SquareSampler sampler(golden["sampled_side"]);
  for (const auto& row : golden["lerobot"]) {
    const Image image = noise_picture(row["height"], row["width"]);
    const float* levels = sampler.sample(image.view());
    const auto expected = row["levels"].get<std::vector<float>>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(levels[i], expected[i], 1e-6) << image.height << " x " << image.width << ", " << i;
    }
  }
}

TEST(RobotIoGolden, PromptsHaveTheTokensOfTheirProject) {
  const Tokenizer tokenizer(kFolder + "tokenizer.model");
  for (const auto& row : read_golden("prompts.json")) {
    const std::string style = row["style"];
    ModelConfig config;
    config.max_tokens = 200;
    config.llm.vocab = tokenizer.size();
    config.state_input = style == "state" ? StateInput::kPrompt : StateInput::kNone;
    config.io.prompt = style == "verbatim" ? PromptText::kVerbatim : PromptText::kClean;
    const auto state = style == "state" ? row["state"].get<std::vector<float>>() : std::vector<float>{};
    EXPECT_EQ(prompt_tokens(tokenizer, config, row["text"].get<std::string>(), state),
              row["ids"].get<std::vector<int>>())
        << row.dump();
  }
}

/// The configuration of one row of robots.json.
ModelConfig robot_config(const nlohmann::json& row) {
  ModelConfig config;
  config.variant = row["pi05"].get<bool>() ? Variant::kPi05 : Variant::kPi0;
  config.state_input = row["state_in_prompt"].get<bool>() ? StateInput::kPrompt : StateInput::kNone;
  config.state_dim = int(row["state"].size());
  config.horizon = row["horizon"];
  config.action_dim = int(row["actions"].size()) / config.horizon;
  config.model_state_dim = config.model_action_dim = 32;
  config.max_tokens = 200;
  config.llm.vocab = 512;
  config.io.relative_actions = row["relative"].get<std::vector<bool>>();
  config.io.aloha_units = row["aloha_units"];
  return config;
}

/// Near in units of the expected value where that is above 1: a standard deviation of zero makes states of 1e5.
void expect_near(std::span<const float> got, const std::vector<double>& expected, const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], 1e-6 * std::max(1.0, std::abs(expected[i]))) << what << " " << i;
  }
}

TEST(RobotIoGolden, StatesAndActionsAreOpenpis) {
  const Tokenizer tokenizer(kFolder + "tokenizer.model");
  for (const auto& row : read_golden("robots.json")) {
    const std::string name = row["name"];
    const ModelConfig config = robot_config(row);
    const NormStats norms = load_norm_stats(kFolder + name + "/norm_stats.json", config);
    check_robot_io(name, config);

    const auto state = row["state"].get<std::vector<float>>();
    std::vector<float> model_state(state.size());
    to_model_state(config, norms, state, model_state);
    expect_near(model_state, row["model_state"].get<std::vector<double>>(), name + " state");
    EXPECT_EQ(prompt_tokens(tokenizer, config, row["prompt"].get<std::string>(), model_state),
              row["ids"].get<std::vector<int>>())
        << name;

    std::vector<float> model_actions;
    for (std::size_t i = 0; i < std::size_t(config.horizon) * 32; ++i) {
      model_actions.push_back((float(noise(i) >> 16) / 32768.f - 1.f) * 1.5f);
    }
    std::vector<float> actions(row["actions"].size());
    to_robot_actions(config, norms, state, model_actions, actions);
    expect_near(actions, row["actions"].get<std::vector<double>>(), name + " actions");
  }
}

}  // namespace
}  // namespace awd
