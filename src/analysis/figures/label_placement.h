// Places labels beside points so that none covers another label, a point or the frame. Pure geometry, pixels.
#pragma once

#include <vector>

namespace awd {

struct Rectangle {
  double x = 0, y = 0;  // upper left corner
  double width = 0, height = 0;
};

bool overlap(const Rectangle& a, const Rectangle& b);

/// A point that wants a label of this size.
struct LabelWish {
  double x = 0, y = 0;
  double width = 0, height = 0;
};

struct PlacedLabel {
  Rectangle box;
  bool is_far = false;  // far enough from its point to need a line to it
};

/// One box per wish, in order: the nearest free place around the point, inside `frame` and off `taken`. A label for
/// which no place is free goes where it overlaps least, which happens only when the frame is full.
std::vector<PlacedLabel> place_labels(const std::vector<LabelWish>& wishes, const Rectangle& frame,
                                      std::vector<Rectangle> taken);

}  // namespace awd
