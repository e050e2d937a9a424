// Linear layers by oneDNN: f32 anywhere, bf16 and int8 on machines without a tile unit.
#pragma once

#include <memory>

#include "backend/cpu/cpu_linear.h"

namespace awd::cpu {

/// Weights in data.dtype, in oneDNN's layout.
std::unique_ptr<const CpuLinear> pack_onednn(const LinearData& data);

/// bf16 rows; weights in 8 bits with a scale per output, rows quantised as they come.
std::unique_ptr<const CpuLinear> pack_onednn_int8(const LinearData& data);

}  // namespace awd::cpu
