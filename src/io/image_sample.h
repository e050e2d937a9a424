// Resizing pictures to the square that a policy sees, as LeRobot does it: no averaging, no rounding.
//
// LeRobot's pi0 and pi0.5 resize inside the policy, while training and at evaluation, with PyTorch's bilinear
// interpolation between the four nearest pixels; openpi's client averages over the covered pixels (image_resize.h). A
// camera picture that shrinks keeps more noise here, so that a checkpoint of the one sees other numbers with the other.
#pragma once

#include <vector>

#include "awd/types.h"
#include "io/image_resize.h"

namespace awd {

/// Allocates only where the size of the pictures changes. Not thread-safe.
class SquareSampler {
 public:
  explicit SquareSampler(int side);

  /// `image` as a picture of [side, side, 3] levels, 0 black to 1 full, with black borders; valid until the next call.
  const float* sample(const ImageView& image);

 private:
  /// Each output position lies between two input positions: value = (1 - share) * [first] + share * [second].
  struct Axis {
    int in = 0, out = 0;
    std::vector<int> first, second;  // [out]
    std::vector<float> share;        // [out], of the second
  };
  static void plan(Axis& axis, int in, int out);

  int side_;
  Axis x_, y_;
  std::vector<float> levels_;  // [side, side, 3]
};

}  // namespace awd
