// CPU data movement: upload, download, row copies, patches.
#include <algorithm>
#include <cstring>

#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"

namespace awd::cpu {
namespace {

template <class From, class To>
void convert_row(const From* from, int count, To* to) {
  for (int i = 0; i < count; ++i) store(to[i], load(from[i]));
}

/// One row of one patch of one channel: every third value of the picture.
void unpack(const std::uint8_t* pixels, int count, float* to) {
  for (int x = 0; x < count; ++x) to[x] = float(pixels[3 * x]) / 127.5f - 1.f;
}
void unpack(const float* levels, int count, float* to) {
  for (int x = 0; x < count; ++x) to[x] = levels[3 * x] * 2.f - 1.f;
}

}  // namespace

void CpuOps::upload(std::span<const float> from, const Tensor& to) {
  AWD_CHECK(from.size() == std::size_t(to.rows) * std::size_t(to.cols));
  with_type(to.dtype, [&]<class T>(T) {
    for (int r = 0; r < to.rows; ++r) convert_row(from.data() + std::size_t(r) * to.cols, to.cols, row<T>(to, r));
  });
}

void CpuOps::download(const Tensor& from, std::span<float> to) {
  AWD_CHECK(to.size() == std::size_t(from.rows) * std::size_t(from.cols));
  with_type(from.dtype, [&]<class T>(T) {
    for (int r = 0; r < from.rows; ++r) convert_row(row<T>(from, r), from.cols, to.data() + std::size_t(r) * from.cols);
  });
}

void CpuOps::copy_rows(const Tensor& from, const Tensor& to) {
  AWD_CHECK(from.cols == to.cols && from.rows > 0);
  with_type(from.dtype, [&]<class From>(From) {
    with_type(to.dtype, [&]<class To>(To) {
      for_rows(to.rows, to.cols, [&](int r) { convert_row(row<From>(from, r % from.rows), to.cols, row<To>(to, r)); });
    });
  });
}

void CpuOps::gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to) {
  AWD_CHECK(from.cols == to.cols && int(at.size()) == to.rows);
  with_type(to.dtype, [&]<class T>(T) {
    for_rows(to.rows, to.cols, [&](int r) { std::copy_n(row<T>(from, at[std::size_t(r)]), to.cols, row<T>(to, r)); });
  });
}

void CpuOps::scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to) {
  AWD_CHECK(from.cols == to.cols && int(at.size()) == from.rows);
  with_type(to.dtype, [&]<class T>(T) {
    for_rows(from.rows, from.cols,
             [&](int r) { std::copy_n(row<T>(from, r), to.cols, row<T>(to, at[std::size_t(r)])); });
  });
}

void CpuOps::patchify(const Picture& picture, int patch, const Tensor& out) {
  const int grid = picture.side / patch;
  AWD_CHECK(grid * patch == picture.side && out.rows == grid * grid && out.cols == 3 * patch * patch);
  for_rows(out.rows, out.cols, [&](int r) {
    const int top = r / grid * patch;
    const int left = r % grid * patch;
    for (int channel = 0; channel < 3; ++channel) {
      for (int y = 0; y < patch; ++y) {
        const std::size_t first = 3 * (std::size_t(top + y) * std::size_t(picture.side) + std::size_t(left)) + channel;
        float* to = row<float>(out, r) + (channel * patch + y) * patch;
        if (picture.levels != nullptr) {
          unpack(picture.levels + first, patch, to);
        } else {
          unpack(picture.pixels + first, patch, to);
        }
      }
    }
  });
}

}  // namespace awd::cpu
