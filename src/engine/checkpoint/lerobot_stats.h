// Normalisation statistics of a LeRobot folder.
#pragma once

#include <string>

#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint/lerobot_pipeline.h"
#include "engine/config.h"
#include "engine/norm_stats.h"

namespace awd {

struct LeRobotStats {
  NormStats norms;
  std::string source;  // for people: "policy_preprocessor_step_2_normalizer_processor.safetensors, MEAN_STD"
};

/// Reads the normaliser files that the pipelines name; of folders older than pipelines, the buffers in the weight file.
/// `modes` are those of config.json, for the latter. Throws awd::Error, naming file and tensor, for statistics that are
/// missing, of another size than the robot's dimensions, not finite or without spread.
LeRobotStats load_lerobot_stats(const std::string& folder, const Checkpoint& checkpoint,
                                const LeRobotPipeline& pipeline, const NormModes& modes, const ModelConfig& config);

}  // namespace awd
