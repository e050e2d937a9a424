// ModelConfig: the geometry of a pi0 / pi0.5 policy, read from the policy folder's config.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "awd/engine_options.h"
#include "awd/options.h"
#include "awd/types.h"

namespace awd {

enum class Variant { kPi0, kPi05 };
template <>
inline constexpr std::string_view kEnumWords<Variant>[] = {"pi0", "pi05"};

/// How the robot's state reaches the model.
enum class StateInput {
  kNone,    // not at all
  kToken,   // pi0: one token in front of the actions
  kPrompt,  // pi0.5: 256 bins per dimension, as text in the prompt
};
template <>
inline constexpr std::string_view kEnumWords<StateInput>[] = {"none", "token", "prompt"};

/// How a picture of another size becomes the square that the model sees. Both keep its proportions and fill with black.
enum class PictureResize {
  kAveraged,  // openpi: averaged over the covered pixels, rounded to 8 bits (SquareResizer)
  kSampled,   // LeRobot: between the four nearest pixels, not rounded (SquareSampler)
};

/// What happens to an instruction before it becomes tokens (see prompt_tokens).
enum class PromptText {
  kClean,     // openpi, and LeRobot's pi0.5: trimmed, underscores and newlines as spaces
  kVerbatim,  // LeRobot's pi0: as it is
};

/// What lies between the robot's own values and the normalised ones of the model, beside their statistics.
struct RobotIo {
  RobotKind robot = RobotKind::kGeneric;
  /// [action_dim], or empty for none: dimensions in which the model predicts the difference from the state at the
  /// query.
  std::vector<bool> relative_actions;
  /// The model works in the joint and gripper units of the pi0 base training (openpi's adapt_to_pi); ALOHA only.
  bool aloha_units = false;
  PictureResize resize = PictureResize::kAveraged;
  PromptText prompt = PromptText::kClean;
};

/// Constant after load. All sizes are >= 1 and fit each other (see load_config).
struct ModelConfig {
  std::string name;
  Variant variant = Variant::kPi0;
  StateInput state_input = StateInput::kNone;
  std::vector<std::string> cameras;
  int image_size = 0;  // pixels, = 16 * patch_size
  int patch_size = 0;

  struct Vision {
    int width = 0, depth = 0, heads = 0, mlp = 0;
  } vision;
  struct Llm {
    int width = 0, depth = 0, mlp = 0, heads = 0, kv_heads = 0, head_dim = 0, vocab = 0;
  } llm;
  struct Expert {  // depth, heads, kv_heads and head_dim are those of llm
    int width = 0, mlp = 0;
  } expert;

  int state_dim = 0, action_dim = 0;              // of the robot
  int model_state_dim = 0, model_action_dim = 0;  // padded with zeros inside the model
  int horizon = 0;
  int flow_steps = 0;  // Euler steps that the policy was made for
  int max_tokens = 0;  // of the longest prompt
  RobotIo io{};

  bool has_state_token() const { return state_input == StateInput::kToken; }
  int patches() const { return kPatchGrid * kPatchGrid; }
  int q_width() const { return llm.heads * llm.head_dim; }
  int kv_width() const { return llm.kv_heads * llm.head_dim; }
  int suffix_tokens() const { return horizon + (has_state_token() ? 1 : 0); }
  /// All cameras present and the longest prompt.
  int max_prefix_tokens() const { return int(cameras.size()) * patches() + max_tokens; }
};

/// Reads and validates config.json. Throws awd::Error naming the file and the field.
ModelConfig load_config(const std::string& path);

/// Throws awd::Error, naming `where`, if the attention of the longest prompt would need absurd memory.
void check_prefix_size(const std::string& where, const ModelConfig& config);

}  // namespace awd
