// Reads config.json and refuses geometries that do not fit together.
#include "engine/config.h"

#include <set>

#include "engine/json_file.h"

namespace awd {
namespace {

constexpr const char* kFormat = "awd-policy-1";
// Bounds far above any known model: a garbled file fails here, and products of two sizes stay inside 32 bits.
constexpr int kMaxWidth = 1 << 16;
constexpr int kMaxDepth = 256;
constexpr int kMaxHeads = 1024;
constexpr int kMaxHeadDim = 4096;
constexpr int kMaxVocab = 1 << 22;
constexpr int kMaxPatchSize = 256;   // pixels
constexpr int kMaxImageSize = 4096;  // pixels
constexpr int kMaxHorizon = 1000, kMaxFlowSteps = 1000;
constexpr int kMaxPromptTokens = 4096;
constexpr std::int64_t kMaxScores = 1 << 30;  // of one attention: 4 GiB

std::vector<std::string> read_cameras(const JsonFields& fields) {
  const auto& list = fields.field("cameras");
  const std::string expected = fmt::format("1 to {} different camera names", kMaxCameras);
  if (!list.is_array() || list.empty() || list.size() > kMaxCameras) fields.fail("cameras", expected, list.dump());
  std::vector<std::string> cameras;
  for (const auto& name : list) {
    if (!name.is_string() || name.get<std::string>().empty()) fields.fail("cameras", expected, list.dump());
    cameras.push_back(name);
  }
  if (std::set<std::string>(cameras.begin(), cameras.end()).size() != cameras.size()) {
    fields.fail("cameras", expected, list.dump());
  }
  return cameras;
}

StateInput read_state_input(const JsonFields& fields, Variant variant) {
  const std::string word = fields.text("state_input");
  if (word == "none") return StateInput::kNone;
  if (word == "token" && variant == Variant::kPi0) return StateInput::kToken;
  if (word == "prompt" && variant == Variant::kPi05) return StateInput::kPrompt;
  fields.fail("state_input", variant == Variant::kPi0 ? "token or none (pi0)" : "prompt or none (pi05)", word);
}

void read_shapes(const JsonFields& fields, ModelConfig& config) {
  const JsonFields vision = fields.object("vision");
  config.vision = {.width = vision.integer("width", 1, kMaxWidth),
                   .depth = vision.integer("depth", 1, kMaxDepth),
                   .heads = vision.integer("heads", 1, kMaxHeads),
                   .mlp = vision.integer("mlp", 1, kMaxWidth)};
  const JsonFields llm = fields.object("llm");
  config.llm = {.width = llm.integer("width", 1, kMaxWidth),
                .depth = llm.integer("depth", 1, kMaxDepth),
                .mlp = llm.integer("mlp", 1, kMaxWidth),
                .heads = llm.integer("heads", 1, kMaxHeads),
                .kv_heads = llm.integer("kv_heads", 1, kMaxHeads),
                .head_dim = llm.integer("head_dim", 2, kMaxHeadDim),
                .vocab = llm.integer("vocab", 1, kMaxVocab)};
  const JsonFields expert = fields.object("expert");
  config.expert = {.width = expert.integer("width", 2, kMaxWidth), .mlp = expert.integer("mlp", 1, kMaxWidth)};

  if (config.vision.width % config.vision.heads != 0) {
    vision.fail("width", fmt::format("a multiple of heads ({})", config.vision.heads),
                std::to_string(config.vision.width));
  }
  if (config.llm.heads % config.llm.kv_heads != 0) {
    llm.fail("kv_heads", fmt::format("a divisor of heads ({})", config.llm.heads), std::to_string(config.llm.kv_heads));
  }
  if (config.llm.head_dim % 2 != 0) llm.fail("head_dim", "an even number", std::to_string(config.llm.head_dim));
  if (config.expert.width % 2 != 0) expert.fail("width", "an even number", std::to_string(config.expert.width));
}

}  // namespace

ModelConfig load_config(const std::string& path) {
  const nlohmann::json json = read_json_object(path);
  const JsonFields fields(path, json);
  if (fields.text("format") != kFormat) fields.fail("format", kFormat, fields.text("format"));

  ModelConfig config;
  config.name = fields.text("name");
  const std::string variant = fields.text("variant");
  if (variant != "pi0" && variant != "pi05") fields.fail("variant", "pi0 or pi05", variant);
  config.variant = variant == "pi0" ? Variant::kPi0 : Variant::kPi05;
  config.state_input = read_state_input(fields, config.variant);
  config.cameras = read_cameras(fields);

  config.patch_size = fields.integer("patch_size", 1, kMaxPatchSize);
  config.image_size = fields.integer("image_size", 1, kMaxImageSize);
  if (config.image_size != kPatchGrid * config.patch_size) {
    fields.fail(
        "image_size",
        fmt::format("{} patches of {} pixels = {}", kPatchGrid, config.patch_size, kPatchGrid * config.patch_size),
        std::to_string(config.image_size));
  }
  read_shapes(fields, config);

  config.model_state_dim = fields.integer("model_state_dim", 1, kMaxWidth);
  config.model_action_dim = fields.integer("model_action_dim", 1, kMaxWidth);
  config.state_dim = fields.integer("state_dim", 1, config.model_state_dim);
  config.action_dim = fields.integer("action_dim", 1, config.model_action_dim);
  config.horizon = fields.integer("horizon", 1, kMaxHorizon);
  config.flow_steps = fields.integer("flow_steps", 1, kMaxFlowSteps);
  config.max_tokens = fields.integer("max_tokens", 1, kMaxPromptTokens);
  check_prefix_size(path, config);
  return config;
}

void check_prefix_size(const std::string& where, const ModelConfig& config) {
  const std::int64_t tokens = config.max_prefix_tokens() + config.suffix_tokens();
  if (config.llm.heads * tokens * tokens <= kMaxScores) return;
  throw Error(where, fmt::format("field max_tokens: expected heads * tokens^2 of at most {}, got {} heads, {} tokens",
                                 kMaxScores, config.llm.heads, tokens));
}

}  // namespace awd
