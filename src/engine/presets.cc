// The public geometries as tables.
#include "engine/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace awd {
namespace {

constexpr std::array kGemmaVariants = {
    GemmaVariant{"gemma_2b", 2048, 18, 16384, 8, 1, 256},
    GemmaVariant{"gemma_300m", 1024, 18, 4096, 8, 1, 256},
    GemmaVariant{"dummy", 64, 4, 128, 8, 1, 16},
};

constexpr int kPaddedDim = 32;  // of states and actions inside every public model
constexpr int kDefaultHorizon = 50;

const std::vector<std::string> kTwoCameras = {"base_0_rgb", "left_wrist_0_rgb"};
const std::vector<std::string> kThreeCameras = {"base_0_rgb", "left_wrist_0_rgb", "right_wrist_0_rgb"};

/// Actions that openpi's configuration for this robot trains on.
int horizon_of(Variant variant, RobotKind robot) {
  const bool is_pi05 = variant == Variant::kPi05;
  if (robot == RobotKind::kLibero) return is_pi05 ? 10 : kDefaultHorizon;
  if (robot == RobotKind::kDroid) return is_pi05 ? 15 : 10;
  return kDefaultHorizon;
}

/// `arms` times six joints relative to the state and an absolute gripper.
std::vector<bool> relative_joints(int arms) {
  std::vector<bool> mask;
  for (int arm = 0; arm < arms; ++arm) {
    mask.insert(mask.end(), 6, true);
    mask.push_back(false);
  }
  return mask;
}

}  // namespace

const GemmaVariant* find_gemma_variant(std::string_view name) {
  constexpr std::string_view kLora = "_lora";
  if (name.ends_with(kLora)) name.remove_suffix(kLora.size());
  const auto* row = std::find_if(kGemmaVariants.begin(), kGemmaVariants.end(),
                                 [&](const GemmaVariant& variant) { return variant.name == name; });
  return row == kGemmaVariants.end() ? nullptr : row;
}

bool share_attention(const GemmaVariant& language, const GemmaVariant& expert) {
  return language.depth == expert.depth && language.heads == expert.heads && language.kv_heads == expert.kv_heads &&
         language.head_dim == expert.head_dim;
}

void set_gemma_variants(const GemmaVariant& language, const GemmaVariant& expert, ModelConfig& config) {
  AWD_CHECK(share_attention(language, expert), "{} and {}", language.name, expert.name);
  config.llm = {.width = language.width,
                .depth = language.depth,
                .mlp = language.mlp,
                .heads = language.heads,
                .kv_heads = language.kv_heads,
                .head_dim = language.head_dim,
                .vocab = kPaliGemmaVocab};
  config.expert = {.width = expert.width, .mlp = expert.mlp};
}

void set_robot(RobotKind robot, ModelConfig& config) {
  const bool is_pi05 = config.variant == Variant::kPi05;
  config.state_input = is_pi05 ? StateInput::kPrompt : StateInput::kToken;
  config.io = {};
  config.io.robot = robot;
  switch (robot) {
    case RobotKind::kLibero:
      config.cameras = kTwoCameras;
      config.state_dim = 8;
      config.action_dim = 7;
      // pi0.5 was trained for LIBERO without any state, and on its actions as they are.
      if (is_pi05) config.state_input = StateInput::kNone;
      if (!is_pi05) config.io.relative_actions = relative_joints(1);
      return;
    case RobotKind::kDroid:
      config.cameras = kTwoCameras;
      config.state_dim = config.action_dim = 8;
      return;
    case RobotKind::kAloha:
      config.cameras = kThreeCameras;
      config.state_dim = config.action_dim = 14;
      config.io.relative_actions = relative_joints(2);
      config.io.aloha_units = true;
      return;
    case RobotKind::kAuto:
    case RobotKind::kGeneric:
      break;
  }
  config.io.robot = RobotKind::kGeneric;
  config.cameras = kThreeCameras;
  config.state_dim = config.model_state_dim;
  config.action_dim = config.model_action_dim;
}

ModelConfig pi_preset(Variant variant, RobotKind robot) {
  ModelConfig config;
  config.variant = variant;
  config.patch_size = 14;
  config.image_size = kPatchGrid * config.patch_size;
  config.vision = {.width = 1152, .depth = 27, .heads = 16, .mlp = 4304};
  set_gemma_variants(*find_gemma_variant("gemma_2b"), *find_gemma_variant("gemma_300m"), config);
  config.model_state_dim = config.model_action_dim = kPaddedDim;
  config.horizon = horizon_of(variant, robot);
  config.flow_steps = 10;
  config.max_tokens = variant == Variant::kPi05 ? 200 : 48;
  set_robot(robot, config);
  config.name = fmt::format("{}-{}", word_of(variant), kEnumWords<RobotKind>[std::size_t(config.io.robot)]);
  return config;
}

}  // namespace awd
