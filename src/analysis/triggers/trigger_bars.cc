// Bars are stacked in the order of Reason, which is the order of the groups.
#include "analysis/triggers/trigger_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace awd {
namespace {

constexpr double kTextSize = 12, kTitleSize = 13;
constexpr int kMostTicks = 5;

double tick_of(double top) {
  constexpr std::array<double, 7> kTicks{0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5};
  for (const double tick : kTicks) {
    if (top / tick <= kMostTicks) return tick;
  }
  return 1;
}

void draw_scale(Canvas& canvas, const BarPanel& panel) {
  const Rectangle& box = panel.box;
  const double tick = tick_of(panel.top);
  canvas.font(kTextSize);
  for (int i = 0; i * tick <= panel.top * 1.0001; ++i) {
    const double y = box.y + box.height * (1 - i * tick / panel.top);
    canvas.set(kGridLine);
    canvas.line(box.x, y, box.x + box.width, y, 1);
    canvas.set(kFaintInk);
    canvas.text(box.x - 6, y + 4, fmt::format("{:g}", i * tick), 1);
  }
  canvas.set(kInk);
  canvas.font(kTitleSize, true);
  canvas.text(box.x, box.y - 12, panel.title);
}

void draw_stack(Canvas& canvas, const Rectangle& bar, const ReasonCounts& counts, double top) {
  double y = bar.y + bar.height;
  for (int i = 0; i < int(Reason::kReuse); ++i) {
    const double height = bar.height * counts.share(counts.of(Reason(i))) / top;
    if (!(height > 0)) continue;
    y -= height;
    canvas.set(colour_of(Reason(i)));
    canvas.fill({bar.x, y, bar.width, height});
  }
}

/// The label in at most two lines no wider than `width`: broken at an underscore, cut where that does not help.
std::vector<std::string> lines_of(const Canvas& canvas, const std::string& label, double width) {
  if (canvas.text_width(label) <= width) return {label};
  for (std::size_t at = label.rfind('_'); at != std::string::npos && at > 0; at = label.rfind('_', at - 1)) {
    const std::string first = label.substr(0, at + 1);
    if (canvas.text_width(first) <= width) return {first, canvas.fitted(label.substr(at + 1), width)};
  }
  return {canvas.fitted(label, width)};
}

/// Labels below the bars, all numbers of steps on one line; returns how far down they reach.
double draw_labels(Canvas& canvas, const BarPanel& panel, double pitch) {
  constexpr double kLine = 15;
  double end = panel.box.y + panel.box.height + 2;
  canvas.set(kInk);
  for (std::size_t i = 0; i < panel.bars.size(); ++i) {
    double y = panel.box.y + panel.box.height + 2;
    if (panel.bars[i].label.empty()) continue;
    for (const std::string& line : lines_of(canvas, panel.bars[i].label, pitch - 4)) {
      y += kLine;
      canvas.text(panel.box.x + (double(i) + 0.5) * pitch, y, line, 0.5);
    }
    end = std::max(end, y);
  }
  if (!panel.shows_steps) return end;
  end += kLine + 1;
  canvas.set(kFaintInk);
  for (std::size_t i = 0; i < panel.bars.size(); ++i) {
    const std::string steps = fmt::format("{}{}", panel.bars[i].counts.total(), i == 0 ? " steps" : "");
    canvas.text(panel.box.x + (double(i) + 0.5) * pitch, end, steps, 0.5);
  }
  return end;
}

}  // namespace

double common_top(std::span<const BarPanel> panels) {
  double top = 0.05;
  for (const BarPanel& panel : panels) {
    for (const BarPanel::Bar& bar : panel.bars) {
      if (bar.counts.total() > 0) top = std::max(top, bar.counts.share(bar.counts.recomputes()));
    }
  }
  const double tick = tick_of(top);
  return std::min(1.0, tick * std::ceil(top / tick - 1e-9));
}

void draw_bars(Canvas& canvas, const BarPanel& panel) {
  draw_scale(canvas, panel);
  const Rectangle& box = panel.box;
  const double pitch = box.width / double(std::max<std::size_t>(panel.bars.size(), 1));
  const double width = panel.bar_share * pitch;
  for (std::size_t i = 0; i < panel.bars.size(); ++i) {
    const double middle = box.x + (double(i) + 0.5) * pitch;
    draw_stack(canvas, {middle - width / 2, box.y, width, box.height}, panel.bars[i].counts, panel.top);
  }
  canvas.font(kTextSize);
  const double labels_end = draw_labels(canvas, panel, pitch);
  canvas.set(kInk);
  canvas.line(box.x, box.y + box.height, box.x + box.width, box.y + box.height, 1);
  canvas.text(box.x + box.width / 2, labels_end + 18, panel.x_title, 0.5);
}

}  // namespace awd
