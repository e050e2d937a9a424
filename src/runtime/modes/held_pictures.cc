// Copies and compares pictures, whole and patch by patch.
#include "runtime/modes/held_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "gate/pooling.h"

namespace awd {
namespace {

std::size_t bytes_of(const ImageView& view) { return 3 * std::size_t(view.width) * std::size_t(view.height); }

/// Calls f(first byte, count) for every pixel row of a patch.
template <class F>
void for_patch_rows(const ImageView& view, int patch, F&& f) {
  const int side = view.width / kPatchGrid;
  const std::size_t bytes = 3 * std::size_t(side);
  for (int y = 0; y < side; ++y) {
    const int row = patch / kPatchGrid * side + y;
    const int column = patch % kPatchGrid * side;
    f(3 * (std::size_t(row) * std::size_t(view.width) + std::size_t(column)), bytes);
  }
}

}  // namespace

void HeldPictures::hold(int camera, const ImageView& view) {
  auto& pixels = pixels_[std::size_t(camera)];
  if (view.empty()) {
    pixels.clear();
  } else {
    pixels.assign(view.data, view.data + bytes_of(view));
  }
}

void HeldPictures::hold_patch(int camera, const ImageView& view, int patch) {
  auto& pixels = pixels_[std::size_t(camera)];
  AWD_CHECK(pixels.size() == bytes_of(view), "{} of {} bytes", pixels.size(), bytes_of(view));
  for_patch_rows(view, patch, [&](std::size_t first, std::size_t count) {
    std::copy_n(view.data + first, count, pixels.data() + first);
  });
}

bool HeldPictures::is_same(int camera, const ImageView& view) const {
  const auto& pixels = pixels_[std::size_t(camera)];
  return pixels.size() == bytes_of(view) && std::memcmp(pixels.data(), view.data, pixels.size()) == 0;
}

double HeldPictures::colour_change(int camera, const ImageView& view) {
  const auto& pixels = pixels_[std::size_t(camera)];
  AWD_CHECK(pixels.size() == bytes_of(view), "{} of {} bytes", pixels.size(), bytes_of(view));
  const int pool = view.width / kPatchGrid;
  pool_picture(view, pool, now_);
  pool_picture({pixels.data(), view.height, view.width}, pool, then_);
  double sum = 0;
  for (std::size_t i = 0; i < now_.size(); ++i) sum += std::abs(double(now_[i]) - double(then_[i]));
  return sum / double(now_.size());
}

double HeldPictures::patch_cosine(int camera, const ImageView& view, int patch) const {
  const auto& pixels = pixels_[std::size_t(camera)];
  AWD_CHECK(pixels.size() == bytes_of(view), "{} of {} bytes", pixels.size(), bytes_of(view));
  // Integers are exact: a patch has at most 3 * 64 * 64 values of at most 255^2.
  std::uint64_t dot = 0, now = 0, then = 0;
  for_patch_rows(view, patch, [&](std::size_t first, std::size_t count) {
    std::uint32_t row_dot = 0, row_now = 0, row_then = 0;
    for (std::size_t i = first; i < first + count; ++i) {
      const std::uint32_t x = view.data[i], y = pixels[i];
      row_dot += x * y;
      row_now += x * x;
      row_then += y * y;
    }
    dot += row_dot;
    now += row_now;
    then += row_then;
  });
  if (now == 0 || then == 0) return now == then ? 1 : 0;
  return double(dot) / std::sqrt(double(now) * double(then));
}

}  // namespace awd
