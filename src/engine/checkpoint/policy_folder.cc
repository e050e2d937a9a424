// Tells the kinds of folders apart and reads each by its own rules.
#include "engine/checkpoint/policy_folder.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/checkpoint/file_kind.h"
#include "engine/checkpoint/lerobot_config.h"
#include "engine/checkpoint/lerobot_stats.h"
#include "engine/checkpoint/norm_source.h"
#include "engine/checkpoint/openpi_folder.h"
#include "engine/checkpoint/tokenizer_check.h"
#include "engine/json_file.h"
#include "engine/robot_io.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedProblems = 4;  // in one message; the rest is counted

FolderKind kind_of(const std::string& folder) {
  const std::string path = folder + "/config.json";
  if (!is_there(path) && has_openpi_assets(folder)) return FolderKind::kOpenpi;
  const nlohmann::json json = read_json_object(path);
  if (json.contains("format")) return FolderKind::kOwn;
  if (json.contains("type")) return FolderKind::kLeRobot;
  if (json.contains("action_horizon") || has_openpi_assets(folder)) return FolderKind::kOpenpi;
  throw Error(path, "expected format (a policy of AWD), type (LeRobot) or action_horizon (openpi), got none of them");
}

/// Sizes that each reader can only check one by one.
void check_whole(const std::string& where, const ModelConfig& config) {
  if (config.state_dim > config.model_state_dim || config.action_dim > config.model_action_dim) {
    throw Error(where,
                fmt::format("expected a robot of at most {} state and {} action dimensions, got {} and {}",
                            config.model_state_dim, config.model_action_dim, config.state_dim, config.action_dim));
  }
  check_prefix_size(where, config);
  check_robot_io(where, config);
}

/// Reads the parts of one folder one after another; a part that fails becomes a problem and is left out.
class FolderReader {
 public:
  FolderReader(const std::string& path, const EngineOptions& options) : options_(options) { folder_.path = path; }

  PolicyFolder read() {
    attempt([&] { folder_.kind = kind_of(folder_.path); });
    if (!folder_.kind) return std::move(folder_);
    attempt([&] { folder_.checkpoint = std::make_shared<const Checkpoint>(folder_.path); });
    if (folder_.checkpoint != nullptr) {
      for (const std::string& note : folder_.checkpoint->spellings()) folder_.notes.push_back(note);
    }
    switch (*folder_.kind) {
      case FolderKind::kOwn:
        read_own();
        break;
      case FolderKind::kLeRobot:
        read_lerobot();
        break;
      case FolderKind::kOpenpi:
        read_openpi();
        break;
    }
    if (folder_.config) read_tokenizer();
    return std::move(folder_);
  }

 private:
  /// The one place that turns an error of a part into an entry of the list.
  template <class Read>
  void attempt(Read&& read) {
    try {
      read();
    } catch (const Error& error) {
      folder_.problems.push_back(error);
    } catch (const fs::filesystem_error& error) {  // a path too long, links in a circle, a folder without permission
      folder_.problems.emplace_back(error.path1().string(),
                                    fmt::format("expected to look it up, got: {}", error.code().message()));
    }
  }

  void take_config(const ModelConfig& config) {
    check_whole(folder_.path + "/config.json", config);
    folder_.config = config;
  }

  void check_weights() {
    if (folder_.checkpoint == nullptr || !folder_.config) return;
    attempt([&] {
      folder_.tensors = check_tensors(*folder_.checkpoint, *folder_.config);
      require_tensors(*folder_.checkpoint, *folder_.tensors);
    });
  }

  /// Statistics in openpi's format, or none by the option's word.
  void read_stats_file(const std::string& path) {
    if (options_.norm_stats == kIdentityStats) {
      folder_.norms = {.state = identity_stats(folder_.config->state_dim),
                       .actions = identity_stats(folder_.config->action_dim)};
      folder_.norms_source = "identity, by the option norm_stats";
      return;
    }
    folder_.norms = load_norm_stats(path, *folder_.config);
    folder_.norms_source = fmt::format(
        "{}, {}", path,
        folder_.config->variant == Variant::kPi05 ? "quantiles q01 and q99 to [-1, 1]" : "mean and standard deviation");
  }

  void read_own() {
    attempt([&] { take_config(load_config(folder_.path + "/config.json")); });
    check_weights();
    if (!folder_.config) return;
    attempt([&] {
      read_stats_file(options_.norm_stats.empty() ? folder_.path + "/norm_stats.json" : options_.norm_stats);
    });
  }

  void read_openpi() {
    if (folder_.checkpoint == nullptr) return;  // without shapes little can be said
    attempt([&] {
      OpenpiFolder openpi = read_openpi_folder(folder_.path, *folder_.checkpoint, options_);
      take_config(openpi.config);
      folder_.notes.insert(folder_.notes.end(), openpi.notes.begin(), openpi.notes.end());
      attempt([&] { read_stats_file(openpi.norm_stats); });
    });
    check_weights();
  }

  void read_lerobot() {
    if (folder_.checkpoint == nullptr) return;
    attempt([&] {
      const LeRobotPipeline pipeline = read_lerobot_pipeline(folder_.path);
      LeRobotConfig lerobot = read_lerobot_config(folder_.path, *folder_.checkpoint, pipeline, options_);
      take_config(lerobot.config);
      folder_.notes.insert(folder_.notes.end(), lerobot.notes.begin(), lerobot.notes.end());
      folder_.notes.insert(folder_.notes.end(), pipeline.notes.begin(), pipeline.notes.end());
      attempt([&] {
        if (!options_.norm_stats.empty()) return read_stats_file(options_.norm_stats);
        LeRobotStats stats =
            load_lerobot_stats(folder_.path, *folder_.checkpoint, pipeline, lerobot.modes, lerobot.config);
        folder_.norms = std::move(stats.norms);
        folder_.norms_source = std::move(stats.source);
      });
    });
    check_weights();
  }

  void read_tokenizer() {
    folder_.tokenizer_path = options_.tokenizer.empty() ? folder_.path + "/tokenizer.model" : options_.tokenizer;
    attempt([&] {
      folder_.tokenizer.emplace(
          load_tokenizer(folder_.tokenizer_path, *folder_.config, *folder_.kind != FolderKind::kOwn));
    });
  }

  const EngineOptions& options_;
  PolicyFolder folder_;
};

}  // namespace

std::string_view kind_name(FolderKind kind) {
  switch (kind) {
    case FolderKind::kOwn:
      return "AWD policy";
    case FolderKind::kLeRobot:
      return "LeRobot policy";
    case FolderKind::kOpenpi:
      return "openpi checkpoint";
  }
  return "";
}

PolicyFolder read_policy_folder(const std::string& path, const EngineOptions& options) {
  return FolderReader(path, options).read();
}

void require_policy(const PolicyFolder& folder) {
  if (folder.problems.empty()) return;
  if (folder.problems.size() == 1) throw folder.problems.front();
  std::string text = fmt::format("expected a policy that can run, got {} problems:", folder.problems.size());
  for (std::size_t i = 0; i < folder.problems.size() && i < kNamedProblems; ++i) {
    text += fmt::format(" ({}) {}", i + 1, folder.problems[i].what());
  }
  throw Error(folder.path, text);
}

}  // namespace awd
