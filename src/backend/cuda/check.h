// Errors of the CUDA runtime as awd::Error.
#pragma once

#include <cuda_runtime.h>

namespace awd::cuda {

/// Throws awd::Error naming the call unless `status` is success.
void check(cudaError_t status, const char* call);

}  // namespace awd::cuda

#define AWD_CUDA(call) ::awd::cuda::check((call), #call)
