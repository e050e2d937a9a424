// Checks, and the choice of the kernel.
#include "backend/cuda/attention.h"

#include <bit>

#include "backend/cuda/attention_view.h"
#include "backend/cuda/held_keys.h"
#include "base/check.h"

namespace awd::cuda {
namespace {

void check_args(const AttentionArgs& a) {
  const DType dtype = a.q.dtype;
  AWD_CHECK(a.heads > 0 && a.kv_heads > 0 && a.heads % a.kv_heads == 0, "{} heads, {} of keys", a.heads, a.kv_heads);
  AWD_CHECK(a.k.dtype == dtype && a.v.dtype == dtype && a.out.dtype == dtype, "tensors of several types");
  AWD_CHECK(a.q.cols % a.heads == 0 && a.k.cols == a.q.cols / a.heads * a.kv_heads && a.v.cols == a.k.cols,
            "{} columns of {} heads, keys {} of {}", a.q.cols, a.heads, a.k.cols, a.kv_heads);
  AWD_CHECK(a.out.rows >= a.q.rows && a.out.cols == a.q.cols && a.v.rows == a.k.rows, "{} outputs of {} queries",
            a.out.rows, a.q.rows);
  AWD_CHECK(a.batches > 0 && a.q.rows % a.batches == 0 && a.k.rows % a.batches == 0, "{} rows in {} batches", a.q.rows,
            a.batches);
  const bool is_one_batch = a.held == nullptr && a.key_share.empty() && !a.q.live_rows && !a.k.live_rows;
  AWD_CHECK(a.batches == 1 || is_one_batch, "{} batches", a.batches);
}

void add_held(const CudaHeldKeys& held, int layer, AttentionView& view) {
  AWD_CHECK(layer >= 0 && layer < held.layers, "layer {} of {}", layer, held.layers);
  const auto rows_of_layer = [&](const Buffer& buffer) {
    return buffer.tensor().row_range(layer * held.capacity, held.capacity).data;
  };
  AWD_CHECK(held.k.tensor().cols == view.kv_heads * view.head_dim, "{} held columns", held.k.tensor().cols);
  view.held_k = rows_of_layer(held.k);
  view.held_v = rows_of_layer(held.v);
  view.held_tokens = held.filled();
  view.held_capacity = held.capacity;
  view.most_keys += held.capacity;
  view.tickets = static_cast<unsigned*>(held.tickets.tensor().data);
}

void add_key_share(const AttentionArgs& a, AttentionView& view) {
  AWD_CHECK(a.key_share.rows == 1 || a.key_share.rows == a.heads, "{} rows of key_share", a.key_share.rows);
  const std::size_t scratch = std::size_t(a.heads) * std::size_t(a.q.rows) * std::size_t(view.most_keys);
  AWD_CHECK(std::size_t(a.scores.rows) * std::size_t(a.scores.cols) >= scratch, "{} scores", scratch);
  view.key_share = static_cast<float*>(a.key_share.data);
  view.share_stride = a.key_share.stride;
  view.share_rows = a.key_share.rows;
  view.share_cols = a.key_share.cols;
  view.scratch = static_cast<float*>(a.scores.data);
}

AttentionView view_of(const AttentionArgs& a) {
  check_args(a);
  AttentionView view;
  view.q = a.q.data;
  view.k = a.k.data;
  view.v = a.v.data;
  view.out = a.out.data;
  view.q_stride = a.q.stride;
  view.k_stride = a.k.stride;
  view.v_stride = a.v.stride;
  view.out_stride = a.out.stride;
  view.queries = a.q.rows / a.batches;
  view.own = a.k.rows / a.batches;
  view.most_keys = view.own;
  view.live_queries = a.q.live_rows;
  view.live_own = a.k.live_rows;
  view.heads = a.heads;
  view.kv_heads = a.kv_heads;
  const unsigned group = unsigned(a.heads / a.kv_heads);
  view.group_bits = std::has_single_bit(group) ? std::countr_zero(group) : -1;
  view.head_dim = a.q.cols / a.heads;
  view.batches = a.batches;
  view.scale = a.scale;
  if (a.held != nullptr) add_held(*static_cast<const CudaHeldKeys*>(a.held), a.held_layer, view);
  if (!a.key_share.empty()) add_key_share(a, view);
  return view;
}

}  // namespace

void run_attention(const AttentionArgs& args, int compute_capability, cudaStream_t stream) {
  AttentionView view = view_of(args);
  const bool is_bf16 = args.q.dtype == DType::kBf16;
  if (is_bf16 && fits_split_attention(view, compute_capability)) {
    launch_split_attention(view, stream);
    return;
  }
  // Whoever looks at the attention must not change it: the shares come first, then the output by the same kernel as
  // without them.
  if (is_bf16 && view.key_share != nullptr) {
    launch_generic_attention(view, args.q.dtype, stream);
    view.key_share = nullptr;
    if (!fits_tiled_attention(view)) return;
  }
  if (is_bf16 && fits_prefix_attention(view, compute_capability)) {
    launch_prefix_attention(view, stream);
  } else if (is_bf16 && fits_picture_attention(view, compute_capability)) {
    launch_picture_attention(view, stream);
  } else if (is_bf16 && fits_tiled_attention(view)) {
    launch_tiled_attention(view, stream);
  } else {
    launch_generic_attention(view, args.q.dtype, stream);
  }
}

}  // namespace awd::cuda
