// From LeRobot's fields to a ModelConfig.
#include "engine/checkpoint/lerobot_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/checkpoint/geometry.h"
#include "engine/json_file.h"
#include "engine/presets.h"

namespace awd {
namespace {

constexpr int kMaxHorizon = 1000, kMaxFlowSteps = 1000, kMaxDim = 4096, kMaxPromptTokens = 4096;
constexpr double kMinPeriod = 4e-3, kMaxPeriod = 4.0;  // of the time embedding, as the engine has them
const std::string kImagePrefix = "observation.images.";
const std::string kStateFeature = "observation.state";

/// The only side of a vector feature.
int feature_dim(const JsonFields& features, const std::string& name, int max) {
  const JsonFields feature = features.object(name);
  const auto& shape = feature.field("shape");
  const bool fits =
      shape.is_array() && shape.size() == 1 && shape[0].is_number_integer() && shape[0] >= 1 && shape[0] <= max;
  if (!fits) feature.fail("shape", fmt::format("one side in [1, {}]", max), shape.dump());
  return shape[0].get<int>();
}

/// Cameras in the order of the file, which is the order of the model; empty ones are masked and left out.
std::vector<std::string> read_cameras(const std::string& path, const JsonFields& fields) {
  const nlohmann::ordered_json json = nlohmann::ordered_json::parse(read_whole_file(path, "file"));
  std::vector<std::string> cameras;
  for (const auto& [name, feature] : json.at("input_features").items()) {
    const bool is_camera = feature.is_object() && feature.value("type", nlohmann::ordered_json()) == "VISUAL";
    if (!is_camera || name.find("empty_camera_") != std::string::npos) continue;
    const std::size_t prefix = name.starts_with(kImagePrefix) ? kImagePrefix.size() : name.rfind('.') + 1;
    cameras.push_back(name.substr(prefix));
  }
  const std::set<std::string> different(cameras.begin(), cameras.end());
  if (cameras.size() > kMaxCameras || different.size() != cameras.size()) {
    fields.fail("input_features",
                fmt::format("expected at most {} cameras of different names, got {}", kMaxCameras, cameras.size()));
  }
  return cameras;
}

void refuse_what_cannot_run(const JsonFields& fields, int image_size) {
  for (const char* name : {"use_visual_memory", "use_proprioceptive_memory", "use_delta_joint_actions_aloha"}) {
    if (fields.flag_or(name, false)) fields.fail(name, "expected false, as the engine cannot do this, got true");
  }
  for (const auto& [name, expected] : {std::pair{"min_period", kMinPeriod}, {"max_period", kMaxPeriod}}) {
    const double period = fields.number_or(name, expected);
    if (period != expected) fields.fail(name, fmt::format("expected {}, got {}", expected, period));
  }
  const nlohmann::json square = {image_size, image_size};
  for (const char* name : {"image_resolution", "resize_imgs_with_padding"}) {
    if (fields.has(name) && fields.field(name) != square) fields.fail(name, square.dump(), fields.field(name).dump());
  }
}

/// A label only: LeRobot's own steps say what lies between robot and model.
RobotKind guess_robot(const ModelConfig& config) {
  for (const RobotKind robot : {RobotKind::kLibero, RobotKind::kDroid, RobotKind::kAloha}) {
    const ModelConfig preset = pi_preset(config.variant, robot);
    if (preset.state_dim == config.state_dim && preset.action_dim == config.action_dim) return robot;
  }
  return RobotKind::kGeneric;
}

void read_features(const std::string& path, const JsonFields& fields, LeRobotConfig& out) {
  ModelConfig& config = out.config;
  if (fields.has("input_features")) {
    const JsonFields inputs = fields.object("input_features");
    const std::vector<std::string> cameras = read_cameras(path, fields);
    if (!cameras.empty()) config.cameras = cameras;
    if (cameras.empty()) out.notes.push_back("three cameras of the base model, as config.json names none");
    if (inputs.has(kStateFeature)) config.state_dim = feature_dim(inputs, kStateFeature, config.model_state_dim);
  }
  if (fields.has("output_features")) {
    const JsonFields outputs = fields.object("output_features");
    if (outputs.has("action")) config.action_dim = feature_dim(outputs, "action", config.model_action_dim);
  }
}

void read_modes(const JsonFields& fields, LeRobotConfig& out) {
  const bool is_pi05 = out.config.variant == Variant::kPi05;
  const std::string usual = is_pi05 ? "QUANTILES" : "MEAN_STD";
  out.modes = {.state = norm_mode_of(usual, fields.path()), .actions = norm_mode_of(usual, fields.path())};
  if (!fields.has("normalization_mapping")) return;
  const JsonFields map = fields.object("normalization_mapping");
  out.modes.state = norm_mode_of(map.text_or("STATE", usual), fields.path());
  out.modes.actions = norm_mode_of(map.text_or("ACTION", usual), fields.path());
}

}  // namespace

LeRobotConfig read_lerobot_config(const std::string& folder, const Checkpoint& checkpoint,
                                  const LeRobotPipeline& pipeline, const EngineOptions& options) {
  const std::string path = folder + "/config.json";
  const nlohmann::json json = read_json_object(path);
  const JsonFields fields(path, json);
  const std::string type = fields.text("type");
  if (type != "pi0" && type != "pi05") fields.fail("type", "pi0 or pi05", type);
  const Variant variant = type == "pi0" ? Variant::kPi0 : Variant::kPi05;

  LeRobotConfig out;
  ModelConfig& config = out.config;
  config = pi_preset(variant, RobotKind::kGeneric);
  config.name = std::filesystem::path(folder).filename().string();
  config.horizon = fields.integer_or("chunk_size", 1, kMaxHorizon, config.horizon);
  config.flow_steps = fields.integer_or("num_inference_steps", 1, kMaxFlowSteps,
                                        fields.integer_or("num_steps", 1, kMaxFlowSteps, config.flow_steps));
  config.max_tokens = fields.integer_or("tokenizer_max_length", 1, kMaxPromptTokens, config.max_tokens);
  config.model_state_dim = fields.integer_or("max_state_dim", 1, kMaxDim, config.model_state_dim);
  config.model_action_dim = fields.integer_or("max_action_dim", 1, kMaxDim, config.model_action_dim);
  set_geometry(
      checkpoint,
      {.language = fields.text_or("paligemma_variant", ""), .expert = fields.text_or("action_expert_variant", "")},
      path, config);
  refuse_what_cannot_run(fields, config.image_size);
  config.state_dim = config.model_state_dim;
  config.action_dim = config.model_action_dim;
  read_features(path, fields, out);
  read_modes(fields, out);

  config.io.robot = options.robot != RobotKind::kAuto ? options.robot : guess_robot(config);
  config.io.relative_actions = relative_actions(pipeline, config.action_dim);
  config.io.aloha_units = fields.flag_or("adapt_to_pi_aloha", false);
  config.io.resize = PictureResize::kSampled;
  if (variant == Variant::kPi0) config.io.prompt = PromptText::kVerbatim;
  out.notes.push_back(fmt::format(
      "robot {} {}; cameras, dimensions and normalisation are those of the folder",
      kEnumWords<RobotKind>[std::size_t(config.io.robot)],
      options.robot != RobotKind::kAuto ? "by the option robot" : "by the number of state and action dimensions"));
  if (fields.has("n_action_steps")) {
    out.notes.push_back(fmt::format("LeRobot executes the first {} actions of each chunk",
                                    fields.integer("n_action_steps", 1, config.horizon)));
  }
  return out;
}

}  // namespace awd
