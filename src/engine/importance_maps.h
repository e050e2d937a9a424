// From one number per image token to importance maps that sum to 1 per camera.
#pragma once

#include <array>
#include <span>

#include "awd/types.h"

namespace awd {

/// `relevance` [256 * present cameras], not negative, in camera order. Zeros for an absent camera; a camera whose
/// tokens are all 0 counts evenly.
void fill_importance_maps(std::span<const float> relevance, const std::array<bool, kMaxCameras>& present, int cameras,
                          ImportanceMaps& maps);

/// Every patch of a present camera counts the same.
void fill_uniform_importance(const std::array<bool, kMaxCameras>& present, int cameras, ImportanceMaps& maps);

}  // namespace awd
