// Matrix products y = x W^T of few rows (the action expert), which take as long as their weights take to stream in:
// packed weights reach shared memory before the kernel in front has ended, and the norm before a product and what
// follows it in a Gemma layer are part of its kernel. Tensor cores (sm_80 and later), bf16 products, f32 sums.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "backend/op_args.h"

namespace awd::cuda {

/// How packed weights are stored: kBytes as 8 bits, kE4m3 (tall products alone) with rows of e4m3, too. Both have a
/// scale per output.
enum class SmallNumber : std::uint8_t { kBf16, kBytes, kE4m3 };

/// Which two outputs a thread owns together.
enum class SmallPairs : std::uint8_t {
  kNone,
  kGated,  // output i and i + out / 2: the gate of an MLP unit and what it gates
  kHeads   // the halves of each head: what a rotation mixes
};

/// Rows of a weight as they lie in a checkpoint, on the device: bf16 [out, in], no gaps.
struct SmallRows {
  const void* rows = nullptr;
  int out = 0;
};

/// What pack_small() reads. `parts` are stacked along the outputs (query, key, value); an absent one has out == 0.
struct SmallSource {
  std::array<SmallRows, 3> parts{};
  int in = 0;
  int rows = 0;                 // the most rows that it will multiply at a time
  const float* bias = nullptr;  // f32 [sum of out], device; optional
  SmallNumber number = SmallNumber::kBf16;
  SmallPairs pairs = SmallPairs::kNone;
  int head_dim = 0;             // kHeads
  bool is_beside_e4m3 = false;  // the MLPs of the same layers are e4m3, which leaves other places in shared memory

  int out() const { return parts[0].out + parts[1].out + parts[2].out; }
};

/// How a product is cut into thread blocks.
struct SmallPlan {
  int units = 1;         // of a block: tiles of 8 outputs, or pairs of tiles
  int cluster = 1;       // blocks that share the inputs of an output: 1, 2 or 4 (tall: up to 8); pairs have 1
  int slots = 0;         // of a tall product (tall_view.h), else 0
  int least_shared = 0;  // bytes of shared memory of a block of a tall product, if it needs less

  bool is_tall() const { return slots > 0; }
};

/// A packed weight; owns its device memory. Immutable, shared by streams.
struct SmallLayer {
  struct Release {
    void operator()(std::byte* memory) const { cudaFree(memory); }
  };
  std::array<int, 3> outs{};  // of the parts
  int in = 0;
  int head_dim = 0;
  SmallNumber number = SmallNumber::kBf16;
  SmallPairs pairs = SmallPairs::kNone;
  SmallPlan plan;
  int groups = 0;  // of plan.units
  int chunks = 0;  // of 32 inputs, of a block
  bool has_bias = false;
  std::size_t bytes = 0;  // of `weights`
  std::unique_ptr<std::byte, Release> weights;
  const float* columns =
      nullptr;  // f32 [2, 16 * pairs_per_block * groups] in `weights`: bias, then scale of each output

  int out() const { return outs[0] + outs[1] + outs[2]; }
};

/// True where products with such a weight run.
bool small_fits(const SmallSource& source);

/// Copies a weight into the kernels' layout, or `number`. Allocates and synchronises; throws awd::Error when memory is
/// short. The source may be released after.
SmallLayer pack_small(const SmallSource& source);
SmallLayer pack_small(const SmallSource& source, const SmallPlan& plan);

/// q, k, v = norm(x) W^T of a layer packed as kHeads, q and k rotated by `angles`; outputs bf16. A part that the layer
/// lacks has no output.
struct SmallQkv {
  const SmallLayer* layer = nullptr;
  Tensor x;         // [rows, in] f32
  Modulation norm;  // scale, and shift or none
  Tensor angles;    // [rows, head_dim] f32, cosines | sines
  Tensor q, k, v;   // [rows, out of the part] bf16
};
void run_small_qkv(const SmallQkv& args, cudaStream_t stream);

/// y = gelu(gates) * ups of norm(x) W^T + b of a layer packed as kGated.
struct SmallGeglu {
  const SmallLayer* layer = nullptr;
  Tensor x;         // [rows, in] f32
  Modulation norm;  // empty scale: no norm, x is bf16
  Tensor y;         // [rows, out / 2] bf16
  // Of a layer of e4m3, which needs a norm: value = scale * stored, of the rows that it multiplies and of y, whose
  // numbers lie in the memory of bf16 ones without gaps.
  float x_scale = 0.f, y_scale = 0.f;
};
void run_small_geglu(const SmallGeglu& args, cudaStream_t stream);

/// x += gate * (input W^T + b), in place; without the factor where `gate` is empty. A layer packed as kNone.
struct SmallBranch {
  const SmallLayer* layer = nullptr;
  Tensor input;             // [rows, in] bf16
  Tensor gate;              // [1, out] f32, or empty
  Tensor x;                 // [rows, out] f32
  float input_scale = 0.f;  // of a layer of e4m3: value = input_scale * stored, `input` as run_small_geglu() left it
};
void run_small_branch(const SmallBranch& args, cudaStream_t stream);

/// y = x W^T + b of a layer packed as kNone.
struct SmallStore {
  const SmallLayer* layer = nullptr;
  Tensor x;  // [rows, in] bf16
  Tensor y;  // [rows, out] bf16 or f32
};
void run_small(const SmallStore& args, cudaStream_t stream);

}  // namespace awd::cuda
