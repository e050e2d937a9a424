// What stands in for the CUDA backend in a build without it.
#include "awd/error.h"
#include "backend/ceilings.h"
#include "backend/device.h"

namespace awd {

std::unique_ptr<const Device> make_cuda_device(const CudaDeviceOptions&) {
  throw Error("engine", "option backend: expected cpu or ref in a build without CUDA, got cuda");
}

bool cuda_available() { return false; }

GpuUse cuda_use() { throw Error("cuda", "expected a build with CUDA, got one without"); }

}  // namespace awd
