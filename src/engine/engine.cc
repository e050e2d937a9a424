// Engine and Session: the public face of the engine. Checks observations, keeps the prompt, calls the forward pass.
#include "awd/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "awd/error.h"
#include "base/clock.h"
#include "engine/attention_capture.h"
#include "engine/norm_stats.h"
#include "engine/pi0.h"
#include "engine/prompt.h"

namespace awd {
namespace {

std::shared_ptr<const Device> make_device(const EngineOptions& options) {
  if (options.backend == EngineBackend::kRef) return make_ref_device();
  const bool wants_bf16 =
      options.dtype == EngineDtype::kBf16 || (options.dtype == EngineDtype::kAuto && cpu_has_bf16_units());
  return make_cpu_device(wants_bf16 ? DType::kBf16 : DType::kF32);
}

/// A checkpoint as loaded. Its members are read by sessions and never change.
class LoadedEngine : public Engine {
 public:
  LoadedEngine(const std::string& folder, const EngineOptions& options)
      : device(make_device(options)),
        tokenizer(folder + "/tokenizer.model"),
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
             .weight_bytes = model.weights.bytes,
             .dtype = device->compute_dtype() == DType::kBf16 ? EngineDtype::kBf16 : EngineDtype::kF32};
  }

  const EngineInfo& info() const override { return info_; }

  std::shared_ptr<const Device> device;  // first: everything below is released before it
  Pi0 model;
  NormStats norms;
  Tokenizer tokenizer;
  LayerRange layers;
  int threads;

 private:
  EngineInfo info_;
};

/// The buffers and the cached prompt of one caller, and the checks in front of the forward pass.
class LoadedSession : public Session {
 public:
  explicit LoadedSession(std::shared_ptr<const LoadedEngine> engine)
      : engine_(std::move(engine)),
        config_(engine_->model.config),
        ops_(engine_->device->make_ops(engine_->threads)),
        activations_(make_activations(config_, *engine_->device)),
        recorder_(config_, engine_->layers, engine_->model.flow_steps),
        state_(std::size_t(config_.model_state_dim)),
        actions_(std::size_t(config_.horizon) * std::size_t(config_.model_action_dim)) {
    pictures_.reserve(kMaxCameras);
  }

  EncodeTiming encode(const Observation& obs, PrefixCache& cache) override {
    const Ops::Scope scope(*ops_);
    PrefixCache::Impl& held = cache.impl();
    held.fit(engine_->device, config_);
    held.tokens = 0;  // an error below leaves an empty cache
    take_pictures(obs, held);
    const int text_tokens = embed_prompt(obs);

    EncodeTiming timing;
    Stopwatch watch;
    embed_images(engine_->model, pictures_, *ops_, activations_);
    timing.vision_ms = watch.lap_ms();
    prefill(engine_->model, int(pictures_.size()), text_tokens, *ops_, activations_, held);
    timing.prefix_ms = watch.lap_ms();
    return timing;
  }

  void denoise(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise, ActionChunk& chunk,
               ImportanceMaps* importance) override {
    run_flow(cache, state, noise, chunk, importance, nullptr);
  }

  void denoise_capturing(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise,
                         ActionChunk& chunk, AttentionCapture& capture) override {
    run_flow(cache, state, noise, chunk, nullptr, &capture);
  }

 private:
  /// Checks the cameras and lists those that are present.
  void take_pictures(const Observation& obs, PrefixCache::Impl& held) {
    if (obs.cameras.size() != config_.cameras.size()) {
      throw Error("observation",
                  fmt::format("expected {} cameras, got {}", config_.cameras.size(), obs.cameras.size()));
    }
    pictures_.clear();
    held.present.fill(false);
    for (std::size_t i = 0; i < obs.cameras.size(); ++i) {
      const ImageView& view = obs.cameras[i];
      if (view.empty()) continue;
      if (view.width != config_.image_size || view.height != config_.image_size) {
        throw Error("observation", fmt::format("camera {}: expected {} x {} pixels, got {} x {}", config_.cameras[i],
                                               config_.image_size, config_.image_size, view.width, view.height));
      }
      held.present[i] = true;
      pictures_.push_back({view.data, config_.image_size});
    }
    if (pictures_.empty()) throw Error("observation", "expected at least one camera picture, got none");
  }

  /// state_ = the normalised state, padded with zeros.
  void take_state(std::span<const float> state) {
    if (int(state.size()) != config_.state_dim) {
      throw Error("observation", fmt::format("state: expected {} values, got {}", config_.state_dim, state.size()));
    }
    for (std::size_t i = 0; i < state.size(); ++i) {
      if (!std::isfinite(state[i])) {
        throw Error("observation", fmt::format("state[{}]: expected a finite value, got {}", i, state[i]));
      }
    }
    std::fill(state_.begin(), state_.end(), 0.f);
    normalise(engine_->norms.state, state, std::span(state_).first(state.size()));
  }

  /// activations.text = the embedded prompt; work is done only when the prompt has changed. Returns its tokens.
  int embed_prompt(const Observation& obs) {
    const bool has_state = config_.state_input == StateInput::kPrompt;
    if (!has_state && !tokens_.empty() && obs.prompt == prompt_) return int(tokens_.size());
    if (has_state) take_state(obs.state);
    const auto state = std::span<const float>(state_).first(std::size_t(config_.state_dim));
    std::vector<int> tokens = prompt_tokens(engine_->tokenizer, config_, obs.prompt, state);
    if (tokens != tokens_) {
      const StoredTensor& table = *engine_->model.weights.language.embedding;
      const int width = config_.llm.width;
      const float scale = std::sqrt(float(width));  // text rows only, never image rows
      std::vector<float> row(static_cast<std::size_t>(width));
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        table.read(std::int64_t(tokens[i]) * width, row);
        for (float& value : row) value *= scale;
        ops_->upload(row, activations_.text.tensor().row_range(int(i), 1));
      }
    }
    tokens_ = std::move(tokens);
    prompt_ = obs.prompt;
    return int(tokens_.size());
  }

  void run_flow(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise,
                ActionChunk& chunk, ImportanceMaps* importance, AttentionCapture* capture) {
    if (cache.empty() || !cache.impl().fits(engine_->device, config_)) {
      throw Error("denoise", "expected a prefix cache filled by encode() of this engine, got another or an empty one");
    }
    if (noise.size() != actions_.size() ||
        !std::all_of(noise.begin(), noise.end(), [](float v) { return std::isfinite(v); })) {
      throw Error("denoise", fmt::format("noise: expected {} x {} finite values, got {} values", config_.horizon,
                                         config_.model_action_dim, noise.size()));
    }
    const Ops::Scope scope(*ops_);
    if (config_.has_state_token() || !state.empty()) take_state(state);
    ops_->upload(state_, activations_.state.tensor());
    ops_->upload(noise, activations_.actions.tensor());
    recorder_.begin(cache.impl().present, importance, capture);
    awd::denoise(engine_->model, cache.impl(), *ops_, activations_, &recorder_);
    ops_->download(activations_.actions.tensor(), actions_);

    chunk.horizon = config_.horizon;
    chunk.dim = config_.action_dim;
    chunk.values.resize(std::size_t(config_.horizon) * std::size_t(config_.action_dim));
    unnormalise(engine_->norms.actions, actions_, config_.model_action_dim, chunk.values);
  }

  std::shared_ptr<const LoadedEngine> engine_;
  const ModelConfig& config_;
  std::unique_ptr<Ops> ops_;
  Activations activations_;
  AttentionRecorder recorder_;
  std::string prompt_;             // of activations.text
  std::vector<int> tokens_;        // of activations.text
  std::vector<Picture> pictures_;  // present cameras of this query
  std::vector<float> state_;       // [model_state_dim], normalised
  std::vector<float> actions_;     // [horizon, model_action_dim], model units
};

}  // namespace

std::shared_ptr<const Engine> Engine::load(const std::string& folder, const EngineOptions& options) {
  return std::make_shared<const LoadedEngine>(folder, options);
}

std::unique_ptr<Session> Session::create(std::shared_ptr<const Engine> engine) {
  auto loaded = std::dynamic_pointer_cast<const LoadedEngine>(std::move(engine));
  AWD_CHECK(loaded != nullptr, "a Session needs an engine made by Engine::load");
  return std::make_unique<LoadedSession>(std::move(loaded));
}

}  // namespace awd
