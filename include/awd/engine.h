// Engine: a pi0 / pi0.5 checkpoint ready to run. Weights are const and shared; all that changes is in a Session.
// A full query is encode() (vision tower + prefix prefill -> PrefixCache) followed by denoise() (flow sampler).
// Reuse modes take parts of a query over from the one before: encode_planned() and denoise_from().
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "awd/engine_options.h"
#include "awd/types.h"

namespace awd {

/// Shapes and names of a loaded checkpoint.
struct EngineInfo {
  std::string name;
  bool pi05 = false;                 // adaRMS expert, no state token
  std::vector<std::string> cameras;  // order of Observation::cameras
  int image_size = 224;
  int state_dim = 0;         // of the robot, before padding
  int action_dim = 0;        // of the robot, before padding
  int model_action_dim = 0;  // columns of the noise and of the flow
  int horizon = 0;
  int flow_steps = 0;
  int depth = 0;  // layers of prefix LM and expert
  int heads = 0;  // query heads of a layer
  std::size_t weight_bytes = 0;
  EngineDtype dtype = EngineDtype::kF32;
  RobotKind robot = RobotKind::kGeneric;
  std::vector<std::string> notes;  // what was inferred from the folder, and why
};

/// The prefix KV cache of one full query: a value that the runtime holds. Move it freely; copy with clone().
class PrefixCache {
 public:
  PrefixCache();
  ~PrefixCache();
  PrefixCache(PrefixCache&&) noexcept;
  PrefixCache& operator=(PrefixCache&&) noexcept;
  PrefixCache clone() const;
  bool empty() const;
  int tokens() const;  // valid prefix tokens: 256 per present camera + text

  struct Impl;
  Impl& impl() { return *impl_; }
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// On a GPU the stages are timed with EngineOptions::stage_times only: without, these are the times of starting them.
struct EncodeTiming {
  double vision_ms = 0;
  double prefix_ms = 0;
  double work = 1;  // multiplications that ran / those of a full encode of the same observation, in [0, 1]
};

/// What an encode takes over from the cache that it overwrites. The default takes nothing: a full encode.
struct EncodePlan {
  /// The cache shall hold the vision tower's output as well, for `keep_vision` of later plans.
  bool hold_vision = false;
  /// Per camera of the policy: the tower does not run, its held output (of whichever picture) is used again.
  std::array<bool, kMaxCameras> keep_vision{};
  /// [256 * cameras of the policy], or empty: how many layers an image token runs through, 0 .. depth. From that layer
  /// on its held keys and values are kept. Row counts are rounded up, so that a token may run through more layers than
  /// asked for. The tower does not run for a camera whose tokens run through no layer. Text always runs through all.
  std::span<const std::uint8_t> token_layers{};
};

/// Where a flow starts. Euler step i of n goes from time 1 - i/n to 1 - (i+1)/n; time 1 is noise, 0 is actions.
struct FlowStart {
  std::span<const float> x;  // [horizon, model_action_dim], the flow at the time of `step`, model units
  int step = 0;              // first step that runs, 0 .. EngineInfo::flow_steps - 1
};

/// What a flow gives beside its chunk.
struct FlowDetails {
  bool wants_importance = true;      // set by the caller; false leaves importance and layer_entropy as they are
  ImportanceMaps importance;         // as of Session::denoise()
  std::vector<float> layer_entropy;  // [depth] nats, of the expert's attention over the image tokens in the last step
  std::vector<float> actions;        // [horizon, model_action_dim] the chunk in model units
};

/// Weights of one checkpoint. Immutable after load; thread-safe; shared by sessions.
class Engine {
 public:
  /// Reads a policy folder: our own (config.json, model.safetensors, tokenizer.model, norm_stats.json), LeRobot's of
  /// type pi0 or pi05, or one of openpi's converter. Names, shapes and types are checked before any weight is read.
  /// Throws awd::Error naming file and field for anything missing, truncated, of another shape or NaN. Rows of the
  /// token embedding are checked when a prompt first uses them.
  static std::shared_ptr<const Engine> load(const std::string& folder, const EngineOptions& options);
  virtual ~Engine() = default;
  virtual const EngineInfo& info() const = 0;
};

/// The mutable side of one caller: activations, scratch, tokens of the last prompt. One per thread.
class Session {
 public:
  static std::unique_ptr<Session> create(std::shared_ptr<const Engine> engine);
  virtual ~Session() = default;

  /// Vision tower + prefix prefill: fills `cache` (reusing its memory). pi0.5 with a state prompt reads obs.state.
  /// Pictures of another size than image_size are made square as the checkpoint's project does it; a camera without
  /// data and size is left out of the prefix. The first call for a number of tokens also compiles kernels.
  /// Throws awd::Error on an observation that does not fit the engine.
  virtual EncodeTiming encode(const Observation& obs, PrefixCache& cache) = 0;

  /// encode() that takes over what `plan` says from what `cache` holds. Throws awd::Error also where the cache does not
  /// hold what the plan keeps: it is empty, of another engine or set of cameras, or has no vision output of a camera.
  /// The cache is empty after a throw.
  virtual EncodeTiming encode_planned(const Observation& obs, const EncodePlan& plan, PrefixCache& cache) = 0;

  /// Flow sampling on a held cache. `noise` is [horizon, model_action_dim] (t = 1); `state` [state_dim], robot units,
  /// or empty where neither the model nor its actions (relative to the state) need it.
  /// Writes robot-unit actions to `chunk` and, if not null, the importance maps of the last flow step (zeros for a
  /// missing camera; EngineOptions::importance). The same cache, state and noise give the same bits. No allocation
  /// after the first call, but for oneDNN's own bookkeeping. Throws awd::Error on a foreign or empty cache, or values
  /// of wrong number or not finite.
  virtual void denoise(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise,
                       ActionChunk& chunk, ImportanceMaps* importance) = 0;

  /// denoise() from any step of the flow; fills `details` if not null. From step 0 it gives the bits of denoise().
  virtual void denoise_from(const PrefixCache& cache, std::span<const float> state, const FlowStart& start,
                            ActionChunk& chunk, FlowDetails* details) = 0;

  /// denoise() that also records the expert's attention at every flow step and layer. A session that cannot look inside
  /// its model leaves `capture` empty.
  virtual void denoise_capturing(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise,
                                 ActionChunk& chunk, AttentionCapture& capture) {
    capture = {.wants_heads = capture.wants_heads};
    denoise(cache, state, noise, chunk, nullptr);
  }
};

}  // namespace awd
