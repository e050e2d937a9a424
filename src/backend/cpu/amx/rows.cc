// Packs input rows into tiles. A row of a tile is 64 bytes of one input row.
#include "backend/cpu/amx/rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/cpu/rows.h"

namespace awd::cpu::amx {
namespace {

/// 16 bf16 at `from` as f32; those from `count` on are zeros.
AWD_AMX inline __m512 load_bf16(const Bf16* from, int count) {
  const __mmask16 mask = count >= 16 ? __mmask16(0xffff) : __mmask16((1u << std::max(count, 0)) - 1u);
  const __m256i halves = _mm256_maskz_loadu_epi16(mask, from);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

/// The 64 bytes of row `r` at a step.
inline std::byte* tile_row(const PackedRows& to, int r, int step) {
  const int in_block = r % kBlockRows;
  return to.at(r / kBlockRows, step) + in_block / kTileRows * kTileBytes + in_block % kTileRows * kTileRowBytes;
}

AWD_AMX void copy_row(const Bf16* from, int count, int r, const PackedRows& to) {
  for (int step = 0; step < to.steps; ++step) {
    const int here = count - step * 32;
    const __mmask32 mask = here >= 32 ? ~__mmask32(0) : (__mmask32(1) << here) - 1u;
    _mm512_store_si512(tile_row(to, r, step), _mm512_maskz_loadu_epi16(mask, from + step * 32));
  }
}

struct Range {
  float low, high;
};

/// The smallest and largest of 0 and all values.
AWD_AMX Range range_of(const Bf16* from, int count) {
  __m512 low = _mm512_setzero_ps();
  __m512 high = _mm512_setzero_ps();
  for (int i = 0; i < count; i += 16) {
    const __m512 values = load_bf16(from + i, count - i);
    low = _mm512_min_ps(low, values);
    high = _mm512_max_ps(high, values);
  }
  return {_mm512_reduce_min_ps(low), _mm512_reduce_max_ps(high)};
}

AWD_AMX void quantise_row(const Bf16* from, int count, int r, float inverse_scale, const PackedRows& to) {
  const __m512 factor = _mm512_set1_ps(inverse_scale);
  const __m512i offset = _mm512_set1_epi32(to.zero[r]);
  for (int step = 0; step < to.steps; ++step) {
    std::byte* bytes = tile_row(to, r, step);
    for (int i = 0; i < 64; i += 16) {
      const int at = step * 64 + i;
      const __m512 values = load_bf16(from + std::min(at, count), count - at);
      const __m512i number = _mm512_add_epi32(_mm512_cvtps_epi32(_mm512_mul_ps(values, factor)), offset);
      const __m128i narrow = _mm512_cvtusepi32_epi8(_mm512_max_epi32(number, _mm512_setzero_si512()));
      _mm_store_si128(reinterpret_cast<__m128i*>(bytes + i), narrow);
    }
  }
}

}  // namespace

PackedRows reserve_rows(const Tensor& x, Numbers numbers, int slice_steps, Scratch& scratch) {
  PackedRows rows;
  rows.numbers = numbers;
  rows.rows = x.rows;
  rows.blocks = (x.rows + kBlockRows - 1) / kBlockRows;
  rows.steps = steps_of(x.cols, numbers == Numbers::kBf16 ? 2 : 1);
  rows.slice_steps = slice_steps;
  const std::size_t tile_bytes = std::size_t(rows.blocks) * std::size_t(rows.steps) * 2 * kTileBytes;
  const std::size_t code_bytes = std::size_t(rows.blocks) * kBlockRows * sizeof(float);
  rows.tiles = scratch.take(tile_bytes + 2 * code_bytes);
  rows.scale = reinterpret_cast<float*>(rows.tiles + tile_bytes);
  rows.zero = reinterpret_cast<std::int32_t*>(rows.tiles + tile_bytes + code_bytes);
  return rows;
}

void pack_row(const Tensor& x, int r, const PackedRows& to) {
  if (r >= x.rows) {
    for (int step = 0; step < to.steps; ++step) std::memset(tile_row(to, r, step), 0, kTileRowBytes);
    return;
  }
  const Bf16* from = row<Bf16>(x, r);
  if (to.numbers == Numbers::kBf16) {
    copy_row(from, x.cols, r, to);
    return;
  }
  const Range range = range_of(from, x.cols);
  const float scale = (range.high - range.low) / 255.f;
  const float inverse_scale = scale > 1e-30f ? 1.f / scale : 0.f;  // the inverse of less may overflow
  to.scale[r] = scale;
  to.zero[r] = std::int32_t(std::lrint(-range.low * inverse_scale));
  quantise_row(from, x.cols, r, inverse_scale, to);
}

}  // namespace awd::cpu::amx
