// Two rows of three panels: filled histograms, each with an area of 1, on common bins.
#include "analysis/figures/distribution_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "analysis/figures/axes.h"
#include "analysis/figures/canvas.h"
#include "analysis/figures/palette.h"

namespace awd {
namespace {

constexpr double kWidth = 1200, kHeight = 600;  // pixels
constexpr double kLeft = 64, kTop = 96, kPanelWidth = 340, kPanelHeight = 190, kColumnGap = 48, kRowGap = 84;
constexpr double kTextSize = 12.5, kTitleSize = 16;
constexpr int kBins = 36;
constexpr Colour kKeyColour = kSeriesColours[1], kSteadyColour = kSeriesColours[0];

/// Share of the values in each bin; the last one also has what lies beyond.
using Bins = std::array<double, kBins>;

Bins histogram(const std::vector<double>& values, double top) {
  Bins bins{};
  for (const double value : values) {
    const int bin = std::clamp(int(value / top * kBins), 0, kBins - 1);
    bins[std::size_t(bin)] += 1.0 / double(values.size());
  }
  return bins;
}

void draw_bins(Canvas& canvas, const Bins& bins, const Rectangle& plot, double highest, const Colour& colour) {
  const double bottom = plot.y + plot.height, width = plot.width / kBins;
  std::vector<PlotPoint> outline{{plot.x, bottom}};
  for (int i = 0; i < kBins; ++i) {
    const double y = bottom - bins[std::size_t(i)] / highest * plot.height;
    outline.push_back({plot.x + i * width, y});
    outline.push_back({plot.x + (i + 1) * width, y});
  }
  outline.push_back({plot.x + plot.width, bottom});
  canvas.set(colour, 0.3);
  fill_area(canvas, outline);
  canvas.set(colour);
  draw_curve(canvas, outline, 1.4);
}

void draw_median(Canvas& canvas, double median, const Rectangle& plot, const Scale& x, const Colour& colour) {
  if (!std::isfinite(median)) return;
  canvas.set(colour);
  const std::array<PlotPoint, 2> line{{{x.at(median), plot.y}, {x.at(median), plot.y + plot.height}}};
  draw_curve(canvas, line, 1.2, 4);
}

void draw_panel(Canvas& canvas, std::span<const DriftRow> rows, const SignalDrift& drift, const Rectangle& plot) {
  std::vector<double> key, steady;
  for (const DriftRow& row : rows) {
    const double value = drift.signal.of(row);
    if (!std::isnan(value)) (row.is_key ? key : steady).push_back(value);
  }
  const double top = drift.all.p99 > 0 ? 1.1 * drift.all.p99 : 1;
  const Bins key_bins = histogram(key, top), steady_bins = histogram(steady, top);
  const double highest =
      1.1 * std::max({*std::ranges::max_element(key_bins), *std::ranges::max_element(steady_bins), 1e-9});
  const Scale x{0, top, plot.x, plot.x + plot.width};
  draw_bins(canvas, steady_bins, plot, highest, kSteadyColour);
  draw_bins(canvas, key_bins, plot, highest, kKeyColour);
  draw_median(canvas, drift.steady.p50, plot, x, kSteadyColour);
  draw_median(canvas, drift.key.p50, plot, x, kKeyColour);
  canvas.set(kInk);
  canvas.line(plot.x, plot.y + plot.height, plot.x + plot.width, plot.y + plot.height, 1);
  canvas.font(kTextSize);
  draw_x_axis(canvas, plot, x, 6);
  canvas.set(kInk);
  const std::string area = std::isnan(drift.roc.auroc) ? "AUROC not known"
                                                       : fmt::format("AUROC {:.2f} [{:.2f}, {:.2f}]", drift.roc.auroc,
                                                                     drift.roc.ci95.low, drift.roc.ci95.high);
  canvas.text(plot.x + plot.width, plot.y - 8, area, 1);
  canvas.font(kTextSize, true);
  canvas.text(plot.x, plot.y - 8, drift.name + " drift");
}

void draw_row_names(Canvas& canvas) {
  canvas.font(kTextSize, true);
  for (const auto convention : {DriftConvention::kFrameToFrame, DriftConvention::kAnchor}) {
    const double middle = kTop + int(convention) * (kPanelHeight + kRowGap) + kPanelHeight / 2;
    const bool is_anchor = convention == DriftConvention::kAnchor;
    canvas.text_upwards(kLeft - 22, middle, is_anchor ? "against the anchor" : "frame to frame", 0.5);
  }
}

void draw_header(Canvas& canvas, std::span<const DriftRow> rows) {
  const auto keys = std::ranges::count(rows, true, &DriftRow::is_key);
  canvas.font(kTitleSize, true);
  canvas.text(kLeft, 28, "Does drift tell key actions from steady motion?");
  canvas.font(kTextSize);
  double left = kLeft;
  const auto entry = [&](const Colour& colour, const std::string& words) {
    canvas.set(colour);
    canvas.fill({left, 41, 18, 12});
    canvas.set(kInk);
    canvas.text(left + 24, 52, words);
    left += 24 + canvas.text_width(words) + 26;
  };
  entry(kKeyColour, fmt::format("key actions: {} frames near a switch of the gripper", keys));
  entry(kSteadyColour, fmt::format("steady motion: {} frames", std::int64_t(rows.size()) - keys));
  canvas.text(left, 52, "each area is 1; dashed: medians; last bin: and beyond");
}

}  // namespace

void write_distribution_figure(const std::filesystem::path& file, std::span<const DriftRow> rows,
                               std::span<const SignalDrift> signals) {
  write_drawing(file, kWidth, kHeight, [&](Canvas& canvas) {
    draw_header(canvas, rows);
    draw_row_names(canvas);
    for (const SignalDrift& drift : signals) {
      if (drift.signal.camera >= 0) continue;
      const double column = int(drift.signal.kind), row = int(drift.signal.convention);
      draw_panel(canvas, rows, drift,
                 {kLeft + column * (kPanelWidth + kColumnGap), kTop + row * (kPanelHeight + kRowGap), kPanelWidth,
                  kPanelHeight});
    }
  });
}

}  // namespace awd
