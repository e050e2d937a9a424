// Attention of one block of queries: scores to memory that stays in the second-level cache, softmax row by row, and the
// product with the values. Probabilities are rounded to bf16 before they are divided by their sum, in f32, at the end.
#include <algorithm>
#include <cstdint>

#include "backend/cpu/amx/attention.h"
#include "backend/cpu/amx/vector16.h"

namespace awd::cpu::amx {
namespace {

inline __mmask16 mask_of(int count) { return __mmask16((1u << std::clamp(count, 0, 16)) - 1u); }

/// The first `count` of 32 numbers, then zeros.
AWD_AMX inline __m512i load_32(const Bf16* from, int count) {
  const __mmask32 mask = count >= 32 ? ~__mmask32(0) : (__mmask32(1) << std::max(count, 0)) - 1u;
  return _mm512_maskz_loadu_epi16(mask, from);
}

/// Numbers first .. of 32 columns of which only those in begin .. end - 1 exist; `columns` is where column 0 would be.
AWD_AMX inline __m512i load_within(const Bf16* columns, int first, int begin, int end) {
  const int low = std::clamp(begin - first, 0, 32);
  const int high = std::clamp(end - first, low, 32);
  const auto mask = __mmask32((std::uint64_t(1) << high) - (std::uint64_t(1) << low));
  return mask == 0 ? _mm512_setzero_si512() : _mm512_maskz_loadu_epi16(mask, columns + first);
}

AWD_AMX void pack_queries(const QueryBlock& block, int steps, std::byte* tiles) {
  for (int r = 0; r < kBlockRows; ++r) {
    const Bf16* columns = block.q.first + std::ptrdiff_t(r) * block.q.stride - block.first_dim;
    std::byte* to = tiles + r / kTileRows * kTileBytes + r % kTileRows * kTileRowBytes;
    for (int step = 0; step < steps; ++step) {
      const bool exists = r < block.rows;
      const __m512i numbers = exists ? load_within(columns, step * 32, block.first_dim, block.first_dim + block.dim)
                                     : _mm512_setzero_si512();
      _mm512_store_si512(to + step * 2 * kTileBytes, numbers);
    }
  }
}

/// 16 keys at one step: row i holds the i-th pair of dimensions of each key.
AWD_AMX void pack_key_tile(const Bf16Rows& k, int keys, int first_dim, int dim, std::byte* to) {
  alignas(64) std::byte rows[kTileBytes];
  for (int key = 0; key < kTileRows; ++key) {
    const Bf16* from = k.first + std::size_t(key) * std::size_t(k.stride) + first_dim;
    const __m512i numbers = key < keys ? load_32(from, dim - first_dim) : _mm512_setzero_si512();
    _mm512_store_si512(rows + key * kTileRowBytes, numbers);
  }
  const __m512i lanes = _mm512_setr_epi32(0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240);
  for (int i = 0; i < kTileRows; ++i) {
    _mm512_store_si512(to + i * kTileRowBytes, _mm512_i32gather_epi32(lanes, rows + 4 * i, 4));
  }
}

/// 16 dimensions of 32 keys: row i holds keys 2 i and 2 i + 1 of each dimension.
AWD_AMX void pack_value_tile(const Bf16Rows& v, int keys, int first_dim, int dim, std::byte* to) {
  const __mmask16 mask = mask_of(dim - first_dim);
  for (int i = 0; i < kTileRows; ++i) {
    __m512i pair[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (int odd = 0; odd < 2; ++odd) {
      if (2 * i + odd >= keys || mask == 0) continue;
      const Bf16* from = v.first + std::size_t(2 * i + odd) * std::size_t(v.stride) + first_dim;
      pair[odd] = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, from));
    }
    _mm512_store_si512(to + i * kTileRowBytes, _mm512_or_si512(pair[0], _mm512_slli_epi32(pair[1], 16)));
  }
}

/// Copies a block of sums to rows of `scores`, columns 32 panel ..
AWD_AMX void place_scores(const BlockSums& sums, int panel, int width, float* scores) {
  for (int r = 0; r < kBlockRows; ++r) {
    const std::byte* from = sums.tiles[r / kTileRows * 2] + r % kTileRows * kTileRowBytes;
    float* to = scores + std::size_t(r) * std::size_t(width) + panel * kPanelColumns;
    _mm512_storeu_ps(to, _mm512_load_ps(from));
    _mm512_storeu_ps(to + kTileRows, _mm512_load_ps(from + kTileBytes));
  }
}

struct RowSum {
  float largest, sum;
};

/// e^(scale (score - largest)) of one row, as bf16 along the steps of its tile row; returns the largest and their sum.
AWD_AMX RowSum softmax_row(const float* scores, int keys, float scale, std::byte* to) {
  __m512 largest = _mm512_set1_ps(-3.4e38f);
  for (int i = 0; i < keys; i += 16) {
    largest = _mm512_mask_max_ps(largest, mask_of(keys - i), largest, _mm512_loadu_ps(scores + i));
  }
  const float largest_score = _mm512_reduce_max_ps(largest);
  const __m512 top = _mm512_set1_ps(largest_score);
  const __m512 factor = _mm512_set1_ps(scale);
  __m512 sum = _mm512_setzero_ps();
  for (int i = 0; i < keys; i += 32, to += 2 * kTileBytes) {
    for (int half = 0; half < 2; ++half) {
      const __m512 score = _mm512_loadu_ps(scores + i + 16 * half);
      const __m512 e = exp16(_mm512_mul_ps(_mm512_sub_ps(score, top), factor));
      const __m512 present = _mm512_maskz_mov_ps(mask_of(keys - i - 16 * half), e);
      sum = _mm512_add_ps(sum, present);
      _mm256_store_si256(reinterpret_cast<__m256i*>(to + 32 * half), (__m256i)_mm512_cvtneps_pbh(present));
    }
  }
  return {largest_score, _mm512_reduce_add_ps(sum)};
}

/// One row of a tile, along its steps, times `factor`.
AWD_AMX void write_probabilities(const std::byte* from, float factor, int keys, Bf16* to) {
  for (int i = 0; i < keys; i += 16) {
    const std::byte* numbers = from + std::size_t(i / 32) * 2 * kTileBytes + std::size_t(i % 32) * sizeof(Bf16);
    const __m512i words = _mm512_cvtepu16_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(numbers)));
    const __m512 values = _mm512_mul_ps(_mm512_castsi512_ps(_mm512_slli_epi32(words, 16)), _mm512_set1_ps(factor));
    _mm256_mask_storeu_epi16(to + i, mask_of(keys - i), (__m256i)_mm512_cvtneps_pbh(values));
  }
}

/// 16 sums times `factor`, as columns first .. of row `r` of what the block writes.
AWD_AMX inline void store_sums(const QueryBlock& block, int r, int first, __mmask16 mask, __m512 values) {
  if (block.partial != nullptr) {
    _mm512_mask_storeu_ps(block.partial + std::ptrdiff_t(r) * PartialRow::stride(block.dim) + first, mask, values);
    return;
  }
  Bf16* to = block.out.first + std::ptrdiff_t(r) * block.out.stride + first;
  _mm256_mask_storeu_epi16(to, mask, (__m256i)_mm512_cvtneps_pbh(values));
}

/// Rows of sums times `factors`, to those of the tiles' dimensions 32 panel .. that the block has.
AWD_AMX void store_values(const BlockSums& sums, const float* factors, int panel, const QueryBlock& block) {
  for (int side = 0; side < 2; ++side) {
    const int first = panel * kPanelColumns + side * kTileRows - block.first_dim;
    const __mmask16 mask = mask_of(block.dim - first) & __mmask16(~mask_of(-first));
    if (mask == 0) continue;
    for (int r = 0; r < block.rows; ++r) {
      const std::byte* from = sums.tiles[r / kTileRows * 2 + side] + r % kTileRows * kTileRowBytes;
      store_sums(block, r, first, mask, _mm512_mul_ps(_mm512_load_ps(from), _mm512_set1_ps(factors[r])));
    }
  }
}

/// True if the block has some of the dimensions 32 panel ...
bool has_dims(const QueryBlock& block, int panel) {
  const int first = panel * kPanelColumns;
  return first < block.first_dim + block.dim && first + kPanelColumns > block.first_dim;
}

}  // namespace

void pack_keys(const Bf16Rows& k, const Bf16Rows& v, int panel, int slice, const HeadTiles& tiles) {
  const int keys = tiles.keys - panel * kPanelColumns;
  const int first_dim = slice * kPanelColumns;
  std::byte* key_tiles = tiles.key_tiles + std::size_t(panel) * tiles.key_panel_bytes() + slice * 2 * kTileBytes;
  std::byte* value_tiles = tiles.value_tiles + std::size_t(slice) * tiles.value_panel_bytes() + panel * 2 * kTileBytes;
  for (int side = 0; side < 2; ++side) {
    const int shift = side * kTileRows;
    pack_key_tile(k.from(shift), keys - shift, first_dim, tiles.dim, key_tiles + side * kTileBytes);
    pack_value_tile(v, keys, first_dim + shift, tiles.dim, value_tiles + side * kTileBytes);
  }
}

void attend_block(const QueryBlock& block, const HeadTiles& tiles, float scale, BlockScratch& scratch) {
  const bool has_lower = block.rows > kTileRows;
  const int width = tiles.key_panels() * kPanelColumns;
  pack_queries(block, tiles.key_steps(), scratch.query_tiles);
  for (int panel = 0; panel < tiles.key_panels(); ++panel) {
    multiply(Numbers::kBf16,
             {.a = scratch.query_tiles,
              .has_lower = has_lower,
              .b = tiles.key_tiles + std::size_t(panel) * tiles.key_panel_bytes(),
              .steps = tiles.key_steps()},
             scratch.sums);
    place_scores(scratch.sums, panel, width, scratch.scores);
  }
  float factors[kBlockRows] = {};
  for (int r = 0; r < block.rows; ++r) {
    std::byte* to = scratch.probability_tiles + r / kTileRows * kTileBytes + r % kTileRows * kTileRowBytes;
    const RowSum row = softmax_row(scratch.scores + std::size_t(r) * std::size_t(width), tiles.keys, scale, to);
    factors[r] = block.partial == nullptr ? 1.f / row.sum : 1.f;
    if (block.partial != nullptr) {
      const PartialRow partial{block.partial + std::ptrdiff_t(r) * PartialRow::stride(block.dim), block.dim};
      partial.largest() = row.largest;
      partial.sum() = row.sum;
    }
    if (block.probabilities.first != nullptr) {
      write_probabilities(to, factors[r], tiles.keys, block.probabilities.from(r).first);
    }
  }
  for (int panel = 0; panel < tiles.value_panels(); ++panel) {
    if (!has_dims(block, panel)) continue;
    multiply(Numbers::kBf16,
             {.a = scratch.probability_tiles,
              .has_lower = has_lower,
              .b = tiles.value_tiles + std::size_t(panel) * tiles.value_panel_bytes(),
              .steps = tiles.value_steps()},
             scratch.sums);
    store_values(scratch.sums, factors, panel, block);
  }
}

}  // namespace awd::cpu::amx
