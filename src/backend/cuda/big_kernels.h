// The kernels that exist, by what they multiply, what they make of it, and the tile.
#pragma once

#include <cuda_runtime.h>

#include "backend/cuda/big_linear.h"
#include "backend/cuda/big_task.h"

namespace awd::cuda::big {

struct Finish;

/// Starts one kernel on `clusters` clusters.
using Start = void (*)(const BigTask& task, const Finish& finish, const BigPlan& plan, int clusters,
                       cudaStream_t stream);

/// Null where no kernel has tiles of this size.
template <BigNumber kNumber, BigResult kResult>
Start find_kernel(int tile_rows, int tile_cols);

}  // namespace awd::cuda::big
