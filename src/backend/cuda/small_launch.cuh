// From a packed layer and its rows to a launch of the kernel: which form runs it.
#pragma once

#include <algorithm>

#include "backend/cuda/small_kernel.cuh"
#include "backend/cuda/small_view.h"

namespace awd::cuda::small {

template <class F, class Weights, class Rows, class Output>
void launch_form(const SmallLayer& layer, View view, const Output& output, cudaStream_t stream) {
  const auto kernel = small_kernel<F, Weights, Rows, Output>;
  view.chunks_per_part = (view.chunks + F::kParts - 1) / F::kParts;
  const Shape shape{.grid = dim3(unsigned(view.cluster), unsigned(layer.groups)),
                    .block = dim3(F::kThreads),
                    .shared_bytes = std::size_t(Layout<F, Weights, Rows>::shared_bytes(view)),
                    .cluster = view.cluster};
  allow_shared_memory(kernel, shape.shared_bytes);
  // The split of cache and shared memory must not change between kernels that share a multiprocessor.
  AWD_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributePreferredSharedMemoryCarveout,
                                cudaSharedmemCarveoutMaxShared));
  launch(kernel, shape, stream, view, output);
}

template <class F, class Rows, class Output>
void launch_number(const SmallLayer& layer, const View& view, const Output& output, cudaStream_t stream) {
  if (layer.number == SmallNumber::kBf16) {
    launch_form<F, Bf16Weights, Rows>(layer, view, output, stream);
  } else {
    launch_form<F, ByteWeights, Rows>(layer, view, output, stream);
  }
}

/// As many launches as the rows need; the second finds most of the weights in the L2 cache.
template <int kUnits, class Rows, class Output>
void launch_rows(const SmallLayer& layer, View view, const Output& output, cudaStream_t stream) {
  const int rows = view.rows, extra = view.shift != nullptr ? 1 : 0;
  const int launches = (rows + kMostRows - extra - 1) / (kMostRows - extra);
  const int each = (rows + launches - 1) / launches;
  const std::size_t row_bytes = std::size_t(view.x_stride) * sizeof(typename Rows::Element);
  for (int first = 0; first < rows; first += each) {
    view.rows = std::min(each, rows - first);
    if (view.rows + extra <= 16) {
      launch_number<Form<1, kUnits, Output::kTiles>, Rows>(layer, view, output.behind(first), stream);
    } else if (view.rows + extra <= 32) {
      launch_number<Form<2, kUnits, Output::kTiles>, Rows>(layer, view, output.behind(first), stream);
    } else {
      launch_number<Form<2, kUnits, Output::kTiles, 2>, Rows>(layer, view, output.behind(first), stream);
    }
    view.x = static_cast<const std::byte*>(view.x) + std::size_t(view.rows) * row_bytes;
  }
}

/// Of the counts that are compiled for the layer's pairs.
template <SmallPairs kPairs, class Rows, class Output>
void launch_product(const SmallLayer& layer, const View& view, const Output& output, cudaStream_t stream) {
  constexpr Units kUnits = units_of(kPairs);
  AWD_CHECK(view.rows > 0 && layer.pairs == kPairs, "{} rows, pairs {}", view.rows, int(layer.pairs));
  if (layer.plan.units == kUnits.of_few) {
    launch_rows<kUnits.of_few, Rows>(layer, view, output, stream);
  } else {
    AWD_CHECK(layer.plan.units == kUnits.of_many, "{} units", layer.plan.units);
    launch_rows<kUnits.of_many, Rows>(layer, view, output, stream);
  }
}

/// The part of the kernel's arguments that all products share; checks what the kernels rely on.
View view_of(const SmallLayer& layer, const Tensor& x, const Modulation& norm);

}  // namespace awd::cuda::small
