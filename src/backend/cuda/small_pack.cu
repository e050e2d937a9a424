// Weights of small_linear.h into the kernels' layout: for every group of outputs and block of its cluster, for every
// chunk of 32 inputs and tile of 8 outputs, 16 bytes (8-bit numbers: 8) for each lane of a warp in the order of its
// products.
#include <cuda_fp8.h>

#include <algorithm>

#include "awd/error.h"
#include "backend/cuda/check.h"
#include "backend/cuda/small_device.cuh"
#include "backend/cuda/small_view.h"
#include "backend/cuda/tall_linear.h"
#include "backend/cuda/tall_view.h"

namespace awd::cuda {
namespace {

constexpr int kMostRows = 64;  // more are faster with other kernels
constexpr int kMostCluster = 4;
constexpr int kFullDevice = 128;                     // blocks that keep every multiprocessor of a large chip streaming
constexpr std::size_t kMostBlockBytes = 160 * 1024;  // of weights; leaves room for sums
constexpr int kLeastChunks = 32;                     // of a block whose cluster shares inputs

/// The source, and how outputs map to packed tiles.
struct PackView {
  const __nv_bfloat16* rows[3];
  int outs[3];
  int in;
  const float* bias;
  SmallPairs pairs;
  int head_dim;
  int blocks;  // of the cluster, that share inputs
  int chunks;
};

/// The output that column `at` of the packed tiles computes, or -1 behind the last.
__device__ int output_of(const PackView& v, int at) {
  const int out = v.outs[0] + v.outs[1] + v.outs[2];
  if (v.pairs == SmallPairs::kNone) return at < out ? at : -1;
  const int first = at / 16 * 8 + at % 8;  // through the first tiles of all pairs
  const bool is_first = at % 16 < 8;
  if (first >= out / 2) return -1;
  if (v.pairs == SmallPairs::kGated) return is_first ? first : first + out / 2;
  const int half = v.head_dim / 2;
  return first / half * v.head_dim + first % half + (is_first ? 0 : half);
}

/// What a thread packs: the weights of a lane for one chunk and tile. blockIdx.x: a chunk of a block; blockIdx.y: a
/// tile of its group.
struct Place {
  std::size_t to;  // in lanes
  int column;      // of the packed tiles
  int input;       // the chunk's first

  __device__ explicit Place(const PackView& v) {
    const int tile = int(blockIdx.y), tiles = int(gridDim.y), blocks = int(blockIdx.x) / v.chunks;
    to = (std::size_t(blockIdx.x) * tiles + tile) * 32 + threadIdx.x;
    column = (blocks / v.blocks * tiles + tile) * 8 + int(threadIdx.x) / 4;
    input = (blocks % v.blocks * v.chunks + int(blockIdx.x) % v.chunks) * 32;
  }
};

__device__ int input_of_step(const PackView& v, int step) {
  return small::input_of(small::order_of(v.pairs), int(threadIdx.x) % 4, step);
}

__device__ const __nv_bfloat16* row_of(const PackView& v, int output) {
  for (int part = 0; part < 3; ++part) {
    if (output < v.outs[part]) return v.rows[part] + std::size_t(output) * v.in;
    output -= v.outs[part];
  }
  return nullptr;
}

/// The nearest of the numbers of ByteWeights, as its 8 bits. |v| < 2.
__device__ unsigned byte_of(float v) {
  const unsigned sign = v < 0.f ? 0x80u : 0u;
  const float magnitude = fminf(fmaxf(fabsf(v), 1.f / 32768.f), 1.875f);
  // Rounds the fraction to 3 bits; a carry goes into the exponent, as it should.
  const unsigned rounded = __float_as_uint(magnitude) + 0x7ffffu + ((__float_as_uint(magnitude) >> 20) & 1u);
  return sign | min((rounded >> 20) - (112u << 3), 0x7fu);
}

__global__ void pack_bf16(PackView v, uint4* to) {
  const Place place(v);
  const int output = output_of(v, place.column);
  uint2 steps[2] = {};
  for (int step = 0; step < 2 && output >= 0 && place.input < v.in; ++step) {
    steps[step] = *reinterpret_cast<const uint2*>(row_of(v, output) + place.input + input_of_step(v, step));
  }
  to[place.to] = {steps[0].x, steps[0].y, steps[1].x, steps[1].y};
}

__global__ void pack_bytes(PackView v, const float* scales, uint2* to) {
  const Place place(v);
  const int output = output_of(v, place.column);
  unsigned words[2] = {};
  for (int step = 0; step < 2 && output >= 0 && place.input < v.in; ++step) {
    const __nv_bfloat16* row = row_of(v, output) + place.input + input_of_step(v, step);
    const float inverse = 1.f / scales[place.column];
    const int byte_at[4] = {1, 3, 0, 2};  // see ByteWeights
    for (int i = 0; i < 4; ++i) words[step] |= byte_of(__bfloat162float(row[i]) * inverse) << (8 * byte_at[i]);
  }
  to[place.to] = {words[0], words[1]};
}

/// Weights of tall_view.h: [tiles, stages, pieces of 16 bytes, outputs of a tile]. Grid [stages, tiles], a thread for a
/// piece of an output.
__global__ void pack_tall(PackView v, SmallNumber number, const float* scales, uint4* to) {
  const int stage = int(blockIdx.x), tile = int(blockIdx.y), piece = int(threadIdx.x) / tall::kTile;
  const int column = tile * tall::kTile + int(threadIdx.x) % tall::kTile, inputs = tall::piece_inputs(number);
  const __nv_bfloat16* from =
      row_of(v, output_of(v, column)) + (stage * (tall::kDepthBytes / tall::kPieceBytes) + piece) * inputs;
  uint4* there = to + (std::size_t(tile) * gridDim.x + stage) * blockDim.x + threadIdx.x;
  if (number == SmallNumber::kBf16) {
    *there = *reinterpret_cast<const uint4*>(from);
    return;
  }
  for (int i = 0; i < inputs; ++i) {
    const float value = __bfloat162float(from[i]) / scales[column];
    reinterpret_cast<std::uint8_t*>(there)[i] = __nv_cvt_float_to_fp8(value, __NV_SATFINITE, __NV_E4M3);
  }
}

/// Bias and scale of each packed output; a warp each. The scale makes the largest weight `largest`.
__global__ void pack_columns(PackView v, float largest, float* biases, float* scales) {
  const int at = int(blockIdx.x), lane = int(threadIdx.x);
  const int output = output_of(v, at);
  float most = 0.f;
  if (output >= 0) {
    const __nv_bfloat16* row = row_of(v, output);
    for (int i = lane; i < v.in; i += 32) most = fmaxf(most, fabsf(__bfloat162float(row[i])));
  }
  for (int other = 16; other > 0; other /= 2) most = fmaxf(most, __shfl_xor_sync(~0u, most, other));
  if (lane != 0) return;
  biases[at] = output >= 0 && v.bias != nullptr ? v.bias[output] : 0.f;
  scales[at] = most > 0.f ? most / largest : 1.f;
}

std::size_t bytes_of_input(SmallNumber number) { return number == SmallNumber::kBf16 ? 2 : 1; }
int divide_up(int a, int b) { return (a + b - 1) / b; }

int outputs_of_group(const SmallSource& source, const SmallPlan& plan) {
  return plan.units * small::tiles_of(source.pairs) * 8;
}
int groups_of(const SmallSource& source, const SmallPlan& plan) {
  return divide_up(source.out(), outputs_of_group(source, plan));
}

bool has_clusters() {
  int device = 0, major = 0;
  AWD_CUDA(cudaGetDevice(&device));
  AWD_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  return major >= 9;
}

SmallPlan plan_of(const SmallSource& source) {
  if (const SmallPlan plan = tall_plan(source); plan.is_tall()) return plan;
  const small::Units units = small::units_of(source.pairs);
  SmallPlan plan{.units = source.rows < small::kFewRows ? units.of_few : units.of_many, .cluster = 1};
  if (source.pairs != SmallPairs::kNone) return plan;
  const int chunks = source.in / 32;
  while (has_clusters() && plan.cluster < kMostCluster && groups_of(source, plan) * plan.cluster < kFullDevice &&
         chunks / (2 * plan.cluster) >= kLeastChunks) {
    plan.cluster *= 2;
  }
  return plan;
}

std::size_t block_bytes(const SmallSource& source, const SmallPlan& plan) {
  return std::size_t(divide_up(source.in / 32, plan.cluster)) * 32 * std::size_t(outputs_of_group(source, plan)) *
         bytes_of_input(source.number);
}

}  // namespace

bool small_fits(const SmallSource& source) {
  const int half = source.head_dim / 2;
  bool is_even = source.out() % 8 == 0;
  if (source.pairs == SmallPairs::kGated) is_even = source.out() % 16 == 0;
  if (source.pairs == SmallPairs::kHeads) {
    is_even = half > 0 && source.head_dim % 16 == 0;
    for (const SmallRows& part : source.parts) is_even = is_even && part.out % source.head_dim == 0;
  }
  return source.rows > 0 && source.rows <= kMostRows && source.out() > 0 && is_even && source.in % 32 == 0 &&
         (tall_plan(source).is_tall() ||
          (source.number != SmallNumber::kE4m3 && block_bytes(source, plan_of(source)) <= kMostBlockBytes));
}

SmallLayer pack_small(const SmallSource& source) { return pack_small(source, plan_of(source)); }

SmallLayer pack_small(const SmallSource& source, const SmallPlan& plan) {
  AWD_CHECK(source.pairs == SmallPairs::kNone || plan.cluster == 1);
  AWD_CHECK(source.number != SmallNumber::kE4m3 || plan.is_tall());
  SmallLayer layer;
  PackView v{};
  for (std::size_t i = 0; i < 3; ++i) {
    layer.outs[i] = v.outs[i] = source.parts[i].out;
    v.rows[i] = static_cast<const __nv_bfloat16*>(source.parts[i].rows);
  }
  layer.in = v.in = source.in;
  layer.head_dim = v.head_dim = source.head_dim;
  layer.number = source.number;
  layer.pairs = v.pairs = source.pairs;
  layer.plan = plan;
  layer.groups = groups_of(source, plan);
  layer.chunks = v.chunks = divide_up(source.in / 32, plan.cluster);
  layer.has_bias = source.bias != nullptr;
  v.bias = source.bias;
  v.blocks = plan.cluster;

  const int chunks = layer.groups * v.blocks * layer.chunks;
  const int padded = layer.groups * outputs_of_group(source, plan), tiles = padded / layer.groups / 8;
  layer.bytes = std::size_t(chunks) * std::size_t(tiles) * 256 * bytes_of_input(source.number);
  void* memory = nullptr;
  AWD_CUDA(cudaMalloc(&memory, layer.bytes + 2 * std::size_t(padded) * sizeof(float)));
  layer.weights.reset(static_cast<std::byte*>(memory));
  auto* columns = reinterpret_cast<float*>(layer.weights.get() + layer.bytes);
  layer.columns = columns;
  const float largest = plan.is_tall() ? 448.f : 1.875f;  // of e4m3, of ByteWeights
  pack_columns<<<unsigned(padded), 32>>>(v, largest, columns, columns + padded);
  const dim3 grid{unsigned(chunks), unsigned(tiles)};
  if (plan.is_tall()) {
    const std::size_t stages = layer.bytes / tall::kStageBytes / std::size_t(layer.groups);
    pack_tall<<<dim3{unsigned(stages), unsigned(layer.groups)}, tall::kStageBytes / tall::kPieceBytes>>>(
        v, source.number, columns + padded, static_cast<uint4*>(memory));
  } else if (source.number == SmallNumber::kBf16) {
    pack_bf16<<<grid, 32>>>(v, static_cast<uint4*>(memory));
  } else {
    pack_bytes<<<grid, 32>>>(v, columns + padded, static_cast<uint2*>(memory));
  }
  AWD_CUDA(cudaGetLastError());
  AWD_CUDA(cudaDeviceSynchronize());
  return layer;
}

}  // namespace awd::cuda
