// Checks pictures one by one and resizes those of another size than the model's.
#include "engine/picture_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"

namespace awd {

PictureInput::PictureInput(const ModelConfig& config) : config_(config), pictures_(config.cameras.size()) {
  if (config.io.resize == PictureResize::kAveraged) {
    resizers_.assign(config.cameras.size(), SquareResizer(config.image_size));
  } else {
    samplers_.assign(config.cameras.size(), SquareSampler(config.image_size));
  }
}

void PictureInput::check(const ImageView& view, const std::string& camera) const {
  const bool is_absent = view.empty() && view.height == 0 && view.width == 0;
  if (is_absent) return;
  if (view.empty()) {
    throw Error("observation", fmt::format("camera {}: expected pixels of a picture of {} x {} (height x width), got "
                                           "none; a missing camera has no size",
                                           camera, view.height, view.width));
  }
  if (std::min(view.height, view.width) < 1 || std::max(view.height, view.width) > kMaxPictureSide) {
    throw Error("observation", fmt::format("camera {}: expected sides of 1 to {} pixels, got {} x {} (height x width)",
                                           camera, kMaxPictureSide, view.height, view.width));
  }
}

std::span<const Picture> PictureInput::take(std::span<const ImageView> cameras) {
  if (cameras.size() != config_.cameras.size()) {
    throw Error("observation", fmt::format("expected {} cameras, got {}", config_.cameras.size(), cameras.size()));
  }
  const int side = config_.image_size;
  for (std::size_t c = 0; c < cameras.size(); ++c) {
    const ImageView& view = cameras[c];
    check(view, config_.cameras[c]);
    pictures_[c] = {.side = side};
    if (view.empty()) continue;
    if (view.height == side && view.width == side) {
      pictures_[c].pixels = view.data;
    } else if (config_.io.resize == PictureResize::kAveraged) {
      pictures_[c].pixels = resizers_[c].resize(view).data;
    } else {
      pictures_[c].levels = samplers_[c].sample(view);
    }
  }
  if (std::ranges::all_of(pictures_, [](const Picture& p) { return p.empty(); })) {
    throw Error("observation", "expected at least one camera picture, got none");
  }
  return pictures_;
}

}  // namespace awd
