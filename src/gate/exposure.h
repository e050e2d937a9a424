// Exposure between two pictures: gain and offset per channel, fitted so that a change in one place does not count.
#pragma once

#include <array>

#include "awd/gate.h"

namespace awd {

/// now = gain * before + offset, per channel, grey levels.
struct Exposure {
  std::array<float, 3> gain{1, 1, 1};
  std::array<float, 3> offset{};
};

/// Least squares over the cells that `skip` leaves, three rounds; each drops the cells that fit badly.
Exposure fit_exposure(const PatchColours& before, const PatchColours& now, const PatchFlags& skip);

/// Mean over RGB of |now - (gain * before + offset)| per cell, grey levels.
void exposure_residual(const PatchColours& before, const PatchColours& now, const Exposure& exposure,
                       std::array<float, kPatchCells>& residual);

}  // namespace awd
