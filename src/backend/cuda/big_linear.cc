// From a product to a launch: maps of the operands, the plan, the kernel.
#include "backend/cuda/big_linear.h"

#include <cuda.h>

#include <algorithm>

#include "backend/cuda/big_kernels.h"
#include "backend/cuda/big_plan.h"
#include "backend/cuda/check.h"
#include "base/check.h"

namespace awd::cuda {
namespace big {
namespace {

int ceil_div(int a, int b) { return (a + b - 1) / b; }
int bytes_of(BigNumber number) { return number == BigNumber::kBf16 ? 2 : 1; }

using Encode = decltype(&cuTensorMapEncodeTiled);

/// The driver's function, without linking the driver.
Encode find_encode() {
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult result{};
  AWD_CUDA(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &entry, 12000, cudaEnableDefault, &result));
  return result == cudaDriverEntryPointSuccess ? reinterpret_cast<Encode>(entry) : nullptr;
}

/// A row-major matrix that is copied in boxes of `box_rows` rows of kStepBytes; what lies outside arrives as zeros.
CUtensorMap map_matrix(const void* data, int rows, int cols, int stride, BigNumber number, int box_rows) {
  static const Encode encode = find_encode();
  AWD_CHECK(encode != nullptr);
  const int bytes = bytes_of(number);
  const cuuint64_t sizes[2] = {cuuint64_t(cols), cuuint64_t(rows)};
  const cuuint64_t row_bytes[1] = {cuuint64_t(stride) * cuuint64_t(bytes)};
  const cuuint32_t box[2] = {cuuint32_t(kStepBytes / bytes), cuuint32_t(box_rows)};
  const cuuint32_t steps[2] = {1, 1};
  CUtensorMap map;
  const CUresult status =
      encode(&map, number == BigNumber::kBf16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_UINT8, 2,
             const_cast<void*>(data), sizes, row_bytes, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
             CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  AWD_CHECK(status == CUDA_SUCCESS, "matrix {} x {}, stride {}: driver error {}", rows, cols, stride, int(status));
  return map;
}

template <BigNumber kNumber>
Start find(BigResult result, const BigPlan& plan) {
  switch (result) {
    case BigResult::kBf16:
      return find_kernel<kNumber, BigResult::kBf16>(plan.rows, plan.cols);
    case BigResult::kF32:
    case BigResult::kAdd:
      return find_kernel<kNumber, BigResult::kF32>(plan.rows, plan.cols);
    case BigResult::kGelu:
      return find_kernel<kNumber, BigResult::kGelu>(plan.rows, plan.cols);
    case BigResult::kGeglu:
      return find_kernel<kNumber, BigResult::kGeglu>(plan.rows, plan.cols);
    case BigResult::kRotated:
      return find_kernel<kNumber, BigResult::kRotated>(plan.rows, plan.cols);
  }
  return nullptr;
}

/// The weights side by side, and where their sums go.
void add_weights(const BigProduct& product, const BigPlan& plan, BigTask& task, Finish& finish) {
  const bool is_f32 = product.result == BigResult::kF32 || product.result == BigResult::kAdd;
  const int y_bytes = is_f32 ? 4 : product.y_scale > 0.f ? 1 : 2;
  task.parts = 0;
  task.takes_heads = product.result == BigResult::kRotated;
  for (std::size_t i = 0; i < product.weights.size(); ++i) {
    const BigWeight* weight = product.weights[i];
    if (weight == nullptr) continue;
    const bool rotates = product.result == BigResult::kRotated;
    AWD_CHECK(rotates || i == 0);
    AWD_CHECK(!rotates || weight->out % kHead == 0, "{} outputs", weight->out);
    AWD_CHECK(weight->is_gated == (product.result == BigResult::kGeglu));
    // Packed, 128 bytes of all rows come before the next 128 of all: one matrix of short rows.
    const int line = kStepBytes / bytes_of(weight->number);
    const int rows = padded_rows(weight->out);
    task.weights[task.parts] = map_matrix(weight->values.get(), rows * (weight->stride / line), line, line,
                                          weight->number, rotates ? plan.cols / 2 : plan.cols);
    task.weight_rows[task.parts] = rows;
    task.first_tile[task.parts] = task.column_tiles;
    task.column_tiles += ceil_div(weight->out, plan.cols);
    finish.targets[task.parts] = {.y = product.y[i].data,
                                  .bias = weight->bias,
                                  .scales = weight->scales,
                                  .stride = product.y[i].stride,
                                  .y_bytes = y_bytes,
                                  .out = weight->out,
                                  .is_rotated = rotates && i < 2};
    ++task.parts;
  }
}

}  // namespace

void run_planned(const BigProduct& product, const BigPlan& plan, cudaStream_t stream) {
  const auto used = std::find_if(product.weights.begin(), product.weights.end(), [](auto* w) { return w != nullptr; });
  AWD_CHECK(used != product.weights.end());
  const BigWeight& weight = **used;

  BigTask task;
  Finish finish{.targets = {},
                .angles = product.angles,
                .x_scale = product.x_scale,
                .y_inverse = product.y_scale > 0.f ? 1.f / product.y_scale : 0.f,
                .adds = product.result == BigResult::kAdd};
  add_weights(product, plan, task, finish);
  task.x = map_matrix(product.x, product.rows, weight.in, product.stride, weight.number, plan.rows);
  task.steps = ceil_div(weight.in * bytes_of(weight.number), kStepBytes);
  task.rows = product.rows;
  task.live_rows = product.live_rows;
  task.likely_rows = product.likely_rows > 0 ? product.likely_rows : product.rows;
  task.splits = plan.blocks > 1;
  task.stages = plan.stages;

  // Weights larger than L2 are read once if all rows of tiles use a column of tiles at the same time.
  const int units = ceil_div(task.rows, plan.rows) * task.column_tiles;
  const int clusters = std::min(units, count_clusters(plan.blocks));
  task.rows_first = ceil_div(task.likely_rows, plan.rows) * task.column_tiles > clusters;
  const Start start = weight.number == BigNumber::kBf16 ? find<BigNumber::kBf16>(product.result, plan)
                                                        : find<BigNumber::kE4m3>(product.result, plan);
  AWD_CHECK(start != nullptr, "no kernel with tiles of {} x {}", plan.rows, plan.cols);
  start(task, finish, plan, clusters, stream);
}

}  // namespace big

bool big_linear_fits(int out, int in, BigNumber number, bool is_gated) {
  return in % (16 / big::bytes_of(number)) == 0 && out % (is_gated ? 64 : 8) == 0;
}

void run_big(const BigProduct& product, cudaStream_t stream) {
  big::run_planned(product, big::choose_plan(product), stream);
}

}  // namespace awd::cuda
