// Matrix products y = x W^T of many rows (images, prefix) on the tensor cores of Hopper (sm_90a): asynchronous copies
// into shared memory feed warpgroup products, and what follows a product in the network is done before it is stored.
// Other chips and odd shapes have big_linear_fits() == false; the caller multiplies those another way.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>
#include <memory>

namespace awd::cuda {

/// What is multiplied; sums are f32.
enum class BigNumber { kBf16, kE4m3 };

/// What becomes of the sums s = x W^T (+ bias), row by row.
enum class BigResult {
  kBf16,     // y = s
  kF32,      // y = s, f32
  kAdd,      // y += s, f32, in place
  kGelu,     // y = gelu(s), tanh approximation
  kGeglu,    // y [., out / 2] = gelu(first half of s) * second half; the weight packed as gated
  kRotated,  // three weights q, k, v of heads of 256 and three y: q and k rotated by `angles`
};

/// Device memory that is released with cudaFree.
struct CudaFree {
  void operator()(void* memory) const { cudaFree(memory); }
};
using CudaBytes = std::unique_ptr<std::byte, CudaFree>;

/// A packed weight [out, in]: its rows reordered so that each thread stores whole runs of columns, and 128 bytes of all
/// rows side by side, so that copies read memory from end to end. Immutable.
struct BigWeight {
  int out = 0;
  int in = 0;
  BigNumber number = BigNumber::kBf16;
  bool is_gated = false;
  int stride = 0;  // of a packed row, elements: a multiple of 128 bytes
  std::size_t bytes = 0;
  CudaBytes values;               // [stride / line, padded_rows(out), line], line 128 bytes; zeros behind `in`
  CudaBytes columns;              // f32 [2, padded_rows(out)]: the bias, then (kE4m3) the scale of each row
  const float* bias = nullptr;    // [out] or null, in `columns`
  const float* scales = nullptr;  // [out] or null, in `columns`: value = scale * stored
};

/// Rows of a packed weight: whole blocks of 32, which are reordered within.
constexpr int padded_rows(int out) { return (out + 31) / 32 * 32; }

/// A weight as it lies in a checkpoint, on the device.
struct BigSource {
  const void* rows = nullptr;   // bf16 [out, in], no gaps
  const float* bias = nullptr;  // f32 [out], device; optional
  int out = 0;
  int in = 0;
  BigNumber number = BigNumber::kBf16;  // to pack as
  bool is_gated = false;                // the first half of the outputs are the gates of the second
};

/// One matrix of the device: row r begins at data + r * stride elements.
struct BigOutput {
  void* data = nullptr;
  int stride = 0;
};

struct BigProduct {
  const void* x = nullptr;  // [rows, in] of the weights' number
  int rows = 0;
  int stride = 0;                  // of x, elements
  const int* live_rows = nullptr;  // device; null: all rows. Rows behind it are neither read for y nor written
  int likely_rows = 0;             // what *live_rows will be, for the choice of tiles; 0: `rows`
  float x_scale = 1.f;             // kE4m3: value = x_scale * stored
  std::array<const BigWeight*, 3> weights{};  // the first; kRotated: q, k, v, of which q may be null
  BigResult result = BigResult::kBf16;
  std::array<BigOutput, 3> y{};   // as `weights`
  float y_scale = 0.f;            // > 0 (kBf16, kGelu, kGeglu): y is e4m3, value = y_scale * stored
  const float* angles = nullptr;  // kRotated: f32 [rows, 256], cosines of a row and then its sines
};

/// True where the device runs these kernels. Asked for once.
bool has_big_linear();

/// True if a weight of this shape can be packed: `in` a multiple of 16 (bytes 32 of kE4m3), `out` of 8 (gated: 64).
bool big_linear_fits(int out, int in, BigNumber number, bool is_gated);

/// Copies a weight into the kernels' layout. Synchronises; throws awd::Error when memory is short.
BigWeight pack_big(const BigSource& source);

/// Adds the product to `stream`; may be captured into a graph. x and y are 16-byte aligned in data and stride.
void run_big(const BigProduct& product, cudaStream_t stream);

}  // namespace awd::cuda
