// Lays out two rows of bar panels and the raster below them; the legend names the reasons that occur.
#include "analysis/triggers/trigger_figure.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "analysis/triggers/trigger_bars.h"
#include "analysis/triggers/trigger_raster.h"

namespace awd {
namespace {

constexpr double kWidth = 1200, kMargin = 28;  // pixels
constexpr double kTextSize = 12, kTitleSize = 17;
constexpr double kBarHeight = 170, kScale = 44;                     // of a bar panel; for the numbers left of it
constexpr double kFirstRow = 118, kSecondRow = 400, kRaster = 660;  // upper edges of plots
constexpr int kMostRows = 48;

Rectangle half(int column, double y) {
  const double width = (kWidth - 2 * kMargin) / 2;
  return {kMargin + column * width + kScale, y, width - kScale - (column == 0 ? 16 : 0), kBarHeight};
}

BarPanel named_panel(const std::vector<NamedCounts>& rows, std::string title, int column) {
  constexpr std::size_t kMostBars = 10;
  if (rows.size() > kMostBars) title += fmt::format(" (first {} of {})", kMostBars, rows.size());
  BarPanel panel{
      .box = half(column, kFirstRow), .title = std::move(title), .x_title = "", .shows_steps = true, .bars = {}};
  for (const NamedCounts& row : rows) {
    if (panel.bars.size() < kMostBars) panel.bars.push_back({row.name.empty() ? "(none)" : row.name, row.counts});
  }
  return panel;
}

BarPanel episode_panel(const TriggerSummary& arm) {
  BarPanel panel{.box = half(0, kSecondRow),
                 .title = "Recomputes per step over the episode",
                 .x_title = "share of the episode's steps, %",
                 .bar_share = 0.9,
                 .bars = {}};
  for (int i = 0; i < kTimeBins; ++i) {
    const std::string label = i % 4 == 0 ? fmt::format("{}", 100 * i / kTimeBins) : "";
    panel.bars.push_back({label, arm.over_episode[std::size_t(i)]});
  }
  return panel;
}

BarPanel steps_panel(const TriggerSummary& arm) {
  constexpr std::int64_t kFewest = 20;  // steps; bins that only a few long episodes reach are left out
  BarPanel panel{.box = half(1, kSecondRow),
                 .title = "Recomputes per step over time",
                 .x_title = fmt::format("control step, {} in a bar", kStepBin),
                 .bar_share = 0.9,
                 .bars = {}};
  const std::size_t every = arm.over_steps.size() / 10 + 1;
  for (std::size_t i = 0; i < arm.over_steps.size(); ++i) {
    if (i > 0 && arm.over_steps[i].total() < kFewest) break;
    panel.bars.push_back({i % every == 0 ? fmt::format("{}", i * kStepBin) : "", arm.over_steps[i]});
  }
  return panel;
}

void draw_head(Canvas& canvas, const TriggerSummary& arm) {
  canvas.font(kTitleSize, true);
  const std::string numbers = fmt::format(": {} episodes, {} steps, {:.3f} recomputes per step", arm.episodes,
                                          arm.all.total(), arm.all.share(arm.all.recomputes()));
  const std::string name = arm.scenario.empty() ? arm.arm : arm.arm + ", " + arm.scenario;
  canvas.text(kMargin, 32, canvas.fitted(name, kWidth - 2 * kMargin - canvas.text_width(numbers)) + numbers);
  canvas.font(kTextSize);
  double x = kMargin, y = 61;
  for (int i = 0; i < int(Reason::kReuse); ++i) {
    if (arm.all.of(Reason(i)) == 0) continue;
    const std::string text = fmt::format("{} {}", word_of(Reason(i)), arm.all.of(Reason(i)));
    const double width = 18 + canvas.text_width(text) + 22;
    if (x + width > kWidth) {
      x = kMargin;
      y += 18;
    }
    canvas.set(colour_of(Reason(i)));
    canvas.fill({x, y - 11, 13, 12});
    canvas.set(kInk);
    canvas.text(x + 18, y, text);
    x += width;
  }
}

void draw_panels(Canvas& canvas, std::array<BarPanel, 2> panels) {
  const double top = common_top(panels);
  for (BarPanel& panel : panels) {
    panel.top = top;
    draw_bars(canvas, panel);
  }
}

}  // namespace

void write_trigger_figure(const std::filesystem::path& file, const TriggerSummary& arm) {
  const std::vector<const EpisodeTrace*> rows = raster_rows(arm.traces, kMostRows);
  write_drawing(file, kWidth, kRaster + raster_height(rows.size()) + 8, [&arm, &rows](Canvas& canvas) {
    draw_head(canvas, arm);
    draw_panels(canvas, {named_panel(arm.phases, "Recomputes per step, by phase", 0),
                         named_panel(arm.tasks, "Recomputes per step, by task", 1)});
    draw_panels(canvas, {episode_panel(arm), steps_panel(arm)});
    draw_raster(canvas, {kMargin, kRaster, kWidth - 2 * kMargin, raster_height(rows.size())}, rows);
  });
}

}  // namespace awd
