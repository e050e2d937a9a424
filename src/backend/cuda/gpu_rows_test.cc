// The devices of the test binary that runs on a machine with a GPU and none of the CPU backend's libraries.
#include "backend/ops_fixture.h"

namespace awd {
namespace {

template <DType kCompute, bool kFp8, bool kTuned>
std::unique_ptr<const Device> cuda() {
  return make_cuda_device({.compute = kCompute, .fp8_weights = kFp8, .tuned_kernels = kTuned});
}

constexpr Row kRows[] = {
    {"cuda_f32", DType::kF32, 1e-5, 1e-5, cuda<DType::kF32, false, true>, cuda_available},
    {"cuda_bf16_plain", DType::kBf16, 1e-2, 1e-2, cuda<DType::kBf16, false, false>, cuda_available},
    {"cuda_bf16", DType::kBf16, 1e-2, 1e-2, cuda<DType::kBf16, false, true>, cuda_available},
    {"cuda_fp8", DType::kBf16, 1e-2, 9e-2, cuda<DType::kBf16, true, true>, cuda_available}};

}  // namespace

std::span<const Row> device_rows() { return kRows; }

}  // namespace awd
