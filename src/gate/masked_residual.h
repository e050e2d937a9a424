// Robot-masked visual residual of a fixed camera: has the scene outside the robot changed by more than it usually does?
#pragma once

#include "awd/gate.h"

namespace awd {

/// Takes `camera.now` and `camera.robot` of the present step into what is known of the camera: the robot's sweep, which
/// starts again at age 1, and how much every cell keeps changing. `age` is that of the frame.
void watch_scene(const ResidualOptions& options, int age, GateState::Camera& camera);

/// The residual_rank-th largest of |now - anchor| / (noise_floor + noise_gain * noise) over the cells that the robot
/// has not covered since the anchor, exposure taken out. NaN where no mask is known, hardly a cell is left, or fewer
/// than noise_learning steps have been watched.
double masked_residual(const GateState::Camera& camera, const Anchor::Camera& anchor, const ResidualOptions& options);

}  // namespace awd
