// Products are added exactly, in 32 bits within one row of a patch and in 64 bits over its rows. As in cosine.cc,
// pixels stay integers: 2 p - 255 stands for [-1, 1], 2 p for [0, 1].
#include "gate/patch_cosine.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "gate/patch_grid.h"

namespace awd {
namespace {

struct Products {
  std::int64_t xy = 0, xx = 0, yy = 0;
};

/// At most 3 * 64 values of at most 510^2: below 31 bits.
template <int kOffset>
void add_products(const std::uint8_t* x, const std::uint8_t* y, int n, Products& total) {
  std::int32_t xy = 0, xx = 0, yy = 0;
  for (int i = 0; i < n; ++i) {
    const auto a = std::int16_t(2 * x[i] - kOffset);
    const auto b = std::int16_t(2 * y[i] - kOffset);
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  total.xy += xy;
  total.xx += xx;
  total.yy += yy;
}

bool has_changed(const Products& p, double tau) {
  if (p.xx == 0 || p.yy == 0) return (p.xx == p.yy ? 1.0 : 0.0) < tau;
  return double(p.xy) / (std::sqrt(double(p.xx)) * std::sqrt(double(p.yy))) < tau;
}

}  // namespace

double patch_change(const ImageView& picture, std::span<const std::uint8_t> anchor, PixelRange range, double tau) {
  AWD_CHECK(has_patch_grid(picture.height, picture.width), "{} x {}", picture.height, picture.width);
  AWD_CHECK(anchor.size() == std::size_t(3) * picture.height * picture.width, "anchor of {} values", anchor.size());
  const int rows = picture.height / kPatchGrid, run = 3 * picture.width / kPatchGrid;
  int changed = 0;
  for (int patch_row = 0; patch_row < kPatchGrid; ++patch_row) {
    std::array<Products, kPatchGrid> products{};
    for (int row = patch_row * rows; row < (patch_row + 1) * rows; ++row) {
      for (int col = 0; col < kPatchGrid; ++col) {
        const std::size_t at = (std::size_t(row) * kPatchGrid + col) * run;
        if (range == PixelRange::kModel) {
          add_products<255>(picture.data + at, anchor.data() + at, run, products[col]);
        } else {
          add_products<0>(picture.data + at, anchor.data() + at, run, products[col]);
        }
      }
    }
    for (const Products& p : products) changed += has_changed(p, tau) ? 1 : 0;
  }
  return double(changed) / kPatchCells;
}

}  // namespace awd
