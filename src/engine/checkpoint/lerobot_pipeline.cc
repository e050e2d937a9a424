// Walks the steps of the two pipelines and keeps what changes numbers.
#include "engine/checkpoint/lerobot_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <set>

#include "engine/checkpoint/file_kind.h"
#include "engine/json_file.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

struct ModeRow {
  const char* word;
  NormMode mode;
};
constexpr std::array kModes = {ModeRow{"IDENTITY", NormMode::kIdentity}, ModeRow{"MEAN_STD", NormMode::kMeanStd},
                               ModeRow{"MIN_MAX", NormMode::kMinMax}, ModeRow{"QUANTILES", NormMode::kQuantiles},
                               ModeRow{"QUANTILE10", NormMode::kQuantiles10}};

/// Steps that the engine does itself, or that change no number.
const std::set<std::string> kKnownSteps = {"rename_observations_processor",
                                           "to_batch_processor",
                                           "tokenizer_processor",
                                           "device_processor",
                                           "pi0_new_line_processor",
                                           "smolvla_new_line_processor",
                                           "pi05_prepare_state_tokenizer_processor_step"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

std::vector<std::string> read_words(const JsonFields& fields, const std::string& name) {
  std::vector<std::string> words;
  if (!fields.has(name)) return words;
  const auto& list = fields.field(name);
  if (!list.is_array()) fields.fail(name, "a list of names", list.dump());
  for (const auto& word : list) {
    if (!word.is_string()) fields.fail(name, "a list of names", list.dump());
    words.push_back(word);
  }
  return words;
}

NormaliserStep read_normaliser(const JsonFields& step) {
  const JsonFields config = step.object("config");
  NormaliserStep normaliser{
      .is_present = true, .modes = {}, .epsilon = config.number_or("eps", 1e-8), .state_file = {}};
  // Its inverse, the scale of a dimension that never moved, must be finite.
  if (!(normaliser.epsilon >= 1e-30) || normaliser.epsilon > 1) config.fail("eps", "expected a number in [1e-30, 1]");
  const JsonFields map = config.object("norm_map");
  normaliser.modes.state = norm_mode_of(map.text_or("STATE", "IDENTITY"), step.path());
  normaliser.modes.actions = norm_mode_of(map.text_or("ACTION", "IDENTITY"), step.path());
  normaliser.state_file = step.text_or("state_file", "");
  if (!normaliser.state_file.empty() && fs::path(normaliser.state_file).filename() != normaliser.state_file) {
    step.fail("state_file", "the name of a file beside this one", normaliser.state_file);
  }
  return normaliser;
}

void read_relative(const JsonFields& step, LeRobotPipeline& pipeline) {
  const JsonFields config = step.object("config");
  pipeline.has_relative_actions = config.flag_or("enabled", false);
  pipeline.absolute_joints = read_words(config, "exclude_joints");
  pipeline.action_names = read_words(config, "action_names");
}

void read_steps(const std::string& path, bool is_pre, LeRobotPipeline& pipeline) {
  if (!is_there(path)) return;
  const nlohmann::json json = read_json_object(path);
  const JsonFields fields(path, json);
  const auto& steps = fields.field("steps");
  if (!steps.is_array()) fields.fail("steps", "a list of steps", steps.dump());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string name = fmt::format("steps[{}]", i);
    if (!steps[i].is_object()) fields.fail(name, "an object", steps[i].dump());
    const JsonFields step(path, steps[i], name + ".");
    const std::string kind = step.text_or("registry_name", step.text_or("class", "without a name"));
    if (is_pre && kind == "normalizer_processor") {
      pipeline.state = read_normaliser(step);
    } else if (!is_pre && kind == "unnormalizer_processor") {
      pipeline.actions = read_normaliser(step);
    } else if (is_pre && kind == "relative_actions_processor") {
      read_relative(step, pipeline);
    } else if (!kKnownSteps.contains(kind) && kind != "absolute_actions_processor") {
      pipeline.notes.push_back(fmt::format("step {} of {} is not run", kind, fs::path(path).filename().string()));
    }
  }
}

}  // namespace

std::string norm_mode_word(NormMode mode) {
  return std::find_if(kModes.begin(), kModes.end(), [&](const ModeRow& row) { return row.mode == mode; })->word;
}

NormMode norm_mode_of(const std::string& word, const std::string& where) {
  const auto* row = std::find_if(kModes.begin(), kModes.end(), [&](const ModeRow& r) { return word == r.word; });
  if (row == kModes.end()) {
    throw Error(where, fmt::format("normalisation: expected IDENTITY, MEAN_STD, MIN_MAX, QUANTILES or QUANTILE10, "
                                   "got {}",
                                   word));
  }
  return row->mode;
}

LeRobotPipeline read_lerobot_pipeline(const std::string& folder) {
  LeRobotPipeline pipeline;
  read_steps(folder + "/policy_preprocessor.json", /*is_pre=*/true, pipeline);
  read_steps(folder + "/policy_postprocessor.json", /*is_pre=*/false, pipeline);
  return pipeline;
}

std::vector<bool> relative_actions(const LeRobotPipeline& pipeline, int action_dim) {
  if (!pipeline.has_relative_actions) return {};
  std::vector<bool> relative(std::size_t(action_dim), true);
  for (std::size_t i = 0; i < pipeline.action_names.size() && i < relative.size(); ++i) {
    const std::string name = lower(pipeline.action_names[i]);
    for (const std::string& word : pipeline.absolute_joints) {
      if (!word.empty() && name.find(lower(word)) != std::string::npos) relative[i] = false;
    }
  }
  return relative;
}

}  // namespace awd
