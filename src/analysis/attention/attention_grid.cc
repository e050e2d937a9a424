// Reduces the capture to one map per tile and draws them as a table.
#include "analysis/attention/attention_grid.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/attention/attention_maps.h"
#include "analysis/attention/attention_stats.h"
#include "analysis/figures/heat_overlay.h"
#include "base/check.h"

namespace awd {
namespace {

constexpr int kTile = 72, kGap = 3;  // pixels
constexpr int kPicture = 150;        // side of the camera's picture left of its table
constexpr int kMargin = 24, kHeader = 52, kTableTitle = 44, kRowLabel = 58, kGroupGap = 26;

/// Columns of one table: flow steps, then heads.
struct Layout {
  explicit Layout(const AttentionCapture& capture)
      : steps(capture.steps), heads(capture.heads), layers(capture.layers) {}
  int steps, heads, layers;

  double left() const { return kMargin + kPicture + kRowLabel; }
  double x(int column) const { return left() + column * (kTile + kGap) + (column >= steps ? kGroupGap : 0); }
  double width() const { return x(steps + heads) - kGap + kMargin; }
  double table_height() const { return kTableTitle + std::max(layers * (kTile + kGap), kPicture + kGap) + kMargin; }
};

void draw_tile(Canvas& canvas, const AttentionGrid& grid, std::size_t camera, const AttentionSelection& selection,
               double x, double y) {
  const PatchMap map = reduce_capture(grid.capture, selection).cameras[camera];
  const FocusStats focus = focus_stats(map);
  const HeatMap heat{map, kPatchGrid, focus.max > 0 ? focus.max : 1};
  draw_picture(canvas, heat_overlay(grid.pictures[camera].view(), heat, kTile).view(), {x, y, kTile, kTile});
  const std::string peak = fmt::format("{:.0f}x", focus.max_over_mean);
  canvas.font(11, true);
  canvas.set(kInk, 0.6);
  canvas.fill({x, y + kTile - 15, canvas.text_width(peak) + 6, 15});
  canvas.set(kPaper);
  canvas.text(x + 3, y + kTile - 4, peak);
}

void draw_table(Canvas& canvas, const AttentionGrid& grid, std::size_t camera, const Layout& layout, double top) {
  const double tiles = top + kTableTitle;
  canvas.set(kInk);
  canvas.font(14, true);
  canvas.text(kMargin, tiles - 8, grid.cameras[camera]);
  draw_picture(canvas, grid.pictures[camera].view(), {kMargin, tiles, kPicture, kPicture});
  canvas.font(13);
  canvas.set(kFaintInk);
  canvas.text(layout.x(0), top + 18, "flow step, all heads");
  canvas.text(layout.x(layout.steps), top + 18, "head, all flow steps");
  for (int column = 0; column < layout.steps + layout.heads; ++column) {
    const int number = column < layout.steps ? column : column - layout.steps;
    canvas.text(layout.x(column) + kTile / 2.0, tiles - 8, fmt::format("{}", number), 0.5);
  }
  for (int layer = 0; layer < layout.layers; ++layer) {
    const double y = tiles + layer * (kTile + kGap);
    canvas.font(13);
    canvas.set(kFaintInk);
    canvas.text(layout.left() - 8, y + kTile / 2.0 + 5, fmt::format("layer {}", layer), 1);
    for (int step = 0; step < layout.steps; ++step) {
      draw_tile(canvas, grid, camera, {layer, layer, step, step, 0, layout.heads - 1}, layout.x(step), y);
    }
    for (int head = 0; head < layout.heads; ++head) {
      draw_tile(canvas, grid, camera, {layer, layer, 0, layout.steps - 1, head, head}, layout.x(layout.steps + head),
                y);
    }
  }
}

}  // namespace

void write_attention_grid(const std::filesystem::path& file, const AttentionGrid& grid) {
  AWD_CHECK(!grid.cameras.empty() && grid.pictures.size() == grid.cameras.size());
  AWD_CHECK(grid.capture.tokens == int(grid.cameras.size()) * kMapCells, "{} image tokens", grid.capture.tokens);
  const Layout layout(grid.capture);
  const double height = kHeader + double(grid.cameras.size()) * layout.table_height();
  write_drawing(file, layout.width(), height, [&](Canvas& canvas) {
    canvas.set(kInk);
    canvas.font(17, true);
    canvas.text(kMargin, 34, canvas.fitted(grid.title, layout.width() - 2 * kMargin));
    for (std::size_t c = 0; c < grid.cameras.size(); ++c) {
      draw_table(canvas, grid, c, layout, kHeader + double(c) * layout.table_height());
    }
  });
}

}  // namespace awd
