// Gradient of attention, head by head with five oneDNN products. With p = softmax(s), s = scale q k^T, out = p v:
//   d_v += p^T d_out,  d_p = d_out v^T,  d_s = p (d_p - <p, d_p>) scale,  d_q = d_s k,  d_k += d_s^T q.
// Probabilities are computed again: keeping those of every layer would take heads * queries * keys floats each.
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"
#include "backend/cpu/vjp_ops.h"

namespace awd::cpu {
namespace {

/// In place: logits -> softmax(scale * logits).
AWD_KERNEL void softmax(float* __restrict values, int count, float scale) {
  float largest = values[0];
#pragma omp simd reduction(max : largest)
  for (int i = 0; i < count; ++i) largest = values[i] > largest ? values[i] : largest;
  float sum = 0.f;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < count; ++i) {
    values[i] = exp_fast((values[i] - largest) * scale);
    sum += values[i];
  }
  const float factor = 1.f / sum;
  for (int i = 0; i < count; ++i) values[i] *= factor;
}

/// In place: d_p -> d_s.
AWD_KERNEL void softmax_vjp(const float* __restrict p, int count, float scale, float* __restrict d) {
  float mean = 0.f;
#pragma omp simd reduction(+ : mean)
  for (int i = 0; i < count; ++i) mean += p[i] * d[i];
  for (int i = 0; i < count; ++i) d[i] = p[i] * (d[i] - mean) * scale;
}

/// a b^T; both [rows, k].
MatmulShape times_transposed(const Tensor& a, const Tensor& b, int c_stride) {
  return {.m = a.rows,
          .k = a.cols,
          .n = b.rows,
          .a_stride = a.stride,
          .b_k_stride = 1,
          .b_n_stride = b.stride,
          .c_stride = c_stride};
}

/// c (+)= a b, where `a` may be seen as its transpose.
MatmulShape times(const Tensor& a, bool is_a_transposed, const Tensor& b, int c_stride, Write write) {
  return {.m = is_a_transposed ? a.cols : a.rows,
          .k = b.rows,
          .n = b.cols,
          .a_stride = is_a_transposed ? 1 : a.stride,
          .a_k_stride = is_a_transposed ? a.stride : 1,
          .b_k_stride = b.stride,
          .b_n_stride = 1,
          .c_stride = c_stride,
          .add = write == Write::kAdd};
}

}  // namespace

void CpuVjp::attention(const AttentionVjpArgs& args) {
  const int queries = args.q.rows;
  const int keys = args.k.rows;
  const int head_dim = args.q.cols / args.heads;
  AWD_CHECK(args.q.cols % args.heads == 0 && args.heads % args.kv_heads == 0 && args.v.rows == keys);
  AWD_CHECK(args.k.cols == head_dim * args.kv_heads && args.d_out.rows == queries && args.d_k.rows == keys);
  AWD_CHECK(long(args.scratch.rows) * args.scratch.cols >= 2L * queries * keys, "scratch of {}", args.scratch.cols);
  auto* scratch = static_cast<float*>(args.scratch.data);
  const Tensor p{scratch, queries, keys, keys, DType::kF32};
  const Tensor d_s{scratch + std::size_t(queries) * std::size_t(keys), queries, keys, keys, DType::kF32};
  for (int head = 0; head < args.heads; ++head) {
    const int kv_column = head / (args.heads / args.kv_heads) * head_dim;
    const auto of_head = [&](const Tensor& t) { return t.col_range(head * head_dim, head_dim); };
    const auto of_kv = [&](const Tensor& t) { return t.col_range(kv_column, head_dim); };
    const Tensor q = of_head(args.q), d_out = of_head(args.d_out), d_q = of_head(args.d_q);
    const Tensor k = of_kv(args.k), v = of_kv(args.v), d_k = of_kv(args.d_k), d_v = of_kv(args.d_v);

    matmuls_.run(times_transposed(q, k, keys), q.data, k.data, p.data);
    for_rows(queries, keys, [&](int r) { softmax(row<float>(p, r), keys, args.scale); });
    matmuls_.run(times(p, true, d_out, d_v.stride, Write::kAdd), p.data, d_out.data, d_v.data);
    matmuls_.run(times_transposed(d_out, v, keys), d_out.data, v.data, d_s.data);
    for_rows(queries, keys, [&](int r) { softmax_vjp(row<float>(p, r), keys, args.scale, row<float>(d_s, r)); });
    matmuls_.run(times(d_s, false, k, d_q.stride, Write::kReplace), d_s.data, k.data, d_q.data);
    matmuls_.run(times(d_s, true, q, d_k.stride, Write::kAdd), d_s.data, q.data, d_k.data);
  }
}

}  // namespace awd::cpu
