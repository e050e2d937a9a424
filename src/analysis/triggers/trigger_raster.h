// The raster of triggers: a row per episode, a tick per recompute, phases behind.
#pragma once

#include <span>
#include <vector>

#include "analysis/figures/canvas.h"
#include "analysis/triggers/trigger_summary.h"

namespace awd {

/// At most `most` episodes: the first ones of every task, tasks in order of appearance.
std::vector<const EpisodeTrace*> raster_rows(std::span<const EpisodeTrace> traces, int most);

/// Height that draw_raster() needs for that many rows, in pixels.
double raster_height(std::size_t rows);

/// Draws title, rows, axis and the legend of phases into the full width of `box`; its height is raster_height().
void draw_raster(Canvas& canvas, const Rectangle& box, std::span<const EpisodeTrace* const> rows);

}  // namespace awd
