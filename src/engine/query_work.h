// How much work the parts of an encode are, in multiply-adds of its matrix products.
#pragma once

#include "engine/config.h"

namespace awd {

/// The vision tower and projector on one picture.
double vision_work(const ModelConfig& config);

/// One layer of the prefix LM: `rows` tokens run and attend to `keys` tokens. The last layer makes keys and values
/// only.
double layer_work(const ModelConfig& config, int layer, int rows, int keys);

}  // namespace awd
