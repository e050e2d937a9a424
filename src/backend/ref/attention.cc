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

/// Key or value rows, held ones first.
class KeyRows {
 public:
  KeyRows(const Tensor& own, const std::vector<float>* held, int first, int held_rows)
      : own_(own), held_(held), first_(first), held_rows_(held_rows) {}

  int count() const { return held_rows_ + own_.rows; }
  const float* at(int key) const {
    if (key >= held_rows_) return row(own_, key - held_rows_);
    return held_->data() + std::size_t(first_ + key) * std::size_t(own_.cols);
  }

 private:
  const Tensor& own_;
  const std::vector<float>* held_;
  int first_, held_rows_;
};

/// One group of rows.
void attend(const AttentionArgs& a) {
  const int head_dim = a.q.cols / a.heads;
  const auto* held = static_cast<const RefHeldKeys*>(a.held);
  const int held_rows = held == nullptr ? 0 : held->tokens;
  const int first = held == nullptr ? 0 : a.held_layer * held->capacity;
  const KeyRows k(a.k, held == nullptr ? nullptr : &held->k, first, held_rows);
  const KeyRows v(a.v, held == nullptr ? nullptr : &held->v, first, held_rows);
  const int shared_keys = held == nullptr ? a.k.rows : held_rows;
  float* p = row(a.probabilities, 0);
  const bool is_per_head = a.key_share.rows > 1;
  const float shared_by = float(is_per_head ? a.q.rows : a.heads * a.q.rows);
  for (int r = 0; r < a.key_share.rows; ++r) std::fill_n(row(a.key_share, r), shared_keys, 0.f);
  for (int query = 0; query < a.q.rows; ++query) {
    for (int head = 0; head < a.heads; ++head) {
      const int kv_offset = head / (a.heads / a.kv_heads) * head_dim;
      const float* q = row(a.q, query) + head * head_dim;
      for (int key = 0; key < k.count(); ++key) {
        float dot = 0.f;
        for (int d = 0; d < head_dim; ++d) dot += q[d] * k.at(key)[kv_offset + d];
        p[key] = dot * a.scale;
      }
      softmax(p, k.count());
      float* out = row(a.out, query) + head * head_dim;
      std::fill_n(out, head_dim, 0.f);
      for (int key = 0; key < k.count(); ++key) {
        for (int d = 0; d < head_dim; ++d) out[d] += p[key] * v.at(key)[kv_offset + d];
      }
      if (a.key_share.empty()) continue;
      float* share = row(a.key_share, is_per_head ? head : 0);
      for (int key = 0; key < shared_keys; ++key) share[key] += p[key] / shared_by;
    }
  }
}

}  // namespace

void RefOps::hold(const Tensor& k, const Tensor& v, int tokens, HeldKeys& to) {
  auto& held = static_cast<RefHeldKeys&>(to);
  AWD_CHECK(tokens <= held.capacity && k.rows % held.layers == 0 && k.cols == held.width);
  const int stored = k.rows / held.layers;
  for (int layer = 0; layer < held.layers; ++layer) {
    for (int token = 0; token < tokens; ++token) {
      const std::size_t at = std::size_t(layer * held.capacity + token) * std::size_t(held.width);
      std::copy_n(row(k, layer * stored + token), held.width, held.k.data() + at);
      std::copy_n(row(v, layer * stored + token), held.width, held.v.data() + at);
    }
  }
  held.tokens = tokens;
}

void RefOps::attention(const AttentionArgs& a) {
  const int queries = a.q.rows / a.batches, keys = a.k.rows / a.batches;
  for (int batch = 0; batch < a.batches; ++batch) {
    AttentionArgs group = a;
    group.q = a.q.row_range(batch * queries, queries);
    group.k = a.k.row_range(batch * keys, keys);
    group.v = a.v.row_range(batch * keys, keys);
    group.out = a.out.row_range(batch * queries, queries);
    attend(group);
  }
}

}  // namespace awd::ref
