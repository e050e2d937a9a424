// Chooses between pixels and given signals.
#include "gate/picture_signals.h"

#include <fmt/format.h>

#include <cmath>

#include "awd/error.h"
#include "gate/patch_grid.h"

namespace awd {
namespace {

/// Those of camera `c`, or null where the frame has none.
const PictureSignals* given_signals(const Frame& frame, int c) {
  if (frame.signals.empty()) return nullptr;
  if (frame.signals.size() != frame.cameras.size()) {
    throw Error("gate frame", fmt::format("expected signals of {} cameras or none, got {}", frame.cameras.size(),
                                          frame.signals.size()));
  }
  return &frame.signals[c];
}

}  // namespace

void patches_of(const Frame& frame, int c, PatchColours& patches) {
  const PictureSignals* const given = given_signals(frame, c);
  if (given == nullptr) return pool_patches(frame.cameras[c], patches);
  if (!given->has_patches) {
    throw Error("gate frame", fmt::format("camera {}: expected patches among its signals, got none", c));
  }
  patches = given->patches;
}

CameraDrift drift_of(const Frame& frame, const Anchor& anchor, int c, const GateOptions& options) {
  const PictureSignals* const given = given_signals(frame, c);
  if (given == nullptr) {
    return camera_drift(frame.cameras[c], anchor.cameras[c], options.pool, options.pixel_range);
  }
  if (std::isnan(given->weighted_drift)) {
    throw Error("gate frame", fmt::format("camera {}: expected a drift among its signals, got none", c));
  }
  return {given->raw_drift, given->weighted_drift, given->local_outlier};
}

}  // namespace awd
