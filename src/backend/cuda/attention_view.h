// What the attention kernels are told: AttentionArgs in plain pointers and numbers, and the kernels' launchers.
#pragma once

#include <cuda_runtime.h>

#include "backend/op_args.h"

namespace awd::cuda {

/// The keys of a query row are the held ones, then the own ones. Strides are in elements.
struct AttentionView {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  void* out = nullptr;
  int q_stride = 0;
  int k_stride = 0;
  int v_stride = 0;
  int out_stride = 0;
  int queries = 0;                    // rows of q in each batch, or the most there may be
  int own = 0;                        // rows of k in each batch, or the most there may be
  const int* live_queries = nullptr;  // on the device; null = all
  const int* live_own = nullptr;
  const void* held_k = nullptr;  // [capacity, kv_width] of this layer; null = nothing held
  const void* held_v = nullptr;
  const int* held_tokens = nullptr;  // on the device
  int held_capacity = 0;
  int most_keys = 0;  // held_capacity + own
  int heads = 0;
  int kv_heads = 0;
  int group_bits = 0;  // log2 of heads / kv_heads; -1 where that is no power of two
  int head_dim = 0;
  int batches = 0;
  float scale = 0.f;
  float* key_share = nullptr;  // see AttentionArgs; null = not wanted
  int share_stride = 0;
  int share_rows = 0;
  int share_cols = 0;
  float* scratch = nullptr;     // of args.scores
  unsigned* tickets = nullptr;  // of CudaHeldKeys
};

#ifdef __CUDACC__
__device__ inline int live_count(const int* live, int most) { return live == nullptr ? most : min(*live, most); }
#endif

/// Any shape, either type: one warp per query row and head.
void launch_generic_attention(const AttentionView& view, DType dtype, cudaStream_t stream);

/// Tensor cores, bf16, no key_share.
bool fits_tiled_attention(const AttentionView& view);
void launch_tiled_attention(const AttentionView& view, cudaStream_t stream);

/// Hopper's tensor cores, bf16, heads of 72 with keys of their own, at most 256, no key_share.
bool fits_picture_attention(const AttentionView& view, int compute_capability);
void launch_picture_attention(const AttentionView& view, cudaStream_t stream);

/// Hopper's tensor cores and clusters, bf16, head_dim 256, own keys only, no key_share.
bool fits_prefix_attention(const AttentionView& view, int compute_capability);
void launch_prefix_attention(const AttentionView& view, cudaStream_t stream);

/// Tensor cores and clusters, bf16, head_dim 256, one key head, few query rows.
bool fits_split_attention(const AttentionView& view, int compute_capability);
void launch_split_attention(const AttentionView& view, cudaStream_t stream);

}  // namespace awd::cuda
