// The figure of an evaluation: success against full queries per step, one figure per scenario.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "analysis/summary.h"

namespace awd {

struct SuccessFigure {
  struct Point {
    std::string label;
    double queries_per_step = 0;  // 0 .. 1
    double success_rate = 0;      // 0 .. 1
    Interval ci95{};
    bool is_control = false;  // decides without looking: a schedule, chance, or the simulator's own knowledge
    bool is_fixed = false;    // a fixed horizon: joined by a line with its like
  };
  std::string title;
  std::vector<Point> points;
};

/// One figure per scenario of `arms`, in order of appearance, arms without episodes left out; the title names scenario
/// and number of episodes.
std::vector<std::pair<std::string, SuccessFigure>> success_figures(std::span<const ArmSummary> arms);

/// Draws into a file ending in .png or .svg. Throws awd::Error when it cannot be written.
void write_success_figure(const std::filesystem::path& file, const SuccessFigure& figure);

}  // namespace awd
