// Products are added exactly, in 32 bits within one row of a patch (at most 3 * 64 values) and in 64 bits over its
// rows.
#include "gate/patch_cosine.h"

#include <array>
#include <cmath>

#include "base/check.h"
#include "gate/patch_grid.h"
#include "gate/pixel_products.h"

namespace awd {
namespace {

bool has_changed(const PixelProducts& p, double tau) {
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
    std::array<PixelProducts, kPatchGrid> products{};
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
    for (const PixelProducts& p : products) changed += has_changed(p, tau) ? 1 : 0;
  }
  return double(changed) / kPatchCells;
}

}  // namespace awd
