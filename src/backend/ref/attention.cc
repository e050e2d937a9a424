// Reference attention, one query row of one head at a time.
#include <algorithm>
#include <cmath>

#include "backend/ref/ref_ops.h"
#include "backend/ref/rows.h"

namespace awd::ref {
namespace {

/// In place: logits -> probabilities.
void softmax(float* values, int count) {
  const float largest = *std::max_element(values, values + count);
  float sum = 0.f;
  for (int i = 0; i < count; ++i) {
    values[i] = std::exp(values[i] - largest);
    sum += values[i];
  }
  for (int i = 0; i < count; ++i) values[i] /= sum;
}

}  // namespace

void RefOps::attention(const AttentionArgs& a) {
  const int head_dim = a.q.cols / a.heads;
  const int keys = a.k.rows;
  float* p = row(a.probabilities, 0);
  const bool is_per_head = a.key_share.rows > 1;
  const float shared_by = float(is_per_head ? a.q.rows : a.heads * a.q.rows);
  for (int r = 0; r < a.key_share.rows; ++r) std::fill_n(row(a.key_share, r), keys, 0.f);
  for (int query = 0; query < a.q.rows; ++query) {
    for (int head = 0; head < a.heads; ++head) {
      const int kv_offset = head / (a.heads / a.kv_heads) * head_dim;
      const float* q = row(a.q, query) + head * head_dim;
      for (int key = 0; key < keys; ++key) {
        const float* k = row(a.k, key) + kv_offset;
        float dot = 0.f;
        for (int d = 0; d < head_dim; ++d) dot += q[d] * k[d];
        p[key] = dot * a.scale;
      }
      softmax(p, keys);
      float* out = row(a.out, query) + head * head_dim;
      std::fill_n(out, head_dim, 0.f);
      for (int key = 0; key < keys; ++key) {
        const float* v = row(a.v, key) + kv_offset;
        for (int d = 0; d < head_dim; ++d) out[d] += p[key] * v[d];
      }
      if (a.key_share.empty()) continue;
      float* share = row(a.key_share, is_per_head ? head : 0);
      for (int key = 0; key < keys; ++key) share[key] += p[key] / shared_by;
    }
  }
}

}  // namespace awd::ref
