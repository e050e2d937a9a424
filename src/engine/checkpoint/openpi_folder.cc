// Chooses the asset, with it the robot, and completes the preset by what config.json says.
#include "engine/checkpoint/openpi_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "engine/checkpoint/file_kind.h"
#include "engine/checkpoint/geometry.h"
#include "engine/checkpoint/norm_source.h"
#include "engine/json_file.h"
#include "engine/norm_stats.h"
#include "engine/presets.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStatsFile = "norm_stats.json";
constexpr const char* kAssets = "assets";
constexpr int kMaxHorizon = 1000, kMaxDim = 4096, kMaxPromptTokens = 4096;

/// An assets folder: openpi's name of a robot or data set, such as "physical-intelligence/libero".
struct Asset {
  std::string id, file;
  RobotKind robot = RobotKind::kGeneric;
};

RobotKind robot_of(const std::string& asset_id) {
  const auto has = [&](const char* word) { return asset_id.find(word) != std::string::npos; };
  if (has("libero")) return RobotKind::kLibero;
  if (has("droid")) return RobotKind::kDroid;
  if (has("trossen") || has("aloha")) return RobotKind::kAloha;
  return RobotKind::kGeneric;
}

/// The asset that openpi's own configuration of a robot reads.
std::string usual_asset(RobotKind robot) {
  switch (robot) {
    case RobotKind::kLibero:
      return "physical-intelligence/libero";
    case RobotKind::kDroid:
      return "droid";
    case RobotKind::kAloha:
      return "trossen";
    case RobotKind::kAuto:
    case RobotKind::kGeneric:
      break;
  }
  return "";
}

/// Sorted by id.
std::vector<Asset> list_assets(const std::string& folder) {
  std::vector<Asset> assets;
  const fs::path root = fs::path(folder) / kAssets;
  if (is_there(fs::path(folder) / kStatsFile)) {
    assets.push_back({"the folder itself", (fs::path(folder) / kStatsFile).string(), RobotKind::kGeneric});
    return assets;
  }
  if (!is_folder(root)) return assets;
  std::error_code failure;
  fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    if (entry->path().filename() != kStatsFile) continue;
    const std::string id = entry->path().parent_path().lexically_relative(root).generic_string();
    assets.push_back({id, entry->path().string(), robot_of(id)});
  }
  if (failure) throw Error(root.string(), "expected a readable folder, got: " + failure.message());
  std::sort(assets.begin(), assets.end(), [](const Asset& a, const Asset& b) { return a.id < b.id; });
  return assets;
}

Asset choose_asset(const std::string& folder, RobotKind robot) {
  const std::vector<Asset> assets = list_assets(folder);
  if (assets.empty()) {
    throw Error(folder + "/" + kAssets,
                "expected ID/norm_stats.json of the training (openpi's converter does not copy it: take the assets "
                "folder of the original checkpoint, or name a file with the option norm_stats), got none");
  }
  if (assets.size() == 1) return assets.front();
  std::vector<Asset> fitting;
  for (const Asset& asset : assets) {
    if (robot != RobotKind::kAuto && asset.id == usual_asset(robot)) return asset;
    if (robot != RobotKind::kAuto && asset.robot == robot) fitting.push_back(asset);
  }
  if (fitting.size() == 1) return fitting.front();
  std::vector<std::string> ids;
  ids.reserve(assets.size());
  for (const Asset& asset : assets) ids.push_back(asset.id);
  throw Error(folder + "/" + kAssets,
              fmt::format("expected statistics of one robot (choose with the option robot or norm_stats), got {}: {}",
                          ids.size(), fmt::join(ids, ", ")));
}

/// The asset that a file given by hand is of, by the name of its folder.
Asset named_asset(const std::string& file) {
  const std::string id = fs::path(file).parent_path().filename().string();
  return {file, file, robot_of(id)};
}

void read_config_fields(const JsonFields& fields, ModelConfig& config) {
  config.horizon = fields.integer_or("action_horizon", 1, kMaxHorizon, config.horizon);
  config.model_action_dim = fields.integer_or("action_dim", 1, kMaxDim, config.model_action_dim);
  config.max_tokens = fields.integer_or("max_token_len", 1, kMaxPromptTokens, config.max_tokens);
}

/// Robots without a preset have as many dimensions as there are statistics.
void set_dims_by_stats(const std::string& file, ModelConfig& config) {
  const NormDims dims = norm_stats_dims(file, config.variant);
  if (dims.state > config.model_state_dim || dims.actions > config.model_action_dim) {
    throw Error(file, fmt::format("expected statistics of at most {} state and {} action dimensions, got {} and {}",
                                  config.model_state_dim, config.model_action_dim, dims.state, dims.actions));
  }
  config.state_dim = dims.state;
  config.action_dim = dims.actions;
}

}  // namespace

bool has_openpi_assets(const std::string& folder) { return is_folder(fs::path(folder) / kAssets); }

OpenpiFolder read_openpi_folder(const std::string& folder, const Checkpoint& checkpoint, const EngineOptions& options) {
  const std::string config_path = folder + "/config.json";
  const bool has_config = is_there(config_path);
  const nlohmann::json json = has_config ? read_json_object(config_path) : nlohmann::json::object();
  const JsonFields fields(config_path, json);

  OpenpiFolder out;
  const bool is_identity = options.norm_stats == kIdentityStats;
  std::optional<Asset> asset;
  if (!is_identity)
    asset = options.norm_stats.empty() ? choose_asset(folder, options.robot) : named_asset(options.norm_stats);
  const RobotKind robot = options.robot != RobotKind::kAuto ? options.robot
                          : asset                           ? asset->robot
                                                            : RobotKind::kGeneric;
  out.norm_stats = asset ? asset->file : "";

  const Variant variant = variant_of(checkpoint);
  ModelConfig& config = out.config;
  config = pi_preset(variant, robot);
  config.name = fs::path(folder).filename().string();
  config.model_action_dim = columns_of(checkpoint, "action_in_proj.weight", config.model_action_dim);
  read_config_fields(fields, config);
  config.model_state_dim = columns_of(checkpoint, "state_proj.weight", config.model_action_dim);
  set_geometry(
      checkpoint,
      {.language = fields.text_or("paligemma_variant", ""), .expert = fields.text_or("action_expert_variant", "")},
      config_path, config);
  set_robot(robot, config);
  if (variant == Variant::kPi05 && fields.has("discrete_state_input")) {
    config.state_input = fields.flag_or("discrete_state_input", true) ? StateInput::kPrompt : StateInput::kNone;
  }
  if (config.io.robot == RobotKind::kGeneric && asset) set_dims_by_stats(asset->file, config);

  out.notes.push_back(fmt::format("{} by the {} norms of the expert", word_of(variant),
                                  variant == Variant::kPi05 ? "time-dependent" : "plain"));
  const std::string word = std::string(kEnumWords<RobotKind>[std::size_t(config.io.robot)]);
  out.notes.push_back(options.robot != RobotKind::kAuto ? fmt::format("robot {} by the option robot", word)
                      : asset ? fmt::format("robot {} by the statistics of {}", word, asset->id)
                              : fmt::format("robot {}: nothing says otherwise", word));
  if (!fields.has("action_horizon")) {
    out.notes.push_back(
        fmt::format("horizon {}: the one of openpi's configuration, as config.json does not say it", config.horizon));
  }
  return out;
}

}  // namespace awd
