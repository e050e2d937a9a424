// policy_preprocessor.json and policy_postprocessor.json of a LeRobot folder: the steps around the model.
#pragma once

#include <string>
#include <vector>

namespace awd {

enum class NormMode { kIdentity, kMeanStd, kMinMax, kQuantiles, kQuantiles10 };

/// LeRobot's word for a mode, e.g. "MEAN_STD".
std::string norm_mode_word(NormMode mode);
/// The mode of that word; throws awd::Error, naming `where`, for another.
NormMode norm_mode_of(const std::string& word, const std::string& where);

struct NormModes {
  NormMode state = NormMode::kIdentity;
  NormMode actions = NormMode::kIdentity;
};

/// One normaliser step: modes, epsilon, and the safetensors file with its statistics.
struct NormaliserStep {
  bool is_present = false;
  NormModes modes;
  double epsilon = 1e-8;
  std::string state_file;  // a file of the folder; empty if the step was saved without statistics
};

/// Both pipelines. Steps that the engine does itself (tokens, batches, devices) are passed over.
struct LeRobotPipeline {
  NormaliserStep state;    // of the preprocessor
  NormaliserStep actions;  // of the postprocessor
  bool has_relative_actions = false;
  std::vector<std::string> absolute_joints;  // words; an action whose name has one stays absolute
  std::vector<std::string> action_names;     // empty if they are not known
  std::vector<std::string> notes;            // steps that are not run
};

/// Reads what is there of the two files. Throws awd::Error, naming file and field, for wrong types.
LeRobotPipeline read_lerobot_pipeline(const std::string& folder);

/// [action_dim]: which actions are relative to the state; empty if none is.
std::vector<bool> relative_actions(const LeRobotPipeline& pipeline, int action_dim);

}  // namespace awd
