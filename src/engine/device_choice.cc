// Resolves "auto" by what the machine multiplies in hardware.
#include "engine/device_choice.h"

#include "backend/device.h"

namespace awd {

EngineDtype chosen_dtype(const EngineOptions& options) {
  if (options.backend == EngineBackend::kRef) return EngineDtype::kF32;
  if (options.dtype != EngineDtype::kAuto) return options.dtype;
  return cpu_has_bf16_units() ? EngineDtype::kBf16 : EngineDtype::kF32;
}

std::shared_ptr<const Device> make_device(const EngineOptions& options) {
  if (options.backend == EngineBackend::kRef) return make_ref_device();
  const EngineDtype dtype = chosen_dtype(options);
  return make_cpu_device(dtype == EngineDtype::kF32 ? DType::kF32 : DType::kBf16,
                         {.int8_weights = dtype == EngineDtype::kInt8});
}

}  // namespace awd
