// Finds the two lists of each feature and turns them into an affine map.
#include "engine/checkpoint/lerobot_stats.h"

#include <fmt/format.h>

#include <filesystem>
#include <functional>

#include "awd/error.h"
#include "engine/checkpoint/norm_source.h"

namespace awd {
namespace {

/// The tensor of a statistic such as "mean", or nullptr.
using FindStat = std::function<const StoredTensor*(const std::string& stat)>;

/// Statistics of one feature and where they lie.
struct Feature {
  std::string where;  // a file
  std::string name;   // "observation.state"
  NormMode mode = NormMode::kIdentity;
  double epsilon = 1e-8;
  int dim = 0;
  FindStat find;
};

struct StatNames {
  const char *low, *high;
};
StatNames names_of(NormMode mode) {
  switch (mode) {
    case NormMode::kMinMax:
      return {"min", "max"};
    case NormMode::kQuantiles:
      return {"q01", "q99"};
    case NormMode::kQuantiles10:
      return {"q10", "q90"};
    case NormMode::kMeanStd:
    case NormMode::kIdentity:
      break;
  }
  return {"mean", "std"};
}

std::vector<double> read_stat(const Feature& feature, const char* stat) {
  const StoredTensor* tensor = feature.find(stat);
  if (tensor == nullptr) {
    throw Error(feature.where,
                fmt::format("statistics of {}: expected {} (normalisation {}), got none; name a norm_stats.json with "
                            "the option norm_stats, or say norm_stats={} to let values pass unchanged",
                            feature.name, stat, norm_mode_word(feature.mode), kIdentityStats));
  }
  if (!tensor->is_float() || tensor->elements() != feature.dim) {
    throw Error(feature.where, fmt::format("tensor {}: expected {} floating point numbers, got {} {}", tensor->name,
                                           feature.dim, stored_type_name(tensor->type), tensor->shape_text()));
  }
  std::vector<float> values(static_cast<std::size_t>(feature.dim));
  tensor->read(0, values);
  return {values.begin(), values.end()};
}

AffineStats read_feature(const Feature& feature) {
  if (feature.mode == NormMode::kIdentity) return identity_stats(feature.dim);
  const StatNames names = names_of(feature.mode);
  const std::vector<double> low = read_stat(feature, names.low);
  const std::vector<double> high = read_stat(feature, names.high);
  const bool is_range = feature.mode != NormMode::kMeanStd;
  const std::string problem = stats_problem(low, high, is_range);
  if (!problem.empty()) {
    throw Error(feature.where,
                fmt::format("statistics of {} ({}, {}): {}", feature.name, names.low, names.high, problem));
  }
  return is_range ? range_stats(low, high, lerobot_range(feature.epsilon))
                  : mean_std_stats(low, high, lerobot_mean_std(feature.epsilon));
}

/// Statistics in the file of a normaliser step.
AffineStats from_step(const std::string& folder, const NormaliserStep& step, const char* pipeline, Feature feature) {
  feature.epsilon = step.epsilon;
  if (feature.mode == NormMode::kIdentity) return identity_stats(feature.dim);
  if (step.state_file.empty()) {
    feature.where = folder + "/" + pipeline + ".json";
    feature.find = [](const std::string&) { return nullptr; };
    return read_feature(feature);
  }
  feature.where = folder + "/" + step.state_file;
  const SafetensorsFile file(feature.where);
  feature.find = [&](const std::string& stat) { return file.find(feature.name + "." + stat); };
  return read_feature(feature);
}

/// Statistics that older versions kept among the weights.
AffineStats from_buffers(const Checkpoint& checkpoint, const std::string& buffer, Feature feature) {
  feature.where = checkpoint.path();
  feature.find = [&](const std::string& stat) -> const StoredTensor* {
    const CheckpointTensor* found = checkpoint.find(buffer + "." + stat);
    return found == nullptr ? nullptr : found->stored;
  };
  return read_feature(feature);
}

}  // namespace

LeRobotStats load_lerobot_stats(const std::string& folder, const Checkpoint& checkpoint,
                                const LeRobotPipeline& pipeline, const NormModes& modes, const ModelConfig& config) {
  Feature state{.where = {}, .name = "observation.state", .mode = modes.state, .dim = config.state_dim, .find = {}};
  Feature actions{.where = {}, .name = "action", .mode = modes.actions, .dim = config.action_dim, .find = {}};
  if (!pipeline.state.is_present && !pipeline.actions.is_present) {
    return {.norms = {.state = from_buffers(checkpoint, "normalize_inputs.buffer_observation_state", state),
                      .actions = from_buffers(checkpoint, "unnormalize_outputs.buffer_action", actions)},
            .source = fmt::format("buffers in the weight file, {} and {}", norm_mode_word(state.mode),
                                  norm_mode_word(actions.mode))};
  }
  // Both pipelines are saved with the same statistics; a folder with one of them has all that is needed.
  const NormaliserStep& in = pipeline.state.is_present ? pipeline.state : pipeline.actions;
  const NormaliserStep& out = pipeline.actions.is_present ? pipeline.actions : pipeline.state;
  state.mode = in.modes.state;
  actions.mode = out.modes.actions;
  return {.norms = {.state = from_step(folder, in, "policy_preprocessor", state),
                    .actions = from_step(folder, out, "policy_postprocessor", actions)},
          .source = fmt::format("{}, {} and {}", in.state_file.empty() ? "no file" : in.state_file,
                                norm_mode_word(state.mode), norm_mode_word(actions.mode))};
}

}  // namespace awd
