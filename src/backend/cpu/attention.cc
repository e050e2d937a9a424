// CPU attention: for each slab of query rows, oneDNN q k^T, softmax row by row, oneDNN probabilities * v.
// With one key/value head (Gemma) all heads of all queries are rows of one product; otherwise heads take turns.
// A slab has at most 512 rows, so that its scores (512 x ~550 keys x 4 bytes) stay in a 2 MB second-level cache.
#include <algorithm>

#include "backend/cpu/amx/amx.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/elements.h"
#include "backend/cpu/held_keys.h"
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"

namespace awd::cpu {
namespace {

constexpr int kSlabRows = 512;

/// In place: logits * scale -> e^(logit - largest); returns 1 / sum.
AWD_KERNEL float softmax_row(float* __restrict values, int count, float scale) {
  float largest = values[0];
#pragma omp simd reduction(max : largest)
  for (int i = 0; i < count; ++i) largest = values[i] > largest ? values[i] : largest;
  float sum = 0.f;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < count; ++i) {
    const float e = exp_fast((values[i] - largest) * scale);
    values[i] = e;
    sum += e;
  }
  return 1.f / sum;
}

AWD_KERNEL void scale_row(const float* __restrict from, float factor, int count, float* __restrict to) {
  for (int i = 0; i < count; ++i) to[i] = from[i] * factor;
}

AWD_KERNEL void scale_row(const float* __restrict from, float factor, int count, Bf16* __restrict to) {
  for (int i = 0; i < count; ++i) store(to[i], from[i] * factor);
}

/// Query rows that one product handles: `q` and `out` are views of them, [rows, head_dim]. Row r is of head
/// `head` + r % `heads`: one after the other, or all of one.
struct Slab {
  Tensor q, k, v, out;
  int head = 0;
  int heads = 1;
};

template <class T>
class SlabAttention {
 public:
  SlabAttention(const AttentionArgs& args, Matmuls& matmuls) : args_(args), matmuls_(matmuls) {}

  void run(const Slab& slab) const {
    const int rows = slab.q.rows;
    const int keys = slab.k.rows;
    const int head_dim = slab.q.cols;
    const DType type = kDType<T>;
    auto* scores = static_cast<float*>(args_.scores.data);
    auto* probabilities = static_cast<T*>(args_.probabilities.data);
    matmuls_.run({.m = rows,
                  .k = head_dim,
                  .n = keys,
                  .a_stride = slab.q.stride,
                  .b_k_stride = 1,
                  .b_n_stride = slab.k.stride,
                  .c_stride = keys,
                  .in = type,
                  .out = DType::kF32},
                 slab.q.data, slab.k.data, scores);
    for_rows(rows, keys, [&](int r) {
      float* row_scores = scores + std::size_t(r) * keys;
      const float factor = softmax_row(row_scores, keys, args_.scale);
      scale_row(row_scores, factor, keys, probabilities + std::size_t(r) * keys);
    });
    if (!args_.key_share.empty()) add_key_share(slab, probabilities);
    matmuls_.run({.m = rows,
                  .k = keys,
                  .n = head_dim,
                  .a_stride = keys,
                  .b_k_stride = slab.v.stride,
                  .b_n_stride = 1,
                  .c_stride = slab.out.stride,
                  .in = type,
                  .out = type},
                 probabilities, slab.v.data, slab.out.data);
  }

 private:
  void add_key_share(const Slab& slab, const T* probabilities) const {
    const bool is_per_head = args_.key_share.rows > 1;
    const float factor = 1.f / float(is_per_head ? args_.q.rows : args_.heads * args_.q.rows);
    const int keys = slab.k.rows;
    for (int r = 0; r < slab.q.rows; ++r) {
      float* share = row<float>(args_.key_share, is_per_head ? (slab.head + r % slab.heads) % args_.heads : 0);
      const T* probability = probabilities + std::size_t(r) * keys;
      for (int key = 0; key < args_.key_share.cols; ++key) share[key] += factor * load(probability[key]);
    }
  }

  const AttentionArgs& args_;
  Matmuls& matmuls_;
};

/// Cuts `rows` into equal slabs of at most kSlabRows and calls f(first, count).
template <class F>
void for_slabs(int rows, F&& f) {
  const int slabs = (rows + kSlabRows - 1) / kSlabRows;
  const int size = (rows + slabs - 1) / slabs;
  for (int first = 0; first < rows; first += size) f(first, std::min(size, rows - first));
}

template <class T>
void attend(const AttentionArgs& a, Matmuls& matmuls) {
  const int head_dim = a.q.cols / a.heads;
  const SlabAttention<T> attention(a, matmuls);
  if (a.kv_heads == 1 && a.q.contiguous() && a.out.contiguous()) {
    const Tensor q{a.q.data, a.q.rows * a.heads, head_dim, head_dim, a.q.dtype};
    const Tensor out{a.out.data, a.q.rows * a.heads, head_dim, head_dim, a.out.dtype};
    for_slabs(q.rows, [&](int first, int count) {
      attention.run({.q = q.row_range(first, count),
                     .k = a.k,
                     .v = a.v,
                     .out = out.row_range(first, count),
                     .head = first % a.heads,
                     .heads = a.heads});
    });
    return;
  }
  for (int head = 0; head < a.heads; ++head) {
    const int kv_column = head / (a.heads / a.kv_heads) * head_dim;
    const Tensor q = a.q.col_range(head * head_dim, head_dim);
    const Tensor out = a.out.col_range(head * head_dim, head_dim);
    for_slabs(q.rows, [&](int first, int count) {
      attention.run({.q = q.row_range(first, count),
                     .k = a.k.col_range(kv_column, head_dim),
                     .v = a.v.col_range(kv_column, head_dim),
                     .out = out.row_range(first, count),
                     .head = head});
    });
  }
}

/// The same attention with the held rows as its own: the own ones are copied behind them.
AttentionArgs join_held(const AttentionArgs& a) {
  const auto& held = static_cast<const HeldRows&>(*a.held);
  AttentionArgs joined = a;
  joined.held = nullptr;
  joined.k = held.layer(held.k, a.held_layer, a.k.rows);
  joined.v = held.layer(held.v, a.held_layer, a.v.rows);
  convert_rows(a.k, joined.k.row_range(held.tokens, a.k.rows));
  convert_rows(a.v, joined.v.row_range(held.tokens, a.v.rows));
  return joined;
}

/// One of the equal groups of rows.
AttentionArgs batch_of(const AttentionArgs& a, int batch) {
  const auto part = [&](const Tensor& all) {
    const int rows = all.rows / a.batches;
    return all.row_range(batch * rows, rows);
  };
  AttentionArgs one = a;
  one.q = part(a.q);
  one.k = part(a.k);
  one.v = part(a.v);
  one.out = part(a.out);
  one.batches = 1;
  return one;
}

void check(const AttentionArgs& a) {
  AWD_CHECK(a.q.cols % a.heads == 0 && a.heads % a.kv_heads == 0 && a.k.rows == a.v.rows && a.out.rows == a.q.rows);
  AWD_CHECK(a.k.cols == a.q.cols / a.heads * a.kv_heads && a.v.cols == a.k.cols && a.out.cols == a.q.cols);
  AWD_CHECK(a.key_share.rows <= 1 || a.key_share.rows == a.heads, "key_share has {} rows", a.key_share.rows);
  const int shared_keys = a.held == nullptr ? a.k.rows : a.held->tokens;
  AWD_CHECK(a.key_share.empty() || a.key_share.cols >= shared_keys, "{} of {} keys", a.key_share.cols, shared_keys);
  AWD_CHECK(a.batches == 1 || a.key_share.empty(), "the key share of {} groups", a.batches);
  AWD_CHECK(a.q.rows % a.batches == 0 && a.k.rows % a.batches == 0, "{} rows in {} groups", a.q.rows, a.batches);
  if (a.held == nullptr) return;
  const auto& held = static_cast<const CpuHeldKeys&>(*a.held);
  AWD_CHECK(a.held_layer >= 0 && a.held_layer < held.layers && a.k.rows <= held.own && a.k.cols == held.kv_width);
}

}  // namespace

void CpuOps::attention(const AttentionArgs& a) {
  check(a);
  for (int r = 0; r < a.key_share.rows; ++r) std::fill_n(row<float>(a.key_share, r), a.key_share.cols, 0.f);
  for (int batch = 0; batch < a.batches; ++batch) {
    const AttentionArgs one = batch_of(a, batch);
    if (on_tile_unit(a.q)) {
      amx::attend(one, scratch_);
    } else {
      const AttentionArgs joined = one.held == nullptr ? one : join_held(one);
      with_type(a.q.dtype, [&]<class T>(T) { attend<T>(joined, scratch_.matmuls); });
    }
  }
}

}  // namespace awd::cpu
