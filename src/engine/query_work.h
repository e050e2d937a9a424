// How much work the parts of a query are: multiply-adds of their matrix products, and numbers they read for them.
#pragma once

#include "engine/config.h"

namespace awd {

/// The vision tower and projector on one picture.
double vision_work(const ModelConfig& config);

/// One layer of the prefix LM: `rows` tokens run and attend to `keys` tokens. The last layer makes keys and values
/// only.
double layer_work(const ModelConfig& config, int layer, int rows, int keys);

/// All layers of the prefix LM on `tokens` tokens, nothing taken over.
double prefix_work(const ModelConfig& config, int tokens);

/// One step of the flow on a held prefix of `tokens` tokens. (The state token of pi0 runs once a query and is left out;
/// so are modulations and times, which are tables.)
double denoise_step_work(const ModelConfig& config, int tokens);

/// Weights of the matrices that a stage reads, each once: the vision tower for all pictures, the prefix LM for all
/// tokens, the expert for one step of the flow.
double vision_weights(const ModelConfig& config);
double prefix_weights(const ModelConfig& config);
double denoise_step_weights(const ModelConfig& config);

/// Held keys and values of `tokens` tokens, all layers.
double held_values(const ModelConfig& config, int tokens);

}  // namespace awd
