// What the runtime does with the gate's decision.
#pragma once

#include "awd/options.h"

namespace awd {

/// docs/architecture.md says what each mode keeps, what it saves and how exact it is.
enum class ReuseMode {
  kRestart,    // denoise again on the held prefix KV cache with the current state, execute action 0
  kAligned,    // execute the held chunk at index age: no network call
  kRedenoise,  // denoise on the held prefix KV cache with the current state, execute index age
  kWarm,       // a query whose flow starts from the held chunk, shifted by age and re-noised: fewer solver steps
  kCamera,     // a query in which unchanged cameras keep their vision tower's output
  kBaseOnly,   // a query in which the base (first) camera keeps its keys and values
  kToken,      // a query in which static, unimportant image patches keep theirs (VLA-Cache)
};
template <>
inline constexpr std::string_view kEnumWords<ReuseMode>[] = {"restart", "aligned",   "redenoise", "warm",
                                                             "camera",  "base_only", "token"};

enum class NoiseKind {
  kEpisode,  // one standard normal draw per episode, from the seed of reset()
  kFresh,    // a new draw for every chunk; redenoise keeps the anchor's, whose chunk it makes again
  kZero,     // zeros: the flow starts at its mean
};
template <>
inline constexpr std::string_view kEnumWords<NoiseKind>[] = {"episode", "fresh", "zero"};

/// Mode token: which image tokens keep their keys and values. Defaults are those of VLA-Cache's released code, but for
/// the layer schedule, which is off: it keeps nothing in a policy whose attention entropy does not fall with depth.
struct TokenOptions {
  double similarity = 0.996;
  int top_k = 130;
  int relevant = 100;
  double gain = 0;

  template <class V>
  void visit(V&& v) {
    v(Field{"token_similarity", "",
            "token: a patch is static when the cosine similarity of its pixels with those its keys and values were "
            "made from is at least this",
            -1, 1},
      similarity);
    v(Field{"token_top_k", "patches", "token: at most that many static patches per camera, most similar first", 0, 256},
      top_k);
    v(Field{"token_relevant", "patches",
            "token: that many patches per camera are recomputed whatever their similarity, those of largest importance "
            "in the last full query; 0 is none",
            0, 256},
      relevant);
    v(Field{"token_gain", "",
            "token: share of the static patches kept at a layer = gain x accumulated relative fall of the attention "
            "entropy up to it, at most 1; 0 keeps all of them from the first layer on",
            0, 1e6},
      gain);
  }
};

enum class GateDevice {
  kCpu,   // from the pixels, on the calling thread
  kCuda,  // on the current CUDA device, see backend/gate_device.h; the rest of the gate stays where it is
};
template <>
inline constexpr std::string_view kEnumWords<GateDevice>[] = {"cpu", "cuda"};

struct ReuseOptions {
  ReuseMode mode = ReuseMode::kAligned;
  NoiseKind noise = NoiseKind::kZero;
  int execute = 0;
  int stale_limit = 0;
  double warm_time = 0.5;
  double camera_threshold = 0;
  GateDevice gate_device = GateDevice::kCpu;
  TokenOptions token{};

  template <class V>
  void visit(V&& v) {
    v(Field{"mode", "", "what happens on reuse: restart, aligned, redenoise, warm, camera, base_only or token"}, mode);
    v(Field{"noise", "", "start of the flow: episode (one draw per episode), fresh (one per chunk) or zero"}, noise);
    v(Field{"execute", "steps",
            "steps after which a query is made whatever the gate says; 0 is the horizon (aligned, redenoise) or no "
            "limit (the others)",
            0, 1e6},
      execute);
    v(Field{"stale_limit", "steps",
            "most re-plans in a row on a prefix that is held in part or whole, then a query; 0 is no limit; ignored by "
            "aligned, warm, and camera with camera_threshold 0",
            0, 1e6},
      stale_limit);
    v(Field{"warm_time", "",
            "warm: flow time at which the held chunk comes in, in (0, 1], rounded up to a step of the solver; 1 is a "
            "plain query",
            1e-6, 1},
      warm_time);
    v(Field{"camera_threshold", "grey levels",
            "camera: a camera is unchanged while the mean absolute difference of its patch colours to the picture last "
            "encoded is at most this; 0 asks for identical pixels",
            0, 255},
      camera_threshold);
    v(Field{"gate_device", "",
            "where the gate's patches and pooled drifts are computed: cpu, or cuda, where pictures may lie on the GPU"},
      gate_device);
    token.visit(v);
  }
};

}  // namespace awd
