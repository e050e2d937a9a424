// The devices that tests of operations run on, with their tolerances.
#include "backend/ops_fixture.h"

namespace awd {
namespace {

bool always() { return true; }

template <DType kCompute, bool kInt8, bool kTiles>
std::unique_ptr<const Device> cpu() {
  return make_cpu_device(kCompute, {.int8_weights = kInt8, .tile_unit = kTiles});
}

template <DType kCompute, bool kFp8, bool kTuned>
std::unique_ptr<const Device> cuda() {
  return make_cuda_device({.compute = kCompute, .fp8_weights = kFp8, .tuned_kernels = kTuned});
}

constexpr DType kF32 = DType::kF32, kBf16 = DType::kBf16;

constexpr Row kRows[] = {{"ref", kF32, 0.0, 0.0, make_ref_device, always},
                         {"cpu_f32", kF32, 1e-5, 1e-5, cpu<kF32, false, true>, always},
                         {"cpu_bf16", kBf16, 1e-2, 1e-2, cpu<kBf16, false, true>, cpu_has_bf16_units},
                         {"cpu_bf16_onednn", kBf16, 1e-2, 1e-2, cpu<kBf16, false, false>, cpu_has_bf16_units},
                         {"cpu_int8", kBf16, 1e-2, 3e-2, cpu<kBf16, true, true>, cpu_has_int8_units},
                         {"cpu_int8_onednn", kBf16, 1e-2, 3e-2, cpu<kBf16, true, false>, cpu_has_int8_units},
                         {"cuda_f32", kF32, 1e-5, 1e-5, cuda<kF32, false, true>, cuda_available},
                         {"cuda_bf16_plain", kBf16, 1e-2, 1e-2, cuda<kBf16, false, false>, cuda_available},
                         {"cuda_bf16", kBf16, 1e-2, 1e-2, cuda<kBf16, false, true>, cuda_available},
                         {"cuda_fp8", kBf16, 1e-2, 9e-2, cuda<kBf16, true, true>, cuda_available}};

}  // namespace

std::span<const Row> device_rows() { return kRows; }

}  // namespace awd
