// The patch grid: a picture as [kPatchGrid, kPatchGrid] mean colours, and which of its cells show the robot.
#pragma once

#include "awd/gate.h"

namespace awd {

/// Whether a picture can be cut into patches: both sides divide, no wider than kMaxPictureWidth.
bool has_patch_grid(int height, int width);

/// Means of every patch of a picture for which has_patch_grid() holds.
void pool_patches(const ImageView& picture, PatchColours& patches);

/// Flags cells whose share of robot pixels exceeds `mask_share`, and those within `mask_margin` cells of one.
void robot_cells(const RobotMask& mask, const ResidualOptions& options, PatchFlags& robot);

}  // namespace awd
