// Attention of any shape and type, one warp per query row and head: for small geometries, f32 and odd head sizes.
// The lanes of a warp share the columns of a head. Keys come one after the other with a running maximum and sum, so no
// scores are kept; the shares of keys need a second look at each of them, and a kernel that sums over the rows.
#include <cuda_bf16.h>

#include "backend/cuda/attention_view.h"
#include "backend/cuda/launch.h"
#include "base/check.h"

namespace awd::cuda {
namespace {

constexpr int kWarps = 4;
constexpr int kLaneColumns = 8;  // 32 lanes: head_dim up to 256

__device__ float to_float(float x) { return x; }
__device__ float to_float(__nv_bfloat16 x) { return __bfloat162float(x); }
__device__ void store(float* to, float x) { *to = x; }
__device__ void store(__nv_bfloat16* to, float x) { *to = __float2bfloat16(x); }

__device__ float warp_sum(float x) {
  for (int lanes = 16; lanes > 0; lanes /= 2) x += __shfl_xor_sync(~0u, x, lanes);
  return x;
}

/// Column lane + 32 i of a row, 0 behind its end.
template <class T>
struct LaneRow {
  float x[kLaneColumns];

  __device__ LaneRow(const T* row, int columns) {
    for (int i = 0; i < kLaneColumns; ++i) {
      const int column = int(threadIdx.x % 32) + 32 * i;
      x[i] = column < columns ? to_float(row[column]) : 0.f;
    }
  }
  __device__ float dot(const LaneRow& other) const {
    float sum = 0.f;
    for (int i = 0; i < kLaneColumns; ++i) sum += x[i] * other.x[i];
    return warp_sum(sum);
  }
};

/// The rows that one query sees, held ones first.
template <class T>
struct KeyRows {
  const T* held;
  const T* own;
  int held_count;
  int held_stride;
  int own_stride;

  __device__ const T* row(int key) const {
    return key < held_count ? held + std::size_t(key) * held_stride : own + std::size_t(key - held_count) * own_stride;
  }
};

template <class T>
__global__ void __launch_bounds__(kWarps * 32) generic_attention(AttentionView view) {
  let_next_start();
  wait_for_previous();
  const int queries = live_count(view.live_queries, view.queries);
  const int own = live_count(view.live_own, view.own);
  const int held = view.held_k == nullptr ? 0 : live_count(view.held_tokens, view.held_capacity);
  const int index = int(blockIdx.x) * kWarps + int(threadIdx.x / 32);
  const int head = index % view.heads;
  const int batch = index / view.heads / view.queries;
  const int query = index / view.heads % view.queries;
  if (batch >= view.batches || query >= queries) return;

  const int dim = view.head_dim;
  const int kv_column = head / (view.heads / view.kv_heads) * dim;
  const int kv_width = view.kv_heads * dim;
  const std::size_t q_row = std::size_t(batch) * view.queries + query;
  const std::size_t own_row = std::size_t(batch) * view.own;
  const KeyRows<T> keys{static_cast<const T*>(view.held_k) + kv_column,
                        static_cast<const T*>(view.k) + own_row * view.k_stride + kv_column, held, kv_width,
                        view.k_stride};
  const KeyRows<T> values{static_cast<const T*>(view.held_v) + kv_column,
                          static_cast<const T*>(view.v) + own_row * view.v_stride + kv_column, held, kv_width,
                          view.v_stride};

  // The running softmax.
  const LaneRow<T> q(static_cast<const T*>(view.q) + q_row * view.q_stride + head * dim, dim);
  float mixed[kLaneColumns] = {};
  float largest = -INFINITY;
  float sum = 0.f;
  for (int key = 0; key < held + own; ++key) {
    const float score = q.dot(LaneRow<T>(keys.row(key), dim)) * view.scale;
    const float next = fmaxf(largest, score);
    const float kept = __expf(largest - next);
    const float p = __expf(score - next);
    const LaneRow<T> value(values.row(key), dim);
    for (int i = 0; i < kLaneColumns; ++i) mixed[i] = mixed[i] * kept + p * value.x[i];
    sum = sum * kept + p;
    largest = next;
  }
  T* out = static_cast<T*>(view.out) + q_row * view.out_stride + head * dim;
  for (int i = 0; i < kLaneColumns; ++i) {
    const int column = int(threadIdx.x % 32) + 32 * i;
    if (column < dim) store(out + column, sum > 0.f ? mixed[i] / sum : 0.f);
  }

  // Probabilities of the keys that are to be shared out, [queries, heads, most keys].
  if (view.key_share == nullptr) return;
  float* probabilities = view.scratch + (std::size_t(query) * view.heads + head) * view.most_keys;
  for (int key = 0; key < (view.held_k == nullptr ? own : held); ++key) {
    const float score = q.dot(LaneRow<T>(keys.row(key), dim)) * view.scale;
    if (threadIdx.x % 32 == 0) probabilities[key] = __expf(score - largest) / sum;
  }
}

/// One thread per row and column of key_share.
__global__ void mean_share(AttentionView view) {
  let_next_start();
  wait_for_previous();
  const int queries = live_count(view.live_queries, view.queries);
  const int keys =
      view.held_k == nullptr ? live_count(view.live_own, view.own) : live_count(view.held_tokens, view.held_capacity);
  const int key = int(blockIdx.x * blockDim.x + threadIdx.x);
  const int head = int(blockIdx.y);
  if (key >= view.share_cols) return;
  const int first_head = view.share_rows > 1 ? head : 0;
  const int end_head = view.share_rows > 1 ? head + 1 : view.heads;
  float sum = 0.f;
  for (int query = 0; query < queries && key < keys; ++query) {
    for (int h = first_head; h < end_head; ++h) {
      sum += view.scratch[(std::size_t(query) * view.heads + h) * view.most_keys + key];
    }
  }
  view.key_share[std::size_t(head) * view.share_stride + key] = sum / float(queries * (end_head - first_head));
}

}  // namespace

void launch_generic_attention(const AttentionView& view, DType dtype, cudaStream_t stream) {
  AWD_CHECK(view.head_dim <= 32 * kLaneColumns, "head_dim {}", view.head_dim);
  const int warps = view.batches * view.queries * view.heads;
  const Shape shape{.grid = dim3(unsigned((warps + kWarps - 1) / kWarps)), .block = dim3(kWarps * 32)};
  launch(dtype == DType::kF32 ? generic_attention<float> : generic_attention<__nv_bfloat16>, shape, stream, view);
  if (view.key_share == nullptr) return;
  const Shape share_shape{.grid = dim3(unsigned((view.share_cols + 127) / 128), unsigned(view.share_rows)),
                          .block = dim3(128)};
  launch(mean_share, share_shape, stream, view);
}

}  // namespace awd::cuda
