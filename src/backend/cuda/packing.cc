// Staging of weights, a few megabytes at a time.
#include "backend/cuda/packing.h"

#include <algorithm>

#include "base/check.h"

namespace awd::cuda {
namespace {

constexpr int kStrideUnit = 8;  // elements: 16 bytes of bf16, what kernels copy at a time

}  // namespace

void Packing::convert(const StoredMatrix& part, int first, const Tensor& to) {
  const std::size_t row_bytes = std::size_t(part.cols) * bytes_of(part.format);
  const int rows_at_once = int(std::max<std::size_t>(Staging::kHalfBytes / row_bytes, 1));
  for (int r = 0; r < part.rows; r += rows_at_once) {
    const int rows = std::min(rows_at_once, part.rows - r);
    const void* staged = staging_.put({part.row(r), std::size_t(rows) * row_bytes});
    convert_rows(part.format, staged, rows, part.cols, to.row_range(first + r, rows), stream_.get());
  }
}

Buffer Packing::weights(const LinearData& data) {
  const std::lock_guard lock(mutex_);
  const int stride = (data.in() + kStrideUnit - 1) / kStrideUnit * kStrideUnit;
  Buffer packed = allocate_device(data.out(), stride, data.dtype);
  int first = 0;
  for (const StoredMatrix& part : data.parts) {
    AWD_CHECK(part.cols == data.in(), "{} columns beside {}", part.cols, data.in());
    convert(part, first, packed.tensor());
    first += part.rows;
  }
  AWD_CUDA(cudaStreamSynchronize(stream_.get()));
  return packed;
}

Buffer Packing::row(std::span<const float> values) {
  if (values.empty()) return {};
  Buffer packed = allocate_device(1, int(values.size()), DType::kF32);
  const std::lock_guard lock(mutex_);
  AWD_CUDA(
      cudaMemcpyAsync(packed.tensor().data, values.data(), values.size_bytes(), cudaMemcpyHostToDevice, stream_.get()));
  AWD_CUDA(cudaStreamSynchronize(stream_.get()));
  return packed;
}

}  // namespace awd::cuda
