// Activations: every buffer of one session, sized once for the largest prefix. Rows in use are views of them.
#pragma once

#include "backend/device.h"
#include "engine/config.h"

namespace awd {

/// Buffers of one run through Gemma layers; T is the largest number of rows.
struct GemmaActivations {
  Buffer x;       // [T, width] f32, the residual stream
  Buffer normed;  // [T, width] compute
  Buffer q;       // [T, heads * head_dim] compute
  Buffer k, v;    // [T, kv_heads * head_dim] compute, of rows that do not lie together in the cache
  Buffer mixed;   // [T, heads * head_dim] compute, attention output
  Buffer hidden;  // [T, mlp] compute
  Buffer branch;  // [T, width] f32, a residual branch that is gated before it is added
};

struct Activations {
  // vision; rows = cameras * 256
  Buffer patches;       // [rows, 3 * patch^2] f32
  Buffer image;         // [rows, vision width] f32, the residual stream
  Buffer image_normed;  // [rows, vision width] compute
  Buffer image_qkv;     // [rows, 3 * vision width] compute
  Buffer image_mixed;   // [rows, vision width] compute
  Buffer image_hidden;  // [rows, vision mlp] compute

  GemmaActivations prefix;  // T = largest prefix
  Buffer row_angles;        // [largest prefix, head_dim] f32, of rows that do not lie together
  GemmaActivations suffix;  // T = state token + horizon

  Buffer text;  // [max_tokens, llm width] f32, the embedded prompt, kept between queries

  // denoise
  std::unique_ptr<HeldKeys> held;  // of the prefix
  Buffer suffix_k, suffix_v;       // [depth * T of the suffix, kv_width] compute, its own keys and values
  Buffer suffix_angles;            // [T of the suffix, head_dim] f32, of the positions behind the prefix

  Buffer state;          // [1, model_state_dim] f32
  Buffer actions;        // [horizon, model_action_dim] f32, x of the flow
  Buffer velocity;       // [horizon, model_action_dim] f32
  Buffer action_tokens;  // [horizon, expert width] f32
  Buffer action_hidden;  // [horizon, expert width] f32, inside the time MLP; then the final norm

  // attention scratch, enough for the largest of vision, prefix and suffix
  Buffer scores;         // [1, n] f32
  Buffer probabilities;  // [1, n] compute
  Buffer key_share;      // [depth * heads, largest prefix] f32, see AttentionArgs::key_share
};

/// All buffers of a session.
Activations make_activations(const ModelConfig& config, const Device& device);

}  // namespace awd
