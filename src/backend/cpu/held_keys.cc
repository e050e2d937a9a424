// Taking up held keys, and attention over them as rows.
#include "backend/cpu/held_keys.h"

#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/elements.h"

namespace awd::cpu {

void HeldRows::fill(const Tensor& from_k, const Tensor& from_v, int count) {
  const int from_rows = from_k.rows / layers;
  tokens = count;
  for (int i = 0; i < layers; ++i) {
    convert_rows(from_k.row_range(i * from_rows, count), layer(k, i, 0));
    convert_rows(from_v.row_range(i * from_rows, count), layer(v, i, 0));
  }
}

void CpuOps::hold(const Tensor& k, const Tensor& v, int tokens, HeldKeys& held) {
  auto& own_kind = static_cast<CpuHeldKeys&>(held);
  AWD_CHECK(k.rows == v.rows && k.rows % held.layers == 0 && k.cols == own_kind.kv_width && v.cols == k.cols);
  AWD_CHECK(tokens >= 0 && tokens <= held.capacity && tokens <= k.rows / held.layers, "{} tokens, room for {}", tokens,
            held.capacity);
  own_kind.fill(k, v, tokens);
}

}  // namespace awd::cpu
