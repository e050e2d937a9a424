// Session: checks in front of the forward pass, the prompt of one caller, and what a query takes over from the last.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/engine.h"
#include "awd/error.h"
#include "base/clock.h"
#include "engine/importance_maps.h"
#include "engine/loaded_engine.h"
#include "engine/picture_input.h"
#include "engine/prompt.h"
#include "engine/query_plan.h"
#include "engine/robot_io.h"
#include "engine/saliency.h"

namespace awd {
namespace {

class LoadedSession : public Session {
 public:
  explicit LoadedSession(std::shared_ptr<const LoadedEngine> engine, const MlpObservers& mlps = {})
      : engine_(std::move(engine)),
        mlps_(mlps),
        config_(engine_->model.config),
        ops_(engine_->device->make_ops(engine_->threads)),
        activations_(make_activations(config_, *engine_->device)),
        recorder_(config_, engine_->layers, engine_->model.flow_steps),
        state_(std::size_t(config_.model_state_dim)),
        actions_(std::size_t(config_.horizon) * std::size_t(config_.model_action_dim)),
        picture_input_(config_),
        plan_(config_) {
    if (engine_->gradient != nullptr) {
      saliency_ = std::make_unique<Saliency>(engine_->gradient, config_, engine_->model.flow_steps, engine_->options,
                                             engine_->threads);
      velocity_.resize(actions_.size());
    }
  }

  EncodeTiming encode(const Observation& obs, PrefixCache& cache) override { return encode_planned(obs, {}, cache); }

  EncodeTiming encode_planned(const Observation& obs, const EncodePlan& plan, PrefixCache& cache) override {
    const Ops::Scope scope(*ops_);
    PrefixCache::Impl& held = cache.impl();
    held.fit(engine_->device, config_);
    const HeldParts before{.any = held.tokens > 0, .present = held.present, .vision = held.has_vision};
    held.tokens = 0;  // an error below leaves an empty cache
    pictures_ = picture_input_.take(obs.cameras);
    for (std::size_t c = 0; c < pictures_.size(); ++c) held.present[c] = !pictures_[c].empty();
    plan_.make(plan, held.present, before);
    const int text_tokens = embed_prompt(obs);
    plan_.make_rows(plan, text_tokens);

    EncodeTiming timing;
    Stopwatch watch;
    embed_cameras(plan.hold_vision || saliency_ != nullptr, held);
    if (saliency_ != nullptr) {
      held.fit_text(config_);
      ops_->copy_rows(activations_.text.tensor(), held.text.tensor());
    }
    timing.vision_ms = stage_ms(watch);
    prefill(engine_->model, plan_.rows(), text_tokens, *ops_, activations_, held, mlps_.prefix);
    timing.prefix_ms = stage_ms(watch);
    timing.work = plan_.share_of_work();
    return timing;
  }

  void denoise(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise, ActionChunk& chunk,
               ImportanceMaps* importance) override {
    run_flow(cache, state, {.x = noise}, chunk, {.importance = importance});
  }

  void denoise_from(const PrefixCache& cache, std::span<const float> state, const FlowStart& start, ActionChunk& chunk,
                    FlowDetails* details) override {
    AttentionRecorder::Wanted wanted;
    if (details != nullptr && details->wants_importance) {
      wanted = {.importance = &details->importance, .layer_entropy = &details->layer_entropy};
    }
    run_flow(cache, state, start, chunk, wanted);
    if (details != nullptr) details->actions = actions_;
  }

  void denoise_capturing(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise,
                         ActionChunk& chunk, AttentionCapture& capture) override {
    run_flow(cache, state, {.x = noise}, chunk, {.capture = &capture});
  }

 private:
  /// Since the last stage; until the end of this one where that is wanted.
  double stage_ms(Stopwatch& watch) {
    if (engine_->options.stage_times) ops_->finish();
    return watch.lap_ms();
  }

  /// Rows of activations.prefix.x of every camera, neighbours that need the tower in one batch; `held` learns new ones.
  void embed_cameras(bool hold_vision, PrefixCache::Impl& held) {
    const int patches = config_.patches();
    if (hold_vision) held.fit_vision(config_);
    std::array<Picture, kMaxCameras> batch;
    int size = 0, row = 0;  // of the batch; first row behind it
    const auto run_batch = [&] {
      const std::span<const Picture> pictures(batch.data(), std::size_t(size));
      if (size > 0) embed_images(engine_->model, pictures, row - size * patches, *ops_, activations_);
      size = 0;
    };
    const auto camera_rows = [&](int first) { return activations_.prefix.x.tensor().row_range(first, patches); };
    for (int c = 0; c < int(pictures_.size()); ++c) {
      if (plan_.source(c) == RowSource::kAbsent) continue;
      if (plan_.source(c) == RowSource::kTower) {
        batch[size++] = pictures_[c];
      } else {
        run_batch();
        if (plan_.source(c) == RowSource::kHeld) ops_->copy_rows(held.camera_vision(c), camera_rows(row));
      }
      row += patches;
    }
    run_batch();
    hold_towers(hold_vision, held);
  }

  /// What the tower has just made becomes what `held` has of these cameras.
  void hold_towers(bool hold_vision, PrefixCache::Impl& held) {
    const int patches = config_.patches();
    int row = 0;
    for (int c = 0; c < int(pictures_.size()); ++c) {
      if (plan_.source(c) == RowSource::kAbsent) continue;
      if (plan_.source(c) == RowSource::kTower) {
        held.has_vision[c] = hold_vision;
        if (hold_vision) {
          ops_->copy_rows(activations_.prefix.x.tensor().row_range(row, patches), held.camera_vision(c));
        }
      }
      row += patches;
    }
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
    to_model_state(config_, engine_->norms, state, std::span(state_).first(state.size()));
  }

  /// activations.text = the embedded prompt; work is done only when the prompt has changed. Returns its tokens.
  int embed_prompt(const Observation& obs) {
    const bool has_state = config_.state_input == StateInput::kPrompt;
    if (!has_state && !tokens_.empty() && obs.prompt == prompt_) return int(tokens_.size());
    if (has_state) take_state(obs.state);
    const auto state = std::span<const float>(state_).first(std::size_t(config_.state_dim));
    std::vector<int> tokens = prompt_tokens(engine_->tokenizer, config_, obs.prompt, state);
    if (tokens != tokens_) {
      tokens_.clear();  // an error below leaves no prompt
      const auto width = static_cast<std::size_t>(config_.llm.width);
      const float scale = std::sqrt(float(width));  // text rows only, never image rows
      embedded_.resize(tokens.size() * width);
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        embed_token(engine_->model.weights, tokens[i], std::span(embedded_).subspan(i * width, width));
      }
      for (float& value : embedded_) value *= scale;
      ops_->upload(embedded_, activations_.text.tensor().row_range(0, int(tokens.size())));
    }
    tokens_ = std::move(tokens);
    prompt_ = obs.prompt;
    return int(tokens_.size());
  }

  void run_flow(const PrefixCache& cache, std::span<const float> state, const FlowStart& start, ActionChunk& chunk,
                const AttentionRecorder::Wanted& wanted) {
    if (cache.empty() || !cache.impl().fits(engine_->device, config_)) {
      throw Error("denoise", "expected a prefix cache filled by encode() of this engine, got another or an empty one");
    }
    if (start.x.size() != actions_.size() ||
        !std::all_of(start.x.begin(), start.x.end(), [](float v) { return std::isfinite(v); })) {
      throw Error("denoise", fmt::format("noise: expected {} x {} finite values, got {} values", config_.horizon,
                                         config_.model_action_dim, start.x.size()));
    }
    if (start.step < 0 || start.step >= engine_->model.flow_steps) {
      throw Error("denoise",
                  fmt::format("first step: expected 0 to {}, got {}", engine_->model.flow_steps - 1, start.step));
    }
    const Ops::Scope scope(*ops_);
    if (config_.has_state_token() || has_relative_actions(config_) || !state.empty()) take_state(state);
    if (config_.has_state_token()) ops_->upload(state_, activations_.state.tensor());
    ops_->upload(start.x, activations_.actions.tensor());
    AttentionRecorder::Wanted from_attention = wanted;
    if (engine_->options.importance != ImportanceSource::kAttention) from_attention.importance = nullptr;
    recorder_.begin(cache.impl().present, from_attention);
    awd::denoise(engine_->model, cache.impl(), start.step, *ops_, activations_, &recorder_, mlps_.expert);
    ops_->download(activations_.actions.tensor(), actions_);
    if (wanted.importance != nullptr) fill_importance(cache.impl(), start, *wanted.importance);

    chunk.horizon = config_.horizon;
    chunk.dim = config_.action_dim;
    chunk.values.resize(std::size_t(config_.horizon) * std::size_t(config_.action_dim));
    to_robot_actions(config_, engine_->norms, state, actions_, chunk.values);
  }

  /// The maps that do not come from the attention of the flow that has just been solved.
  void fill_importance(const PrefixCache::Impl& cache, const FlowStart& start, ImportanceMaps& maps) {
    if (engine_->options.importance == ImportanceSource::kUniform) {
      fill_uniform_importance(cache.present, int(config_.cameras.size()), maps);
    }
    if (saliency_ == nullptr) return;
    ops_->download(activations_.velocity.tensor(), velocity_);
    saliency_->fill(cache, {state_, start, actions_, velocity_}, *ops_, maps);
  }

  std::shared_ptr<const LoadedEngine> engine_;
  MlpObservers mlps_;
  const ModelConfig& config_;
  std::unique_ptr<Ops> ops_;
  Activations activations_;
  AttentionRecorder recorder_;
  std::string prompt_;           // of activations.text
  std::vector<int> tokens_;      // of activations.text
  std::vector<float> embedded_;  // [tokens, llm width], on its way there
  std::vector<float> state_;     // [model_state_dim], normalised
  std::vector<float> actions_;   // [horizon, model_action_dim], model units

  std::unique_ptr<Saliency> saliency_;  // only with importance=gradient
  std::vector<float> velocity_;         // [horizon, model_action_dim], of the last step; only with saliency_

  // Of the query that runs.
  PictureInput picture_input_;
  std::span<const Picture> pictures_;  // by camera
  QueryPlan plan_;
};

}  // namespace

std::unique_ptr<Session> make_observed_session(std::shared_ptr<const LoadedEngine> engine, const MlpObservers& mlps) {
  return std::make_unique<LoadedSession>(std::move(engine), mlps);
}

std::unique_ptr<Session> Session::create(std::shared_ptr<const Engine> engine) {
  auto loaded = std::dynamic_pointer_cast<const LoadedEngine>(std::move(engine));
  AWD_CHECK(loaded != nullptr, "a Session needs an engine made by Engine::load");
  return std::make_unique<LoadedSession>(std::move(loaded));
}

}  // namespace awd
