// Errors of the CUDA runtime as awd::Error.
#include "backend/cuda/check.h"

#include <fmt/format.h>

#include "awd/error.h"

namespace awd::cuda {

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  throw Error("cuda", fmt::format("{}: expected success, got {} ({})", call, cudaGetErrorName(status),
                                  cudaGetErrorString(status)));
}

}  // namespace awd::cuda
