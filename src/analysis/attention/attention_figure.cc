// Lays scenes out in blocks: a line of words, then one row per camera with three pictures and their captions.
#include "analysis/attention/attention_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/figures/heat_overlay.h"
#include "analysis/stats.h"
#include "base/check.h"
#include "io/cairo_image.h"

namespace awd {
namespace {

constexpr int kTile = 208;       // side of a picture, pixels
constexpr int kGap = 4;          // between pictures of a row
constexpr int kCaption = 20;     // height of the line below a picture
constexpr int kBlockTitle = 26;  // height of the line above a block
constexpr int kBlockWidth = 3 * kTile + 2 * kGap;
constexpr int kMargin = 24;  // around and between blocks
constexpr int kHeader = 78;  // height of title and colour bar
constexpr int kColumns = 3;  // blocks side by side, at most
constexpr double kBarWidth = 190;
constexpr double kFullQuantile = 0.99;  // of the cells of all scenes: a lone hot cell does not darken the rest

int block_height(std::size_t cameras) { return kBlockTitle + int(cameras) * (kTile + kCaption + kGap); }

/// "peak 12.7x, target 3.1 % (9.8x)": its share of the attention, and that over its share of the picture.
std::string importance_words(const CameraAttention& numbers) {
  if (std::isnan(numbers.focus.max_over_mean)) return "no attention";
  std::string words = fmt::format("peak {:.1f}x", numbers.focus.max_over_mean);
  if (!numbers.labels) return words + fmt::format(", half on {:.0f} % of area", 100 * numbers.focus.half_mass_area);
  const double attention = numbers.labels->attention[std::size_t(SceneLabel::kTarget)];
  const double area = numbers.labels->area[std::size_t(SceneLabel::kTarget)];
  if (area <= 0) return words + ", target not in sight";
  return words + fmt::format(", target {:.1f} % ({:.1f}x)", 100 * attention, attention / area);
}

/// "35 % of area, 97 % of target": what AttendedRegion::kDilated holds.
std::string region_words(const AttentionPanel& panel, int side) {
  const CellFlags region = attended_region(AttendedRegion::kDilated, panel.gate.map, panel.gate.dilated);
  std::string words = fmt::format("{:.0f} % of area", 100 * area_share(region));
  if (panel.labels.empty()) return words;
  const LabelView labels{panel.labels.data(), panel.label_height, panel.label_width};
  const double covered = coverage(region, label_grid(labels, side).of(SceneLabel::kTarget));
  return std::isnan(covered) ? words : words + fmt::format(", {:.0f} % of target", 100 * covered);
}

std::string camera_words(const AttentionPanel& panel) {
  if (std::isnan(panel.numbers.share)) return panel.camera;
  return fmt::format("{}: {:.0f} % of attention", panel.camera, 100 * panel.numbers.share);
}

void caption(Canvas& canvas, const std::string& text, double x, double y) {
  canvas.set(kInk);
  canvas.font(12);
  canvas.text(x, y + kTile + 14, canvas.fitted(text, kTile));
}

void draw_panel(Canvas& canvas, const AttentionPanel& panel, double x, double y, double full) {
  const double mean = panel.numbers.focus.mean;
  const double scale = mean > 0 ? full * mean : 1;
  const int side = int(std::lround(std::sqrt(double(panel.gate.dilated.size()))));
  const HeatMap maps[] = {{panel.importance, kPatchGrid, scale}, {panel.gate.dilated, side, scale}};
  const LabelView labels{panel.labels.data(), panel.label_height, panel.label_width};
  const std::string captions[] = {camera_words(panel), importance_words(panel.numbers), region_words(panel, side)};
  for (int column = 0; column < 3; ++column) {
    const Rectangle box{x + column * (kTile + kGap), y, kTile, kTile};
    if (column == 0) {
      draw_picture(canvas, panel.picture.view(), box);
    } else {
      draw_picture(canvas, heat_overlay(panel.picture.view(), maps[column - 1], kTile).view(), box);
    }
    if (!panel.labels.empty()) draw_outline(canvas, labels, SceneLabel::kTarget, box);
    caption(canvas, captions[column], box.x, box.y);
  }
}

void draw_scene(Canvas& canvas, const AttentionScene& scene, double x, double y, double full) {
  canvas.set(phase_tint(scene.phase));
  canvas.fill({x, y, kBlockWidth, kBlockTitle - 5});
  canvas.set(kInk);
  canvas.font(13, true);
  const std::string step = fmt::format("step {}", scene.step);
  canvas.text(x + 6, y + 15, step);
  const double after = x + 6 + canvas.text_width(step) + 12;
  canvas.font(13);
  std::string words = fmt::format("{:.2f} s", scene.seconds);
  for (const std::string& word : {scene.phase, scene.note}) {
    if (!word.empty()) words += ", " + word;
  }
  canvas.text(after, y + 15, canvas.fitted(words, kTile));
  canvas.set(kFaintInk);
  canvas.text(x + 2 * kTile + kGap - 6, y + 15, "importance", 1);
  canvas.text(x + kBlockWidth - 6, y + 15, "dilated importance", 1);
  for (std::size_t c = 0; c < scene.cameras.size(); ++c) {
    draw_panel(canvas, scene.cameras[c], x, y + kBlockTitle + int(c) * (kTile + kCaption + kGap), full);
  }
}

/// `text` in the largest size up to `size` in which it is no wider than `width`.
void draw_fitted(Canvas& canvas, double x, double y, const std::string& text, double size, bool is_bold, double width) {
  constexpr double kSmallest = 10;
  while (canvas.font(size, is_bold), size > kSmallest && canvas.text_width(text) > width) size -= 0.5;
  canvas.text(x, y, canvas.fitted(text, width));
}

void draw_header(Canvas& canvas, const AttentionTitle& title, double width, double full) {
  const double words = width - 2 * kMargin - kBarWidth - 24;
  canvas.set(kInk);
  draw_fitted(canvas, kMargin, 32, title.episode, 17, true, words);
  canvas.set(kFaintInk);
  draw_fitted(canvas, kMargin, 54, title.selected, 13, false, words);
  canvas.font(13);
  canvas.text(width - kMargin - kBarWidth, 22, "weight over the map's mean");
  draw_colour_bar(canvas, {width - kMargin - kBarWidth, 30, kBarWidth, 12}, full, "x");
}

void draw_strip(Canvas& canvas, const AttentionTitle& title, std::span<const AttentionScene> scenes, double width,
                double full) {
  draw_header(canvas, title, width, full);
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const int column = int(i) % kColumns, row = int(i) / kColumns;
    const int x = kMargin + column * (kBlockWidth + kMargin);
    const int y = kHeader + row * (block_height(scenes[0].cameras.size()) + kMargin / 2);
    draw_scene(canvas, scenes[i], x, y, full);
  }
}

struct Sheet {
  int width = 0, height = 0;
};

Sheet sheet_of(std::span<const AttentionScene> scenes) {
  const int count = int(scenes.size()), columns = std::min(count, kColumns), rows = (count + kColumns - 1) / kColumns;
  const int height = kHeader + rows * (block_height(scenes[0].cameras.size()) + kMargin / 2) + kMargin / 2;
  return {(kMargin + columns * (kBlockWidth + kMargin)) / 2 * 2, (height + 1) / 2 * 2};
}

}  // namespace

double heat_full(std::span<const AttentionScene> scenes) {
  std::vector<double> multiples;
  for (const AttentionScene& scene : scenes) {
    for (const AttentionPanel& panel : scene.cameras) {
      const double mean = panel.numbers.focus.mean;
      for (const float value : panel.importance) multiples.push_back(mean > 0 ? double(value) / mean : 1);
    }
  }
  return multiples.empty() ? 1 : std::max(2.0, std::ceil(quantile(multiples, kFullQuantile)));
}

void write_attention_strip(const std::filesystem::path& file, const AttentionTitle& title,
                           std::span<const AttentionScene> scenes) {
  AWD_CHECK(!scenes.empty());
  const Sheet sheet = sheet_of(scenes);
  const double full = heat_full(scenes);
  write_drawing(file, sheet.width, sheet.height,
                [&](Canvas& canvas) { draw_strip(canvas, title, scenes, sheet.width, full); });
}

Image draw_attention_frame(const AttentionTitle& title, const AttentionScene& scene, double full) {
  const std::span scenes(&scene, 1);
  const Sheet sheet = sheet_of(scenes);
  const CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, sheet.width, sheet.height));
  const CairoContext context(cairo_create(surface.get()));
  Canvas canvas(context.get());
  draw_strip(canvas, title, scenes, sheet.width, full);
  return from_cairo(surface.get());
}

}  // namespace awd
