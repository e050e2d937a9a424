// Data movement on the device. Arguments as in Ops; `values` and `pixels` are device addresses.
#pragma once

#include <cuda_runtime.h>

#include <span>

#include "backend/op_args.h"

namespace awd::cuda {

/// `to` = the f32 at `values`, row by row.
void spread_rows(const float* values, const Tensor& to, cudaStream_t stream);
/// The f32 at `values`, which the host may read once the stream has ended, = `from`, row by row.
void collect_rows(const Tensor& from, float* values, cudaStream_t stream);
void copy_rows(const Tensor& from, const Tensor& to, cudaStream_t stream);
void gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to, cudaStream_t stream);
void scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to, cudaStream_t stream);
/// Patches of a picture whose pixels (or levels) are on the device.
void patchify(const Picture& picture, int patch, const Tensor& out, cudaStream_t stream);
/// *to = value.
void set_word(int* to, int value, cudaStream_t stream);

}  // namespace awd::cuda
