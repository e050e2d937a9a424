// The camera pictures of one query as the vision tower takes them: checked, and made square where they are not.
#pragma once

#include <span>
#include <vector>

#include "awd/types.h"
#include "backend/ops.h"
#include "engine/config.h"
#include "io/image_resize.h"
#include "io/image_sample.h"

namespace awd {

/// Longest side of a picture that is taken, in pixels: far above any camera, far below what overflows.
inline constexpr int kMaxPictureSide = 16384;

/// Allocates only where a camera's picture size changes. Not thread-safe.
class PictureInput {
 public:
  explicit PictureInput(const ModelConfig& config);

  /// One picture per camera of the policy, [image_size, image_size]; a missing camera's is empty. They are valid until
  /// the next call and as long as the views of `cameras`. Throws awd::Error if their number is wrong, none is there, or
  /// a size is none or absurd.
  std::span<const Picture> take(std::span<const ImageView> cameras);

 private:
  void check(const ImageView& view, const std::string& camera) const;

  const ModelConfig& config_;
  std::vector<SquareResizer> resizers_;  // by camera; PictureResize::kAveraged
  std::vector<SquareSampler> samplers_;  // by camera; PictureResize::kSampled
  std::vector<Picture> pictures_;        // by camera
};

}  // namespace awd
