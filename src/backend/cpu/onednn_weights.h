// Weights of a linear layer in the layout oneDNN prefers for them.
#pragma once

#include <functional>

#include "backend/cpu/matmul.h"
#include "backend/device.h"

namespace awd::cpu {

/// Converts row `channel` of a layer's weights, given as f32 [in], to their packed type at `to`.
using ConvertRow = std::function<void(int channel, std::span<const float> weights, std::byte* to)>;

/// Reads the stored rows one by one, on all cores, through `convert`, and packs them as B of `shape`; only its types
/// matter. Beside the result it holds one copy in the packed type.
dnnl::memory pack_onednn_weights(const LinearData& data, MatmulShape shape, const ConvertRow& convert);

}  // namespace awd::cpu
