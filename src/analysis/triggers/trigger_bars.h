// One panel of stacked bars: the recomputes per step of some parts of the steps, by reason.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/figures/canvas.h"
#include "analysis/triggers/trigger_summary.h"

namespace awd {

struct BarPanel {
  struct Bar {
    std::string label;  // below the bar; "" for none
    ReasonCounts counts;
  };
  Rectangle box{};           // of the plot, without its labels
  std::string title;         // above it
  std::string x_title;       // below the labels; "" for none
  double top = 1;            // recomputes per step at the upper edge
  double bar_share = 0.7;    // width of a bar over the distance to the next
  bool shows_steps = false;  // the number of steps below each label
  std::vector<Bar> bars;
};

/// Highest bar of the panels, rounded up to a tick; at least 0.05.
double common_top(std::span<const BarPanel> panels);

void draw_bars(Canvas& canvas, const BarPanel& panel);

}  // namespace awd
