// Folders that openpi's converter writes: model.safetensors, config.json, and the training's assets/ID/norm_stats.json.
#pragma once

#include <string>
#include <vector>

#include "awd/engine_options.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/config.h"

namespace awd {

/// What an openpi folder says beside its weights.
struct OpenpiFolder {
  ModelConfig config;
  std::string norm_stats;          // the file; empty where the option says identity
  std::vector<std::string> notes;  // what was inferred, and why
};

/// Reads config.json, which may be missing where there are assets, and chooses statistics and robot: by the options,
/// else by the name of the asset. Throws awd::Error for fields of wrong types, several assets that fit, and none.
OpenpiFolder read_openpi_folder(const std::string& folder, const Checkpoint& checkpoint, const EngineOptions& options);

/// True if `folder` has an assets folder, as openpi's checkpoints do.
bool has_openpi_assets(const std::string& folder);

}  // namespace awd
