// The public configurations by their numbers.
#include "engine/presets.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace awd {
namespace {

struct Expected {
  Variant variant;
  RobotKind robot;
  const char* name;
  std::size_t cameras;
  int state_dim, action_dim, horizon, max_tokens, relative;
  StateInput state_input;
  bool aloha_units;
};

TEST(PresetsTest, RobotsOfThePublicConfigurations) {
  constexpr Variant kPi0 = Variant::kPi0;
  constexpr Variant kPi05 = Variant::kPi05;
  const Expected table[] = {
      {kPi05, RobotKind::kLibero, "pi05-libero", 2, 8, 7, 10, 200, 0, StateInput::kNone, false},
      {kPi05, RobotKind::kDroid, "pi05-droid", 2, 8, 8, 15, 200, 0, StateInput::kPrompt, false},
      {kPi05, RobotKind::kAloha, "pi05-aloha", 3, 14, 14, 50, 200, 12, StateInput::kPrompt, true},
      {kPi05, RobotKind::kGeneric, "pi05-generic", 3, 32, 32, 50, 200, 0, StateInput::kPrompt, false},
      {kPi05, RobotKind::kAuto, "pi05-generic", 3, 32, 32, 50, 200, 0, StateInput::kPrompt, false},
      {kPi0, RobotKind::kLibero, "pi0-libero", 2, 8, 7, 50, 48, 6, StateInput::kToken, false},
      {kPi0, RobotKind::kDroid, "pi0-droid", 2, 8, 8, 10, 48, 0, StateInput::kToken, false},
      {kPi0, RobotKind::kAloha, "pi0-aloha", 3, 14, 14, 50, 48, 12, StateInput::kToken, true},
  };
  for (const Expected& row : table) {
    const ModelConfig config = pi_preset(row.variant, row.robot);
    EXPECT_EQ(config.name, row.name);
    EXPECT_EQ(config.cameras.size(), row.cameras) << row.name;
    EXPECT_EQ(config.state_dim, row.state_dim) << row.name;
    EXPECT_EQ(config.action_dim, row.action_dim) << row.name;
    EXPECT_EQ(config.horizon, row.horizon) << row.name;
    EXPECT_EQ(config.max_tokens, row.max_tokens) << row.name;
    EXPECT_EQ(config.state_input, row.state_input) << row.name;
    EXPECT_EQ(config.io.aloha_units, row.aloha_units) << row.name;
    const auto& relative = config.io.relative_actions;
    EXPECT_EQ(std::count(relative.begin(), relative.end(), true), row.relative) << row.name;
    EXPECT_TRUE(relative.empty() || int(relative.size()) == config.action_dim) << row.name;
    EXPECT_EQ(config.image_size, 224);
    EXPECT_EQ(config.model_state_dim, 32);
  }
}

TEST(PresetsTest, GrippersStayAbsolute) {
  const std::vector<bool> relative = pi_preset(Variant::kPi05, RobotKind::kAloha).io.relative_actions;
  EXPECT_FALSE(relative[6]);
  EXPECT_TRUE(relative[7]);
  EXPECT_FALSE(relative[13]);
}

TEST(PresetsTest, GemmaVariantsByName) {
  EXPECT_EQ(find_gemma_variant("gemma_2b_lora")->mlp, 16384);
  EXPECT_EQ(find_gemma_variant("dummy")->head_dim, 16);
  EXPECT_EQ(find_gemma_variant("gemma_7b"), nullptr);
  EXPECT_FALSE(share_attention(*find_gemma_variant("gemma_2b"), *find_gemma_variant("dummy")));
  EXPECT_TRUE(share_attention(*find_gemma_variant("gemma_2b"), *find_gemma_variant("gemma_300m")));
}

}  // namespace
}  // namespace awd
