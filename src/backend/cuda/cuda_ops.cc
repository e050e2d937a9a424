// Operations that move data or work on rows and elements, and the session's stream.
#include "backend/cuda/cuda_ops.h"

#include <algorithm>
#include <cstring>

#include "backend/cuda/attention.h"
#include "backend/cuda/elements.h"
#include "backend/cuda/held_keys.h"
#include "backend/cuda/memory_place.h"
#include "backend/cuda/moving.h"
#include "backend/cuda/norms.h"

namespace awd::cuda {
namespace {

constexpr std::size_t kPieceFloats = Staging::kHalfBytes / sizeof(float);

/// Calls visit(piece, first) for parts of `tensor` of at most kPieceFloats elements that follow one another in a
/// row-by-row list, the first of them `first` elements behind its beginning.
template <class F>
void for_each_piece(const Tensor& tensor, F&& visit) {
  const int most = int(kPieceFloats);
  const int rows_at_once = tensor.cols > most ? 1 : most / std::max(tensor.cols, 1);
  for (int r = 0; r < tensor.rows; r += rows_at_once) {
    const Tensor rows = tensor.row_range(r, std::min(rows_at_once, tensor.rows - r));
    for (int c = 0; c < tensor.cols; c += most) {
      visit(rows.col_range(c, std::min(most, tensor.cols - c)),
            std::size_t(r) * std::size_t(tensor.cols) + std::size_t(c));
    }
  }
}

std::size_t count_of(const Tensor& tensor) { return std::size_t(tensor.rows) * std::size_t(tensor.cols); }

}  // namespace

CudaOps::CudaOps(int compute_capability, StreamOrder& order)
    : compute_capability_(compute_capability),
      order_(order),
      stream_(make_stream()),
      scope_end_(make_event()),
      staging_(stream_.get()),
      recorder_(stream_.get()),
      arrivals_(make_pinned(Staging::kHalfBytes)),
      live_word_(allocate_device(1, 1, DType::kF32)) {
  order_.add(scope_end_.get());
  AWD_CUDA(cudaDeviceSynchronize());
}

CudaOps::~CudaOps() {
  cudaStreamSynchronize(stream());
  order_.remove(scope_end_.get());
}

void CudaOps::enter() {
  AWD_CUDA(cudaSetDevice(0));
  order_.wait_for_others(stream(), scope_end_.get());
}

void CudaOps::leave() { cudaEventRecord(scope_end_.get(), stream()); }

void CudaOps::set_live_rows(int rows) {
  if (rows == live_rows_) return;
  AWD_CHECK(!recorder_.is_recording());
  set_word(static_cast<int*>(live_word_.tensor().data), rows, stream());
  live_rows_ = rows;
}

Tensor CudaOps::live(const Tensor& tensor) const {
  Tensor counted = tensor;
  counted.live_rows = static_cast<const int*>(live_word_.tensor().data);
  return counted;
}

void CudaOps::finish() { AWD_CUDA(cudaStreamSynchronize(stream())); }

void CudaOps::upload(std::span<const float> from, const Tensor& to) {
  AWD_CHECK(from.size() == count_of(to) && !recorder_.is_recording());
  for_each_piece(to, [&](const Tensor& piece, std::size_t first) {
    const auto* staged = staging_.put(std::as_bytes(from.subspan(first, count_of(piece))));
    spread_rows(static_cast<const float*>(staged), piece, stream());
  });
}

void CudaOps::download(const Tensor& from, std::span<float> to) {
  AWD_CHECK(to.size() == count_of(from) && !recorder_.is_recording());
  Tensor all = from;
  all.live_rows = nullptr;
  for_each_piece(all, [&](const Tensor& piece, std::size_t first) {
    auto* arrived = reinterpret_cast<float*>(arrivals_.get());
    collect_rows(piece, arrived, stream());
    AWD_CUDA(cudaStreamSynchronize(stream()));
    std::memcpy(to.data() + first, arrived, count_of(piece) * sizeof(float));
  });
}

void CudaOps::copy_rows(const Tensor& from, const Tensor& to) { cuda::copy_rows(from, to, stream()); }

void CudaOps::gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to) {
  cuda::gather_rows(from, at, to, stream());
}

void CudaOps::scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to) {
  cuda::scatter_rows(from, at, to, stream());
}

void CudaOps::patchify(const Picture& picture, int patch, const Tensor& out) {
  AWD_CHECK(!recorder_.is_recording());
  const std::size_t values = 3 * std::size_t(picture.side) * std::size_t(picture.side);
  Picture on_device{.side = picture.side};
  if (picture.levels != nullptr) {
    on_device.levels = static_cast<const float*>(staging_.put(std::as_bytes(std::span(picture.levels, values))));
  } else if (is_device_memory(picture.pixels)) {
    on_device.pixels = picture.pixels;
  } else {
    on_device.pixels = static_cast<const std::uint8_t*>(staging_.put(std::as_bytes(std::span(picture.pixels, values))));
  }
  cuda::patchify(on_device, patch, out, stream());
}

void CudaOps::hold(const Tensor& k, const Tensor& v, int tokens, HeldKeys& held) {
  cuda::hold(k, v, tokens, nullptr, static_cast<CudaHeldKeys&>(held), stream());
  held.tokens = tokens;
}

void CudaOps::attention(const AttentionArgs& args) { run_attention(args, compute_capability_, stream()); }

void CudaOps::layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y) {
  cuda::layer_norm(x, weight, bias, y, stream());
}

void CudaOps::rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y) {
  cuda::rms_norm(x, scale, shift, y, stream());
}

void CudaOps::rope(const Tensor& x, const Tensor& angles) { cuda::rope(x, angles, stream()); }
void CudaOps::gelu(const Tensor& x) { cuda::gelu(x, stream()); }
void CudaOps::silu(const Tensor& x) { cuda::silu(x, stream()); }
void CudaOps::geglu(const Tensor& gate_up, const Tensor& out) { cuda::geglu(gate_up, out, stream()); }

void CudaOps::add_scaled(const Tensor& x, const Tensor& y, float factor) { cuda::add_scaled(x, y, factor, stream()); }

void CudaOps::add_gated(const Tensor& x, const Tensor& y, const Tensor& gate) { cuda::add_gated(x, y, gate, stream()); }

}  // namespace awd::cuda
