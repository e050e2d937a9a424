// Data movement: a thread per element (or 16 bytes of rows that stay as they are), threads of a warp side by side in a
// row.
#include <algorithm>
#include <cstdint>

#include "backend/cuda/launch.h"
#include "backend/cuda/moving.h"
#include "backend/cuda/rows.cuh"

namespace awd::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kMostGridRows = 65535;  // CUDA's limit

/// A block takes kThreads columns of a row, then of the row that many grid rows further down.
Shape shape_for(int rows, int cols) {
  return {.grid = dim3(unsigned((cols + kThreads - 1) / kThreads), unsigned(std::clamp(rows, 1, kMostGridRows))),
          .block = dim3(kThreads)};
}

/// Row indices as an argument of the kernel, so that they need no memory that must outlive the call.
struct Indices {
  static constexpr int kCount = 512;
  int at[kCount];
};

template <class From, class To>
__global__ void copy_kernel(Rows<const From> from, Rows<To> to) {
  wait_for_previous();
  let_next_start();
  const int column = int(blockIdx.x) * kThreads + int(threadIdx.x);
  if (column >= to.cols) return;
  const int from_rows = from.count();
  for (int r = int(blockIdx.y); r < to.count(); r += int(gridDim.y)) {
    to.at(r)[column] = rounded<To>(float(from.at(r % from_rows)[column]));
  }
}

/// copy_kernel() of rows in pieces of 16 bytes, as they are.
__global__ void copy_wide_kernel(Rows<const uint4> from, Rows<uint4> to) {
  wait_for_previous();
  let_next_start();
  const int column = int(blockIdx.x) * kThreads + int(threadIdx.x);
  if (column >= to.cols) return;
  const int from_rows = from.count();
  for (int r = int(blockIdx.y); r < to.count(); r += int(gridDim.y)) to.at(r)[column] = from.at(r % from_rows)[column];
}

/// The rows in pieces of 16 bytes; empty where they are not whole pieces.
template <class Piece>
Rows<Piece> wide_rows_of(const Tensor& tensor) {
  constexpr int kPieceBytes = 16;
  const int bytes = int(bytes_of(tensor.dtype));
  const bool is_whole = tensor.cols * bytes % kPieceBytes == 0 && tensor.stride * bytes % kPieceBytes == 0 &&
                        reinterpret_cast<std::uintptr_t>(tensor.data) % kPieceBytes == 0;
  if (!is_whole) return {};
  return {static_cast<Piece*>(tensor.data), tensor.rows, tensor.cols * bytes / kPieceBytes,
          tensor.stride * bytes / kPieceBytes, tensor.live_rows};
}

/// Row r of the packed side is row indices.at[r - first] of the other.
template <class T, bool kIsGather>
__global__ void indexed_copy_kernel(Rows<const T> from, Rows<T> to, __grid_constant__ const Indices indices,
                                    int first) {
  wait_for_previous();
  let_next_start();
  const int column = int(blockIdx.x) * kThreads + int(threadIdx.x);
  if (column >= to.cols) return;
  const int packed = first + int(blockIdx.y);
  const int other = indices.at[blockIdx.y];
  to.at(kIsGather ? packed : other)[column] = from.at(kIsGather ? other : packed)[column];
}

template <class T, bool kIsGather>
void copy_indexed(const Tensor& from, std::span<const int> at, const Tensor& to, cudaStream_t stream) {
  Indices indices;
  for (std::size_t first = 0; first < at.size(); first += Indices::kCount) {
    const std::size_t count = std::min(at.size() - first, std::size_t{Indices::kCount});
    std::copy_n(at.data() + first, count, indices.at);
    launch(indexed_copy_kernel<T, kIsGather>, shape_for(int(count), to.cols), stream, rows_of<const T>(from),
           rows_of<T>(to), indices, int(first));
  }
}

/// Column of a patch row = (channel, y, x).
template <class T>
__global__ void patchify_kernel(const T* values, int side, int patch, float factor, Rows<float> out) {
  wait_for_previous();
  let_next_start();
  const int column = int(blockIdx.x) * kThreads + int(threadIdx.x);
  if (column >= out.cols) return;
  const int grid = side / patch;
  const int channel = column / (patch * patch);
  const int y = column / patch % patch, x = column % patch;
  for (int r = int(blockIdx.y); r < out.rows; r += int(gridDim.y)) {
    const int pixel = (r / grid * patch + y) * side + r % grid * patch + x;
    out.at(r)[column] = float(values[pixel * 3 + channel]) * factor - 1.f;
  }
}

__global__ void set_word_kernel(int* to, int value) {
  wait_for_previous();
  *to = value;
}

template <class F>
void with_types(DType from, DType to, F&& body) {
  with_type(from, [&](auto f) { with_type(to, [&](auto t) { body(f, t); }); });
}

}  // namespace

void copy_rows(const Tensor& from, const Tensor& to, cudaStream_t stream) {
  AWD_CHECK(from.cols == to.cols && from.rows > 0);
  if (to.rows == 0) return;
  const Rows<const uint4> wide_from = wide_rows_of<const uint4>(from);
  const Rows<uint4> wide_to = wide_rows_of<uint4>(to);
  if (from.dtype == to.dtype && !wide_from.empty() && !wide_to.empty()) {
    launch(copy_wide_kernel, shape_for(to.rows, wide_to.cols), stream, wide_from, wide_to);
    return;
  }
  with_types(from.dtype, to.dtype, [&]<class From, class To>(From, To) {
    launch(copy_kernel<From, To>, shape_for(to.rows, to.cols), stream, rows_of<const From>(from), rows_of<To>(to));
  });
}

void spread_rows(const float* values, const Tensor& to, cudaStream_t stream) {
  copy_rows({const_cast<float*>(values), to.rows, to.cols, to.cols, DType::kF32}, to, stream);
}

void collect_rows(const Tensor& from, float* values, cudaStream_t stream) {
  copy_rows(from, {values, from.rows, from.cols, from.cols, DType::kF32}, stream);
}

void gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to, cudaStream_t stream) {
  AWD_CHECK(from.cols == to.cols && int(at.size()) == to.rows);
  with_type(to.dtype, [&]<class T>(T) { copy_indexed<T, true>(from, at, to, stream); });
}

void scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to, cudaStream_t stream) {
  AWD_CHECK(from.cols == to.cols && int(at.size()) == from.rows);
  with_type(to.dtype, [&]<class T>(T) { copy_indexed<T, false>(from, at, to, stream); });
}

void patchify(const Picture& picture, int patch, const Tensor& out, cudaStream_t stream) {
  const int grid = picture.side / patch;
  AWD_CHECK(grid * patch == picture.side && out.rows == grid * grid && out.cols == 3 * patch * patch);
  const Shape shape = shape_for(out.rows, out.cols);
  if (picture.levels != nullptr) {
    launch(patchify_kernel<float>, shape, stream, picture.levels, picture.side, patch, 2.f, rows_of<float>(out));
  } else {
    launch(patchify_kernel<std::uint8_t>, shape, stream, picture.pixels, picture.side, patch, 1.f / 127.5f,
           rows_of<float>(out));
  }
}

void set_word(int* to, int value, cudaStream_t stream) {
  launch(set_word_kernel, {.grid = dim3(1), .block = dim3(1)}, stream, to, value);
}

}  // namespace awd::cuda
