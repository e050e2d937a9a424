// HeldPictures: the pictures that held work was made from, and whether the present ones differ from them.
#pragma once

#include <array>
#include <vector>

#include "awd/types.h"

namespace awd {

/// One picture per camera. Memory is kept from one hold() to the next.
class HeldPictures {
 public:
  /// Copies the picture of a camera, or forgets it where the view is empty.
  void hold(int camera, const ImageView& view);
  /// Copies one patch of the picture only.
  void hold_patch(int camera, const ImageView& view, int patch);

  /// True if the camera's picture is held and equal, byte by byte.
  bool is_same(int camera, const ImageView& view) const;
  /// Mean absolute difference of the patch colours, grey levels; the camera's picture must be held.
  double colour_change(int camera, const ImageView& view);
  /// Cosine similarity of the pixels of one patch, 0..255 each; 1 where both are black, 0 where one is.
  double patch_cosine(int camera, const ImageView& view, int patch) const;

 private:
  std::array<std::vector<std::uint8_t>, kMaxCameras> pixels_;  // [side, side, 3]
  std::vector<float> now_, then_;                              // [3, 16, 16] patch colours
};

}  // namespace awd
