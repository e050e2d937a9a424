// Engine: reads a policy folder once, for all sessions.
#include "awd/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "engine/device_choice.h"
#include "engine/loaded_engine.h"

namespace awd {
namespace {

/// Ranges for a device that quantises with fixed scales; notes where they are from.
Fp8Ranges fp8_ranges(PolicyFolder& folder, const EngineOptions& options) {
  if (chosen_dtype(options) != EngineDtype::kFp8) return {};
  const std::string own = folder.path + "/" + kFp8RangesFile;
  const std::string& file = options.fp8_scales.empty() ? own : options.fp8_scales;
  if (options.fp8_scales.empty() && !std::filesystem::exists(own)) {
    folder.notes.push_back(
        fmt::format("fp8: standard activation scales, since there is no {} (awd bench --calibrate)", kFp8RangesFile));
    return {};
  }
  Fp8Ranges ranges = read_fp8_ranges(file, *folder.config);
  folder.notes.push_back(fmt::format("fp8: activation scales of {}, from {} observations{}", file, ranges.samples,
                                     ranges.expert.empty() ? " of the prefix alone" : ""));
  return ranges;
}

}  // namespace

LoadedEngine::LoadedEngine(PolicyFolder folder, const EngineOptions& engine_options)
    : device(make_device(engine_options)),
      norms(std::move(*folder.norms)),
      tokenizer(std::move(*folder.tokenizer)),
      options(engine_options),
      threads(options.threads > 0 ? options.threads : int(std::max(1u, std::thread::hardware_concurrency()))) {
  model.config = *folder.config;
  const ModelConfig& config = model.config;
  model.flow_steps = options.flow_steps > 0 ? options.flow_steps : config.flow_steps;
  layers = importance_layers(options, config.llm.depth);
  const Fp8Ranges ranges = fp8_ranges(folder, options);
  model.weights = load_weights(folder.checkpoint, config, model.flow_steps, *device, ranges);
  if (options.importance == ImportanceSource::kGradient) {
    gradient = load_gradient_weights(*model.weights.checkpoint, config, model.flow_steps);
  }
  info_ = {.name = config.name,
           .pi05 = config.variant == Variant::kPi05,
           .cameras = config.cameras,
           .image_size = config.image_size,
           .state_dim = config.state_dim,
           .action_dim = config.action_dim,
           .model_action_dim = config.model_action_dim,
           .horizon = config.horizon,
           .flow_steps = model.flow_steps,
           .depth = config.llm.depth,
           .heads = config.llm.heads,
           .weight_bytes = model.weights.bytes + (gradient != nullptr ? gradient->bytes : 0),
           .dtype = chosen_dtype(options),
           .robot = config.io.robot,
           .notes = std::move(folder.notes)};
}

std::shared_ptr<const Engine> Engine::load(const std::string& folder, const EngineOptions& options) {
  PolicyFolder policy = read_policy_folder(folder, options);
  require_policy(policy);
  return std::make_shared<const LoadedEngine>(std::move(policy), options);
}

}  // namespace awd
