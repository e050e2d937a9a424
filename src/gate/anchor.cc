// set_anchor(): takes from a full query what later decisions will compare with.
#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "awd/gate.h"
#include "gate/importance_weight.h"
#include "gate/patch_grid.h"
#include "gate/picture_signals.h"
#include "gate/pooling.h"
#include "gate/signal_table.h"

namespace awd {
namespace {

void check_frame(const Frame& frame) {
  const bool any_camera = std::ranges::any_of(frame.cameras, [](const ImageView& view) { return !view.empty(); });
  if (!any_camera || frame.cameras.size() > kMaxCameras) {
    throw Error("gate anchor", fmt::format("expected 1 to {} cameras with at least one picture, got {}{}", kMaxCameras,
                                           frame.cameras.size(), any_camera ? "" : ", all empty"));
  }
}

/// Every patch alike: what `uniform_importance` puts in the place of the policy's map.
constexpr std::array<float, kPatchCells> kUniform = [] {
  std::array<float, kPatchCells> map{};
  map.fill(1.0f / kPatchCells);
  return map;
}();

/// Importance over its largest value, 3 x 3 dilated; all 1 for a map of zeros.
void hold_attended(std::span<const float> importance, std::array<float, kPatchCells>& attended) {
  dilate(importance, kPatchGrid, kPatchGrid, 3, attended);
  const float largest = *std::ranges::max_element(attended);
  for (float& value : attended) value = largest > 0 ? value / largest : 1.0f;
}

void check_rules(const RuleOptions& rules) {
  if (rules.votes < 1 || rules.votes > rules.votes_of || rules.votes_of > kMaxVotes) {
    throw Error("gate option votes", fmt::format("expected 1 <= votes <= votes_of <= {}, got {} of {}", kMaxVotes,
                                                 rules.votes, rules.votes_of));
  }
  if (rules.window < 1 || rules.window > kMaxRuleWindow) {
    throw Error("gate option window", fmt::format("expected 1 to {} steps, got {}", kMaxRuleWindow, rules.window));
  }
}

void hold_patches(const Frame& frame, int c, std::span<const float> importance, const GateOptions& options,
                  Anchor::Camera& camera) {
  const ImageView& view = frame.cameras[c];
  camera.has_patches = reads_patches(options, c) && has_patch_grid(view.height, view.width);
  camera.robot_known = false;
  if (!camera.has_patches) return;
  patches_of(frame, c, camera.patches);
  check_importance(importance);
  hold_attended(importance, camera.attended);
  camera.robot_known = std::size_t(c) < frame.robot_masks.size() && !frame.robot_masks[c].empty();
  if (camera.robot_known) robot_cells(frame.robot_masks[c], options.residual, camera.robot);
}

void hold_camera(const Frame& frame, int c, std::span<const float> importance, const GateOptions& options,
                 Anchor::Camera& camera) {
  const ImageView& view = frame.cameras[c];
  camera.present = !view.empty();
  camera.height = view.height;
  camera.width = view.width;
  if (!camera.present) return;
  check_gate_options(options, view.height, view.width);
  camera.pooled.clear();
  camera.weight.clear();
  if (reads_pooled(options) && frame.signals.empty()) {
    pool_picture(view, options.pool, camera.pooled);
    importance_weight(importance, view.height / options.pool, view.width / options.pool, options.dilation,
                      camera.weight);
  }
  if (reads_pictures(options)) {
    camera.picture.assign(view.data, view.data + std::size_t(3) * view.height * view.width);
  }
  hold_patches(frame, c, importance, options, camera);
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
  check_rules(options.rules);
  if (options.residual.residual_rank < 1 || options.residual.residual_rank > kMaxResidualRank) {
    throw Error("gate option residual_rank",
                fmt::format("expected 1 to {}, got {}", kMaxResidualRank, options.residual.residual_rank));
  }
  const bool needs_patches =
      options.kind == GateKind::kSignals && (options.limit.masked_residual > 0 || options.limit.scene_motion > 0 ||
                                             options.limit.compensated_drift > 0 || options.limit.patch_change > 0);
  if (needs_patches && !has_patch_grid(height, width)) {
    throw Error("gate picture", fmt::format("expected sides that {} divides for signals on the patch grid, got {} x {}",
                                            kPatchGrid, height, width));
  }
}

void set_anchor(const Frame& frame, const ImportanceMaps& importance, const GateOptions& options, Anchor& anchor) {
  anchor.valid = false;
  check_frame(frame);
  const int n_cameras = int(frame.cameras.size());
  const bool reads_maps = reads_importance(options) && !options.uniform_importance;
  if (reads_maps && importance.n_cameras != n_cameras) {
    throw Error("gate importance",
                fmt::format("expected {} maps, one for each camera, got {}", n_cameras, importance.n_cameras));
  }
  for (int c = 0; c < n_cameras; ++c) {
    hold_camera(frame, c, reads_maps ? importance.map[c] : kUniform, options, anchor.cameras[c]);
  }
  anchor.state.assign(frame.state.begin(), frame.state.end());
  anchor.joints.assign(frame.joints.begin(), frame.joints.end());
  anchor.n_cameras = n_cameras;
  anchor.has_signals = !frame.signals.empty();
  anchor.valid = true;
}

}  // namespace awd
