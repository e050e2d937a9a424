// The figure of one episode: state, raw and weighted drift over time in both conventions, one panel each.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>

#include "analysis/drift/drift_row.h"

namespace awd {

struct CurveFigure {
  /// A pair of thresholds for gate `awd`; NaN is not drawn.
  struct Threshold {
    std::string label;
    double state = kNoDrift;
    double drift = kNoDrift;  // weighted
  };
  std::string title;
  double fps = 20;                 // frames per second
  std::span<const DriftRow> rows;  // of one episode, in order
  std::array<Threshold, 2> thresholds{};
};

/// Phases are shaded, key actions marked below each panel, anchors ticked above it. Draws into a file ending in .png or
/// .svg. Throws awd::Error when it cannot be written.
void write_curve_figure(const std::filesystem::path& file, const CurveFigure& figure);

}  // namespace awd
