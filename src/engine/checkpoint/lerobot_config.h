// config.json of a LeRobot policy of type pi0 or pi05.
#pragma once

#include <string>
#include <vector>

#include "awd/engine_options.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint/lerobot_pipeline.h"
#include "engine/config.h"

namespace awd {

/// What a LeRobot folder says about its model.
struct LeRobotConfig {
  ModelConfig config;
  NormModes modes;                 // of config.json; a processor file overrides them
  std::vector<std::string> notes;  // what was inferred, and why
};

/// Reads FOLDER/config.json; the pipeline says which actions are relative. Throws awd::Error, naming the field, for
/// wrong types and for what this engine does not run (memory of earlier frames, other periods of the time embedding).
LeRobotConfig read_lerobot_config(const std::string& folder, const Checkpoint& checkpoint,
                                  const LeRobotPipeline& pipeline, const EngineOptions& options);

}  // namespace awd
