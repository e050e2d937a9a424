// Resolves "auto" by what the machine multiplies in hardware.
#include "engine/device_choice.h"

#include "awd/error.h"
#include "backend/device.h"

namespace awd {
namespace {

/// Types that one of the backends has no products of.
void require_backend_has(EngineBackend backend, EngineDtype dtype) {
  const bool is_cuda = backend == EngineBackend::kCuda;
  if (dtype != (is_cuda ? EngineDtype::kInt8 : EngineDtype::kFp8)) return;
  throw Error("engine", is_cuda ? "option dtype: expected auto, f32, bf16 or fp8 with backend cuda, got int8"
                                : "option dtype: expected auto, f32, bf16 or int8 with backend cpu, got fp8");
}

}  // namespace

EngineDtype chosen_dtype(const EngineOptions& options) {
  if (options.backend == EngineBackend::kRef) return EngineDtype::kF32;
  if (options.dtype != EngineDtype::kAuto) return options.dtype;
  const bool has_bf16 = options.backend == EngineBackend::kCuda || cpu_has_bf16_units();
  return has_bf16 ? EngineDtype::kBf16 : EngineDtype::kF32;
}

bool has_device(EngineBackend backend, EngineDtype dtype) {
  if (backend == EngineBackend::kRef) return true;
  if (backend == EngineBackend::kCuda) return cuda_available();
  if (dtype == EngineDtype::kInt8) return cpu_has_int8_units();
  return dtype != EngineDtype::kBf16 || cpu_has_bf16_units();
}

std::shared_ptr<const Device> make_device(const EngineOptions& options) {
  if (options.backend == EngineBackend::kRef) return make_ref_device();
  const EngineDtype dtype = chosen_dtype(options);
  require_backend_has(options.backend, dtype);
  const DType compute = dtype == EngineDtype::kF32 ? DType::kF32 : DType::kBf16;
  if (options.backend == EngineBackend::kCuda) {
    return make_cuda_device({.compute = compute, .fp8_weights = dtype == EngineDtype::kFp8});
  }
  return make_cpu_device(compute, {.int8_weights = dtype == EngineDtype::kInt8});
}

}  // namespace awd
