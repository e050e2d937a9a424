// observe(): what the gate remembers of a step, whoever decides it; reset_gate().
#include <fmt/format.h>

#include "awd/error.h"
#include "awd/gate.h"
#include "gate/gripper.h"
#include "gate/masked_residual.h"
#include "gate/patch_grid.h"
#include "gate/picture_signals.h"
#include "gate/pose_drift.h"
#include "gate/signal_table.h"

namespace awd {
namespace {

void observe_grip(const Frame& frame, const ArmResponse& response, GateState::Grip& grip) {
  if (frame.executed.empty() || !state_holds(frame.state, response.gripper_index, 2)) return;
  watch_grip(frame.executed.last(frame.action_dim), frame.state, response, grip);
}

void observe_camera(const Frame& frame, int c, const GateOptions& options, GateState::Camera& camera) {
  const ImageView& view = frame.cameras[c];
  if (view.empty()) {
    camera = {};
    return;
  }
  if (!options.explain) check_gate_options(options, view.height, view.width);
  if (!has_patch_grid(view.height, view.width)) return;
  patches_of(frame, c, camera.now);
  if (!remembers_scene(options, c)) return;
  camera.robot_known = std::size_t(c) < frame.robot_masks.size() && !frame.robot_masks[c].empty();
  if (!camera.robot_known) return;
  robot_cells(frame.robot_masks[c], options.residual, camera.robot);
  watch_scene(options.residual, frame.age, camera);
}

}  // namespace

void reset_gate(GateState& state, std::uint64_t seed) {
  state = {};
  state.seed = seed;
}

void observe(const Frame& frame, const GateOptions& options, GateState& state) {
  ++state.steps;
  if (frame.executed.size() != std::size_t(frame.age) * frame.action_dim && !frame.executed.empty()) {
    throw Error("gate frame", fmt::format("expected executed actions of {} x {} values, got {}", frame.age,
                                          frame.action_dim, frame.executed.size()));
  }
  if (frame.cameras.size() > kMaxCameras) {
    throw Error("gate frame", fmt::format("expected at most {} cameras, got {}", kMaxCameras, frame.cameras.size()));
  }
  observe_grip(frame, options.response, state.grip);
  for (int c = 0; c < int(frame.cameras.size()); ++c) {
    if (reads_patches(options, c)) observe_camera(frame, c, options, state.cameras[c]);
  }
}

}  // namespace awd
