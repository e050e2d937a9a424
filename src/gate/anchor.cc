// set_anchor(): takes from a full query what later decisions will compare with.
#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "awd/gate.h"
#include "gate/importance_weight.h"
#include "gate/pooling.h"

namespace awd {
namespace {

void check_frame(const Frame& frame) {
  const bool any_camera = std::ranges::any_of(frame.cameras, [](const ImageView& view) { return !view.empty(); });
  if (!any_camera || frame.cameras.size() > kMaxCameras) {
    throw Error("gate anchor", fmt::format("expected 1 to {} cameras with at least one picture, got {}{}", kMaxCameras,
                                           frame.cameras.size(), any_camera ? "" : ", all empty"));
  }
}

void hold_camera(const ImageView& view, std::span<const float> importance, const GateOptions& options,
                 Anchor::Camera& camera) {
  camera.present = !view.empty();
  camera.height = view.height;
  camera.width = view.width;
  if (!camera.present) return;
  check_gate_options(options, view.height, view.width);
  if (options.kind == GateKind::kAwd || options.explain) {
    pool_picture(view, options.pool, camera.pooled);
    importance_weight(importance, view.height / options.pool, view.width / options.pool, options.dilation,
                      camera.weight);
  }
  if (options.kind == GateKind::kCosine || options.explain) {
    camera.picture.assign(view.data, view.data + std::size_t(3) * view.height * view.width);
  }
}

}  // namespace

void check_gate_options(const GateOptions& options, int height, int width) {
  if (height <= 0 || width <= 0 || width > kMaxPictureWidth) {
    throw Error("gate picture",
                fmt::format("expected a width of 1 to {} and a height of at least 1, got {} x {} (h x w)",
                            kMaxPictureWidth, height, width));
  }
  const bool pool_fits = options.pool >= 1 && options.pool <= 224;
  if (!pool_fits || height % options.pool != 0 || width % options.pool != 0) {
    throw Error("gate option pool",
                fmt::format("expected a number of 1 to 224 that divides the picture's {} x {}, got {}", height, width,
                            options.pool));
  }
  if (options.dilation < 1 || options.dilation % 2 == 0) {
    throw Error("gate option dilation", fmt::format("expected an odd number >= 1, got {}", options.dilation));
  }
}

void set_anchor(const Frame& frame, const ImportanceMaps& importance, const GateOptions& options, Anchor& anchor) {
  anchor.valid = false;
  check_frame(frame);
  const bool reads_importance = options.kind == GateKind::kAwd || options.explain;
  const int n_cameras = int(frame.cameras.size());
  if (reads_importance && importance.n_cameras != n_cameras) {
    throw Error("gate importance",
                fmt::format("expected {} maps, one for each camera, got {}", n_cameras, importance.n_cameras));
  }
  for (int c = 0; c < n_cameras; ++c) hold_camera(frame.cameras[c], importance.map[c], options, anchor.cameras[c]);
  anchor.state.assign(frame.state.begin(), frame.state.end());
  anchor.joints.assign(frame.joints.begin(), frame.joints.end());
  anchor.n_cameras = n_cameras;
  anchor.valid = true;
}

}  // namespace awd
