// Packs weights into tiles. A tile of B is the transpose, in units of 4 bytes, of 16 channels x 64 bytes.
#include "backend/cpu/amx/weights.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace awd::cpu::amx {
namespace {

/// 16 channels as they are stored; nullptr where there is none.
struct Channels {
  std::array<const std::byte*, kTileRows> row{};
  std::array<FloatFormat, kTileRows> format{};
  std::array<float, kTileRows> inverse_scale{};  // int8: number = weight * inverse_scale
  std::array<std::int32_t, kTileRows> sum{};
};

Channels find_channels(const LinearData& data, int first, int count) {
  Channels channels;
  for (int i = 0; i < count; ++i) {
    int at = first + i;
    for (const StoredMatrix& part : data.parts) {
      if (at < part.rows) {
        channels.row[std::size_t(i)] = part.row(at);
        channels.format[std::size_t(i)] = part.format;
        break;
      }
      at -= part.rows;
    }
  }
  return channels;
}

/// `count` <= 16 stored numbers as f32, then zeros.
AWD_AMX inline __m512 load_stored(FloatFormat format, const std::byte* from, int count) {
  const __mmask16 mask = __mmask16((1u << count) - 1u);
  if (format == FloatFormat::kF32) return _mm512_maskz_loadu_ps(mask, from);
  const __m256i halves = _mm256_maskz_loadu_epi16(mask, from);
  if (format == FloatFormat::kF16) return _mm512_cvtph_ps(halves);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

AWD_AMX float largest_magnitude(FloatFormat format, const std::byte* from, int count) {
  const std::size_t bytes = bytes_of(format);
  __m512 largest = _mm512_setzero_ps();
  for (int i = 0; i < count; i += 16) {
    const __m512 values = load_stored(format, from + std::size_t(i) * bytes, std::min(16, count - i));
    largest = _mm512_max_ps(largest, _mm512_abs_ps(values));
  }
  return _mm512_reduce_max_ps(largest);
}

/// 64 bytes of one channel: 32 bf16.
AWD_AMX void convert_bf16(FloatFormat format, const std::byte* from, int count, std::byte* to) {
  const std::size_t bytes = bytes_of(format);
  for (int i = 0; i < 32; i += 16) {
    const int here = std::clamp(count - i, 0, 16);
    const __m512 values = load_stored(format, from + std::size_t(std::min(i, count)) * bytes, here);
    _mm256_store_si256(reinterpret_cast<__m256i*>(to + 2 * i), (__m256i)_mm512_cvtneps_pbh(values));
  }
}

/// 64 bytes of one channel: 64 int8; returns their sum.
AWD_AMX std::int32_t convert_int8(FloatFormat format, const std::byte* from, int count, float inverse_scale,
                                  std::byte* to) {
  const std::size_t bytes = bytes_of(format);
  __m512i sum = _mm512_setzero_si512();
  for (int i = 0; i < 64; i += 16) {
    const int here = std::clamp(count - i, 0, 16);
    const __m512 values = load_stored(format, from + std::size_t(std::min(i, count)) * bytes, here);
    const __m512i numbers = _mm512_cvtps_epi32(_mm512_mul_ps(values, _mm512_set1_ps(inverse_scale)));
    sum = _mm512_add_epi32(sum, numbers);
    _mm_store_si128(reinterpret_cast<__m128i*>(to + i), _mm512_cvtsepi32_epi8(numbers));
  }
  return _mm512_reduce_add_epi32(sum);
}

/// Row i of `to` = the i-th 4 bytes of each of the 16 rows of `from`.
AWD_AMX void transpose_tile(const std::byte* from, std::byte* to) {
  const __m512i rows = _mm512_setr_epi32(0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240);
  for (int i = 0; i < kTileRows; ++i) {
    const __m512i column = _mm512_i32gather_epi32(rows, from + 4 * i, 4);
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to + kTileRowBytes * i), column);
  }
}

/// One tile: `step` of `channels`.
void pack_tile(Numbers numbers, Channels& channels, int step, int in, std::byte* to) {
  alignas(64) std::byte rows[kTileBytes] = {};
  const int per_step = numbers == Numbers::kBf16 ? 32 : 64;
  const int first = step * per_step;
  const int count = std::min(per_step, in - first);
  for (std::size_t i = 0; i < std::size_t(kTileRows); ++i) {
    if (channels.row[i] == nullptr) continue;
    const FloatFormat format = channels.format[i];
    const std::byte* from = channels.row[i] + std::size_t(first) * bytes_of(format);
    std::byte* row = rows + i * kTileRowBytes;
    if (numbers == Numbers::kBf16) {
      convert_bf16(format, from, count, row);
    } else {
      channels.sum[i] += convert_int8(format, from, count, channels.inverse_scale[i], row);
    }
  }
  transpose_tile(rows, to);
}

void choose_scales(Channels& channels, int in, std::span<float> scales) {
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const float largest = largest_magnitude(channels.format[i], channels.row[i], in);
    scales[i] = largest / 127.f;
    channels.inverse_scale[i] = largest > 0.f ? 127.f / largest : 0.f;
  }
}

void pack_panel(const LinearData& data, int panel, TileWeights& weights) {
  const bool is_int8 = weights.numbers == Numbers::kInt8;
  std::array<Channels, 2> sides;
  for (int side = 0; side < 2; ++side) {
    const int first = weights.first_channel(panel, side);
    const int count = weights.channels(panel, side);
    Channels& channels = sides[std::size_t(side)];
    channels = find_channels(data, first, count);
    if (is_int8 && count > 0) {
      choose_scales(channels, weights.in, std::span(weights.scale).subspan(std::size_t(first), std::size_t(count)));
    }
  }
  std::byte* to = weights.tiles.get() + std::size_t(panel) * weights.panel_bytes();
  for (int step = 0; step < weights.steps; ++step) {
    for (Channels& channels : sides) {
      pack_tile(weights.numbers, channels, step, weights.in, to);
      to += kTileBytes;
    }
  }
  for (int side = 0; is_int8 && side < 2; ++side) {
    std::copy_n(sides[std::size_t(side)].sum.begin(), weights.channels(panel, side),
                weights.sum.begin() + weights.first_channel(panel, side));
  }
}

}  // namespace

int TileWeights::channels(int panel, int side) const {
  const int end = is_gated ? out / 2 * (side + 1) : out;
  return std::clamp(end - first_channel(panel, side), 0, kTileRows);
}

TileWeights pack_weights(const LinearData& data, Numbers numbers) {
  const bool is_int8 = numbers == Numbers::kInt8;
  TileWeights weights;
  weights.numbers = numbers;
  weights.in = data.in();
  weights.out = data.out();
  weights.is_gated = data.is_gated;
  weights.steps = steps_of(weights.in, is_int8 ? 1 : 2);
  weights.panels = data.is_gated ? tiles_of(weights.out / 2) : (weights.out + kPanelColumns - 1) / kPanelColumns;
  weights.tiles = allocate_host(std::size_t(weights.panels) * weights.panel_bytes());
  weights.bias.assign(data.bias.begin(), data.bias.end());
  if (is_int8) {
    weights.scale.resize(std::size_t(weights.out));
    weights.sum.resize(std::size_t(weights.out));
  }
#pragma omp parallel for schedule(dynamic) num_threads(omp_get_num_procs())
  for (int panel = 0; panel < weights.panels; ++panel) pack_panel(data, panel, weights);
  return weights;
}

}  // namespace awd::cpu::amx
