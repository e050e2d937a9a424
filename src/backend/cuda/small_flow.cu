// The kernel of small_flow.h. A cluster of 8 blocks per row; each block has an eighth of the velocity's columns and of
// the next rows' columns, and starts the copies of both weights' rows before it waits for the kernel in front: in
// memory time they are nothing, but they have long left the L2 cache. Blocks tell each other their actions in between.
#include "backend/cuda/launch.h"
#include "backend/cuda/small_device.cuh"
#include "backend/cuda/small_flow.h"

namespace awd::cuda {
namespace {

using namespace small;

constexpr int kBlocks = 8;
constexpr int kThreads = 128;
constexpr int kWarps = kThreads / 32;
constexpr int kMostActions = 128;
constexpr int kMostSharedBytes = 96 * 1024;

struct FlowView {
  const float* x;
  int x_stride, width;
  const float *scale, *shift;
  const float *out, *out_bias;  // [action_dim, out_stride]
  int out_stride, action_dim;
  float* velocity;
  int velocity_stride;
  float* actions;
  int actions_stride;
  float factor;
  const float *in, *in_bias;  // [width, in_stride] or null
  int in_stride;
  float* tokens;
  int tokens_stride;

  // What a block has, of `rank` 0 .. kBlocks - 1.
  __host__ __device__ int actions_each() const { return (action_dim + kBlocks - 1) / kBlocks; }
  __host__ __device__ int tokens_each() const { return (width + kBlocks - 1) / kBlocks; }
  /// Of weights in shared memory, in floats: lanes that read 16 bytes of neighbouring rows meet different banks.
  __host__ __device__ int in_pitch() const { return (action_dim + 3) / 4 * 4 + 4; }
  /// The normed row, the norm's scale and shift, the weights of both products.
  __host__ __device__ int shared_floats() const { return width * (3 + actions_each()) + tokens_each() * in_pitch(); }
};

/// Rows of a weight to shared memory, `columns` a multiple of 4.
__device__ void start_copy(float* to, int pitch, const float* from, int stride, int rows, int columns) {
  const int pieces = columns / 4;
  for (int i = int(threadIdx.x); i < rows * pieces; i += kThreads) {
    const int row = i / pieces, column = i % pieces * 4;
    copy_16_bytes(to + row * pitch + column, from + std::size_t(row) * stride + column);
  }
}

__device__ float sum_of_warp(float v) {
  for (int other = 16; other > 0; other /= 2) v += __shfl_xor_sync(~0u, v, other);
  return v;
}

/// normed [width] = norm of row x; scale and shift (null: none) lie in shared memory once the thread's copies have
/// ended.
__device__ void norm_row(int width, const float* x, const float* scale, const float* shift, float* normed) {
  __shared__ float squares[kWarps];
  float sum = 0.f;
#pragma unroll 2
  for (int i = int(threadIdx.x) * 4; i < width; i += kThreads * 4) {
    const float4 v = __ldcg(reinterpret_cast<const float4*>(x + i));
    *reinterpret_cast<float4*>(normed + i) = v;
    sum += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
  }
  sum = sum_of_warp(sum);
  if (threadIdx.x % 32 == 0) squares[threadIdx.x / 32] = sum;
  wait_for_lanes_copies();
  __syncthreads();
  sum = 0.f;
  for (const float of_warp : squares) sum += of_warp;
  const float r = rsqrtf(sum / float(width) + 1e-6f);
#pragma unroll 2
  for (int i = int(threadIdx.x) * 4; i < width; i += kThreads * 4) {
    const float4 v = *reinterpret_cast<const float4*>(normed + i), s = *reinterpret_cast<const float4*>(scale + i);
    const float4 t = shift == nullptr ? float4{} : *reinterpret_cast<const float4*>(shift + i);
    *reinterpret_cast<float4*>(normed + i) = {v.x * r * s.x + t.x, v.y * r * s.y + t.y, v.z * r * s.z + t.z,
                                              v.w * r * s.w + t.w};
  }
  __syncthreads();
}

__device__ void store_in_all_blocks(float* p, float value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  for (int rank = 0; rank < kBlocks; ++rank) {
    unsigned address;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(address) : "r"(shared_address(p)), "r"(rank));
    asm volatile("st.shared::cluster.f32 [%0], %1;" ::"r"(address), "f"(value) : "memory");
  }
#else
  *p = value;
#endif
}

__global__ __launch_bounds__(kThreads) void flow_kernel(const __grid_constant__ FlowView v) {
  extern __shared__ __align__(16) float shared[];
  __shared__ __align__(16) float moved[kMostActions];
  __shared__ float before[kMostActions], bias[kMostActions];  // of the block's actions
  let_next_start();
  const int rank = int(cluster_rank()), row = int(blockIdx.x) / kBlocks;
  const int warp = int(threadIdx.x / 32), lane = int(threadIdx.x % 32);
  const int first_action = rank * v.actions_each(), first_token = rank * v.tokens_each();
  const int actions = max(0, min(v.actions_each(), v.action_dim - first_action));
  const int tokens = v.in == nullptr ? 0 : max(0, min(v.tokens_each(), v.width - first_token));
  float* normed = shared;           // [width]
  float* scale = shared + v.width;  // [width]
  float* shift = v.shift == nullptr ? nullptr : scale + v.width;
  float* out = shared + 3 * v.width;             // [actions_each, width]
  float* in = out + v.actions_each() * v.width;  // [tokens_each, in_pitch]
  start_copy(scale, v.width, v.scale, v.width, 1, v.width);
  if (shift != nullptr) start_copy(shift, v.width, v.shift, v.width, 1, v.width);
  start_copy(out, v.width, v.out + std::size_t(first_action) * v.out_stride, v.out_stride, actions, v.width);
  start_copy(in, v.in_pitch(), v.in + std::size_t(first_token) * v.in_stride, v.in_stride, tokens, v.in_pitch() - 4);
  for (int i = int(threadIdx.x); i < kMostActions; i += kThreads) moved[i] = 0.f;
  float* action_row = v.actions + std::size_t(row) * v.actions_stride + first_action;
  for (int i = int(threadIdx.x); i < actions; i += kThreads) {
    bias[i] = v.out_bias == nullptr ? 0.f : v.out_bias[first_action + i];
  }
  cluster_arrive();
  wait_for_previous();

  for (int i = int(threadIdx.x); i < actions; i += kThreads) before[i] = __ldcg(action_row + i);
  norm_row(v.width, v.x + std::size_t(row) * v.x_stride, scale, shift, normed);
  cluster_wait();  // all blocks of the cluster run
  for (int i = warp; i < actions; i += kWarps) {
    float sum = 0.f;
#pragma unroll 2
    for (int k = lane * 4; k < v.width; k += 128) {
      const float4 x = *reinterpret_cast<const float4*>(normed + k);
      const float4 w = *reinterpret_cast<const float4*>(out + i * v.width + k);
      sum += x.x * w.x + x.y * w.y + x.z * w.z + x.w * w.w;
    }
    sum = sum_of_warp(sum);
    if (lane != 0) continue;
    sum += bias[i];
    const float now = before[i] + v.factor * sum;
    store_in_all_blocks(moved + first_action + i, now);
    v.velocity[std::size_t(row) * v.velocity_stride + first_action + i] = sum;
    action_row[i] = now;
  }
  __syncwarp();
  cluster_arrive_stored();
  cluster_wait();

  for (int i = int(threadIdx.x); i < tokens; i += kThreads) {
    float sum = v.in_bias == nullptr ? 0.f : v.in_bias[first_token + i];
    const float* weights = in + i * v.in_pitch();
    for (int k = 0; k < v.action_dim; k += 4) {  // both are 0 behind the last action
      const float4 a = *reinterpret_cast<const float4*>(moved + k), b = *reinterpret_cast<const float4*>(weights + k);
      sum += a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
    }
    v.tokens[std::size_t(row) * v.tokens_stride + first_token + i] = sum;
  }
}

}  // namespace

bool small_flow_fits(int width, int action_dim, int compute_capability) {
  FlowView v{};
  v.width = width;
  v.action_dim = action_dim;
  return compute_capability >= 90 && width % 4 == 0 && action_dim > 0 && action_dim <= kMostActions &&
         v.shared_floats() * int(sizeof(float)) <= kMostSharedBytes;
}

void run_small_flow(const SmallFlow& args, cudaStream_t stream) {
  const auto floats = [](const Tensor& t) { return static_cast<float*>(t.data); };
  AWD_CHECK(args.x.dtype == DType::kF32 && args.actions.dtype == DType::kF32 && args.out->dtype == DType::kF32);
  AWD_CHECK(args.out->in == args.x.cols && args.out->out == args.actions.cols && args.out->stride % 4 == 0);
  AWD_CHECK(args.x.stride % 4 == 0, "stride {}", args.x.stride);
  FlowView v{};
  v.x = floats(args.x);
  v.x_stride = args.x.stride;
  v.width = args.x.cols;
  v.scale = floats(args.norm.scale);
  v.shift = floats(args.norm.shift);
  v.out = static_cast<const float*>(args.out->values);
  v.out_bias = args.out->bias;
  v.out_stride = args.out->stride;
  v.action_dim = args.actions.cols;
  AWD_CHECK(args.velocity.dtype == DType::kF32 && args.velocity.cols == args.actions.cols);
  v.velocity = floats(args.velocity);
  v.velocity_stride = args.velocity.stride;
  v.actions = floats(args.actions);
  v.actions_stride = args.actions.stride;
  v.factor = args.factor;
  if (args.in != nullptr) {
    AWD_CHECK(args.in->dtype == DType::kF32 && args.in->in == v.action_dim && args.in->out == args.tokens.cols);
    AWD_CHECK(args.tokens.dtype == DType::kF32 && args.tokens.cols == v.width && args.in->stride % 4 == 0);
    v.in = static_cast<const float*>(args.in->values);
    v.in_bias = args.in->bias;
    v.in_stride = args.in->stride;
    v.tokens = floats(args.tokens);
    v.tokens_stride = args.tokens.stride;
  }
  const std::size_t bytes = std::size_t(v.shared_floats()) * sizeof(float);
  allow_shared_memory(flow_kernel, bytes);
  launch(
      flow_kernel,
      Shape{
          .grid = dim3(unsigned(args.x.rows * kBlocks)), .block = kThreads, .shared_bytes = bytes, .cluster = kBlocks},
      stream, v);
}

}  // namespace awd::cuda
