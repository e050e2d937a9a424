// Engine: reads a policy folder once, for all sessions.
#include "awd/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "awd/error.h"
#include "engine/loaded_engine.h"

namespace awd {
namespace {

std::shared_ptr<const Device> make_device(const EngineOptions& options) {
  if (options.backend == EngineBackend::kRef) return make_ref_device();
  const bool wants_bf16 =
      options.dtype == EngineDtype::kBf16 || (options.dtype == EngineDtype::kAuto && cpu_has_bf16_units());
  return make_cpu_device(wants_bf16 ? DType::kBf16 : DType::kF32);
}

}  // namespace

LoadedEngine::LoadedEngine(const std::string& folder, const EngineOptions& engine_options)
    : device(make_device(engine_options)),
      tokenizer(folder + "/tokenizer.model"),
      options(engine_options),
      threads(options.threads > 0 ? options.threads : int(std::max(1u, std::thread::hardware_concurrency()))) {
  model.config = load_config(folder + "/config.json");
  const ModelConfig& config = model.config;
  if (tokenizer.size() > config.llm.vocab) {
    throw Error(folder + "/tokenizer.model",
                fmt::format("expected at most llm.vocab = {} pieces, got {}", config.llm.vocab, tokenizer.size()));
  }
  norms = load_norm_stats(folder + "/norm_stats.json", config);
  model.flow_steps = options.flow_steps > 0 ? options.flow_steps : config.flow_steps;
  layers = importance_layers(options, config.llm.depth);
  model.weights = load_weights(folder + "/model.safetensors", config, model.flow_steps, *device);
  if (options.importance == ImportanceSource::kGradient) {
    gradient = load_gradient_weights(*model.weights.file, config, model.flow_steps);
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
           .dtype = device->compute_dtype() == DType::kBf16 ? EngineDtype::kBf16 : EngineDtype::kF32};
}

std::shared_ptr<const Engine> Engine::load(const std::string& folder, const EngineOptions& options) {
  return std::make_shared<const LoadedEngine>(folder, options);
}

}  // namespace awd
