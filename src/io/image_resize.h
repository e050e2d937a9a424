// Resizing pictures to the square that a policy sees, with black borders instead of distortion.
#pragma once

#include <cstdint>
#include <vector>

#include "awd/types.h"
#include "io/image.h"

namespace awd {

/// Where a picture lies in a square of black.
struct SquareFit {
  int height = 0, width = 0;  // of the resized picture
  int top = 0, left = 0;      // of its first pixel
};

/// A picture scaled so that its longer side fits into the square, in the middle. No side becomes less than one pixel.
SquareFit fit_into_square(int height, int width, int side);

/// Resizes pictures to [side, side] as openpi does before a policy sees them: scaled so that the longer side fits,
/// bilinear, averaged over the covered pixels when it shrinks, black borders. Equal to the bit to Pillow 10 and 11
/// (openpi pins 11.2). Pillow 12 and 13 take the columns first in pictures much higher than wide, where their
/// result differs by a level. Allocates only where the size of the pictures changes. Not thread-safe.
class SquareResizer {
 public:
  explicit SquareResizer(int side);

  /// `image` as a picture of [side, side]; valid until the next call. A picture of that size comes back as it is, not
  /// copied.
  ImageView resize(const ImageView& image);

 private:
  /// Which input positions one output position averages, and their weights as integers.
  struct Axis {
    int in = 0, out = 0;
    int taps = 0;                       // weights kept per output position
    std::vector<int> first, count;      // [out]
    std::vector<std::int32_t> weights;  // [out, taps]
  };
  static void plan(Axis& axis, int in, int out);
  void resize_rows(const ImageView& image);  // image -> rows_
  void resize_columns(int top, int left);    // rows_ -> result_

  int side_;
  Axis x_, y_;
  std::vector<std::uint8_t> rows_;  // [height of the image, x_.out, 3]
  std::vector<std::int32_t> sums_;  // [x_.out, 3]
  Image result_;
};

}  // namespace awd
