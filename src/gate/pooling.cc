// Means of pool x pool windows of an RGB picture. All sums are integers, so the order of adding does not matter: first
// down the rows of a window row (16-bit lanes over the whole width), then across the columns of each window.
#include "gate/pooling.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "awd/gate.h"

namespace awd {
namespace {

constexpr int kStudyPool = 8;  // pixels, the default of GateOptions::pool

/// Column sums fit 16 bits up to 257 rows; check_gate_options() bounds pool by 224.
using ColumnSums = std::array<std::uint16_t, 3 * kMaxPictureWidth>;

/// The study's window, about twice as fast as any_window_row(). Bytes are read in pairs, as 16-bit words: even bytes
/// are kept with a mask, odd bytes with a shift, so that no byte has to be moved to a wider lane.
void study_window_row(const std::uint8_t* rows, int row_bytes, float* means) {
  static_assert(std::endian::native == std::endian::little, "the even byte is the low half of a word");
  ColumnSums even, odd;  // sums of bytes 2 i and 2 i + 1
  for (int i = 0; i < row_bytes / 2; ++i) {
    std::uint16_t even_sum = 0, odd_sum = 0;
    for (int k = 0; k < kStudyPool; ++k) {
      std::uint16_t word;
      std::memcpy(&word, rows + std::size_t(k) * row_bytes + 2 * i, sizeof(word));
      even_sum = std::uint16_t(even_sum + (word & 0xff));
      odd_sum = std::uint16_t(odd_sum + (word >> 8));
    }
    even[i] = even_sum;
    odd[i] = odd_sum;
  }

  // A window is 24 bytes, 12 even and 12 odd; the even ones run R B G R B G .., the odd ones G R B G R B ..
  const int cells = row_bytes / (3 * kStudyPool);
  const float scale = 1.0f / (kStudyPool * kStudyPool);
  for (int cell = 0; cell < cells; ++cell) {
    const std::uint16_t* e = even.data() + 12 * cell;
    const std::uint16_t* o = odd.data() + 12 * cell;
    int red = 0, green = 0, blue = 0;
    for (int k = 0; k < 12; k += 3) {
      red += e[k] + o[k + 1];
      green += e[k + 2] + o[k];
      blue += e[k + 1] + o[k + 2];
    }
    means[cell] = float(red) * scale;
    means[cells + cell] = float(green) * scale;
    means[2 * cells + cell] = float(blue) * scale;
  }
}

/// The same for any window.
void any_window_row(const std::uint8_t* rows, int row_bytes, int pool, float* means) {
  ColumnSums sums;
  std::fill_n(sums.data(), row_bytes, std::uint16_t(0));
  for (int k = 0; k < pool; ++k) {
    const std::uint8_t* row = rows + std::size_t(k) * row_bytes;
    for (int i = 0; i < row_bytes; ++i) sums[i] = std::uint16_t(sums[i] + row[i]);
  }
  const int cells = row_bytes / (3 * pool);
  const float scale = 1.0f / float(pool * pool);
  for (int cell = 0; cell < cells; ++cell) {
    for (int channel = 0; channel < 3; ++channel) {
      int sum = 0;
      for (int k = 0; k < pool; ++k) sum += sums[3 * (cell * pool + k) + channel];
      means[channel * cells + cell] = float(sum) * scale;
    }
  }
}

}  // namespace

void pool_cell_row(const ImageView& picture, int pool, int cell_row, float* means) {
  const int row_bytes = 3 * picture.width;
  const std::uint8_t* rows = picture.data + std::size_t(cell_row) * pool * row_bytes;
  if (pool == kStudyPool) {
    study_window_row(rows, row_bytes, means);
  } else {
    any_window_row(rows, row_bytes, pool, means);
  }
}

void pool_picture(const ImageView& picture, int pool, std::vector<float>& pooled) {
  const int grid_rows = picture.height / pool, grid_cols = picture.width / pool;
  pooled.resize(std::size_t(3) * grid_rows * grid_cols);
  std::array<float, 3 * kMaxPictureWidth> means;
  for (int row = 0; row < grid_rows; ++row) {
    pool_cell_row(picture, pool, row, means.data());
    for (int channel = 0; channel < 3; ++channel) {
      std::copy_n(means.data() + channel * grid_cols, grid_cols,
                  pooled.data() + (std::size_t(channel) * grid_rows + row) * grid_cols);
    }
  }
}

}  // namespace awd
