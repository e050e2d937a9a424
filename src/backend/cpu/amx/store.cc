// Finishes blocks of sums, 16 columns of one row at a time.
#include "backend/cpu/amx/store.h"

#include <algorithm>

#include "backend/cpu/amx/vector16.h"
#include "backend/cpu/rows.h"

namespace awd::cpu::amx {
namespace {

/// Constants of 16 channels.
struct Columns {
  __mmask16 mask;
  __m512 bias, scale, factor;
  __m512i sum;
};

AWD_AMX inline Columns load_columns(const StoreTarget& t, int panel, int side) {
  const TileWeights& w = t.weights;
  const std::size_t first = std::size_t(w.first_channel(panel, side));
  Columns columns{};
  columns.mask = __mmask16((1u << w.channels(panel, side)) - 1u);
  columns.bias = w.bias.empty() ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(columns.mask, w.bias.data() + first);
  const __m512 one = _mm512_set1_ps(1.f);
  columns.factor = t.factors == nullptr ? one : _mm512_maskz_loadu_ps(columns.mask, t.factors + first);
  if (w.numbers == Numbers::kInt8) {
    columns.scale = _mm512_maskz_loadu_ps(columns.mask, w.scale.data() + first);
    columns.sum = _mm512_maskz_loadu_epi32(columns.mask, w.sum.data() + first);
  }
  return columns;
}

/// 16 results of row `r`. int8: sum of scale_x (n_x - zero) scale_w n_w over K.
template <Numbers kNumbers>
AWD_AMX inline __m512 finished(const std::byte* sums, const Columns& columns, const PackedRows& rows, int r) {
  if constexpr (kNumbers == Numbers::kBf16) {
    return _mm512_add_ps(_mm512_load_ps(sums), columns.bias);
  } else {
    const __m512i shift = _mm512_mullo_epi32(columns.sum, _mm512_set1_epi32(rows.zero[r]));
    const __m512 product = _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_load_si512(sums), shift));
    return _mm512_fmadd_ps(product, _mm512_mul_ps(columns.scale, _mm512_set1_ps(rows.scale[r])), columns.bias);
  }
}

AWD_AMX inline void write(const Tensor& y, int r, int column, __mmask16 mask, bool adds, __m512 values) {
  const std::size_t at = std::size_t(r) * std::size_t(y.stride) + std::size_t(column);
  if (y.dtype == DType::kBf16) {
    _mm256_mask_storeu_epi16(static_cast<Bf16*>(y.data) + at, mask, (__m256i)_mm512_cvtneps_pbh(values));
    return;
  }
  float* to = static_cast<float*>(y.data) + at;
  if (adds) values = _mm512_add_ps(values, _mm512_maskz_loadu_ps(mask, to));
  _mm512_mask_storeu_ps(to, mask, values);
}

template <Numbers kNumbers>
AWD_AMX void store_plain(const StoreTarget& t, int panel, int first_row, const BlockSums& sums) {
  const int rows = std::min(kBlockRows, t.rows.rows - first_row);
  const Columns columns[2] = {load_columns(t, panel, 0), load_columns(t, panel, 1)};
  for (int i = 0; i < rows; ++i) {
    const std::byte* from = sums.tiles[i / kTileRows * 2] + i % kTileRows * kTileRowBytes;
    for (int side = 0; side < 2; ++side) {
      const __m512 sum = finished<kNumbers>(from + side * kTileBytes, columns[side], t.rows, first_row + i);
      const __m512 values = t.finish == Finish::kGelu ? gelu16(sum) : _mm512_mul_ps(sum, columns[side].factor);
      write(t.y, first_row + i, t.weights.first_channel(panel, side), columns[side].mask, t.finish == Finish::kAdd,
            values);
    }
  }
}

template <Numbers kNumbers>
AWD_AMX void store_geglu(const StoreTarget& t, int panel, int first_row, const BlockSums& sums) {
  const int rows = std::min(kBlockRows, t.rows.rows - first_row);
  const Columns gates = load_columns(t, panel, 0);
  const Columns factors = load_columns(t, panel, 1);
  for (int i = 0; i < rows; ++i) {
    const std::byte* from = sums.tiles[i / kTileRows * 2] + i % kTileRows * kTileRowBytes;
    const __m512 gate = finished<kNumbers>(from, gates, t.rows, first_row + i);
    const __m512 factor = finished<kNumbers>(from + kTileBytes, factors, t.rows, first_row + i);
    write(t.y, first_row + i, panel * kTileRows, gates.mask, false, _mm512_mul_ps(gelu16(gate), factor));
  }
}

template <Numbers kNumbers>
void store_numbers(const StoreTarget& t, int panel, int first_row, const BlockSums& sums) {
  if (t.finish == Finish::kGeglu) {
    store_geglu<kNumbers>(t, panel, first_row, sums);
  } else {
    store_plain<kNumbers>(t, panel, first_row, sums);
  }
}

}  // namespace

void store_block(const StoreTarget& target, int panel, int first_row, const BlockSums& sums) {
  if (target.weights.numbers == Numbers::kBf16) {
    store_numbers<Numbers::kBf16>(target, panel, first_row, sums);
  } else {
    store_numbers<Numbers::kInt8>(target, panel, first_row, sums);
  }
}

}  // namespace awd::cpu::amx
