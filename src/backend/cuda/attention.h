// Softmax attention on the device: which kernel runs which shape.
#pragma once

#include <cuda_runtime.h>

#include "backend/op_args.h"

namespace awd::cuda {

/// out = softmax(scale q k^T) v, see Ops::attention(). `args.held` is a CudaHeldKeys. Follows live_rows of q and of k
/// (not with batches). head_dim is a multiple of 8 up to 256; tensors are all bf16 or all f32, bf16 rows 16-byte
/// aligned. `args.scores` is used where key_share is wanted. Columns of key_share behind the last key become 0.
/// `compute_capability` is 10 * major + minor of the current device. May be called while `stream` is captured.
void run_attention(const AttentionArgs& args, int compute_capability, cudaStream_t stream);

}  // namespace awd::cuda
