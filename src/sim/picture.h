// A camera picture that may be changed in place, and points in it.
#pragma once

#include <cstdint>

namespace awd::sim {

/// RGB, 8 bits, row-major [height, width, 3], top row first; the World that drew it owns the memory.
struct MutablePicture {
  std::uint8_t* rgb = nullptr;
  int height = 0;
  int width = 0;
};

/// A point in a picture: (0, 0) is the upper left corner, (1, 1) the lower right one.
struct PicturePoint {
  double x, y;
};

}  // namespace awd::sim
