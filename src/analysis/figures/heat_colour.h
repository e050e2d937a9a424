// A colour map for maps of one number: from near-black violet over red to pale yellow.
#pragma once

#include "analysis/figures/palette.h"

namespace awd {

/// Colour of `share` (0 .. 1, clamped). Perceived lightness grows evenly, so that equal steps look equal, also in grey
/// and with any kind of colour vision.
Colour heat_colour(double share);

}  // namespace awd
