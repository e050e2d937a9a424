// Reference data movement: upload, download, row copies, patches.
#include <algorithm>

#include "backend/ref/ref_ops.h"
#include "backend/ref/rows.h"

namespace awd::ref {

void RefOps::upload(std::span<const float> from, const Tensor& to) {
  AWD_CHECK(from.size() == std::size_t(to.rows) * std::size_t(to.cols));
  for (int r = 0; r < to.rows; ++r) std::copy_n(from.data() + std::size_t(r) * to.cols, to.cols, row(to, r));
}

void RefOps::download(const Tensor& from, std::span<float> to) {
  AWD_CHECK(to.size() == std::size_t(from.rows) * std::size_t(from.cols));
  for (int r = 0; r < from.rows; ++r) std::copy_n(row(from, r), from.cols, to.data() + std::size_t(r) * from.cols);
}

void RefOps::copy_rows(const Tensor& from, const Tensor& to) {
  AWD_CHECK(from.cols == to.cols && from.rows > 0);
  for (int r = 0; r < to.rows; ++r) std::copy_n(row(from, r % from.rows), from.cols, row(to, r));
}

void RefOps::gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to) {
  AWD_CHECK(from.cols == to.cols && int(at.size()) == to.rows);
  for (int r = 0; r < to.rows; ++r) std::copy_n(row(from, at[std::size_t(r)]), from.cols, row(to, r));
}

void RefOps::scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to) {
  AWD_CHECK(from.cols == to.cols && int(at.size()) == from.rows);
  for (int r = 0; r < from.rows; ++r) std::copy_n(row(from, r), from.cols, row(to, at[std::size_t(r)]));
}

void RefOps::patchify(const Picture& picture, int patch, const Tensor& out) {
  const int grid = picture.side / patch;
  AWD_CHECK(grid * patch == picture.side && out.rows == grid * grid && out.cols == 3 * patch * patch);
  const auto value = [&](std::size_t i) {
    return picture.levels != nullptr ? picture.levels[i] * 2.f - 1.f : float(picture.pixels[i]) / 127.5f - 1.f;
  };
  for (int r = 0; r < out.rows; ++r) {
    float* to = row(out, r);
    for (int channel = 0; channel < 3; ++channel) {
      for (int y = 0; y < patch; ++y) {
        for (int x = 0; x < patch; ++x) {
          const int pixel = (r / grid * patch + y) * picture.side + r % grid * patch + x;
          *to++ = value(std::size_t(pixel) * 3 + std::size_t(channel));
        }
      }
    }
  }
}

}  // namespace awd::ref
