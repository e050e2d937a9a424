// Draws one video frame with cairo: pictures side by side on top; below, from left to right, what runs, the decision,
// the signals over time. All coordinates are pixels of the frame.
#include "analysis/figures/decision_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "base/check.h"
#include "io/cairo_image.h"

namespace awd {
namespace {

constexpr int kSide = kFrameWidth / 2;  // of one drawn picture, pixels
constexpr int kStripTop = kSide;
constexpr double kMaxHeatOpacity = 0.34;  // objects must keep their colour
constexpr double kControlHz = 20;         // of the time printed beside the step number

struct Colour {
  double r, g, b;
};
constexpr Colour kBackground{0.075, 0.086, 0.106};
constexpr Colour kPanel{0.125, 0.141, 0.169};
constexpr Colour kText{0.93, 0.94, 0.95};
constexpr Colour kFaintText{0.62, 0.65, 0.69};
constexpr Colour kOrange{1.00, 0.62, 0.11};  // recompute
constexpr Colour kGreen{0.20, 0.80, 0.50};   // reuse
constexpr Colour kRed{0.94, 0.33, 0.31};
constexpr Colour kCurves[] = {{0.45, 0.72, 1.00}, {0.90, 0.56, 0.96}, {0.98, 0.84, 0.38}, {0.55, 0.90, 0.80}};

Colour colour_of(Verdict verdict) { return verdict == Verdict::kRecompute ? kOrange : kGreen; }

struct Box {
  double x, y, width, height;  // x, y: upper left corner
};

struct TextStyle {
  double size;  // pixels
  Colour colour;
  bool is_bold = false;
  double max_width = kFrameWidth;  // wider text is made smaller
};

/// A cairo context with the few shapes that the frame is made of.
class Canvas {
 public:
  Canvas()
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, kFrameWidth, kFrameHeight)),
        context_(cairo_create(surface_.get())) {}

  cairo_t* context() { return context_.get(); }
  Image image() { return from_cairo(surface_.get()); }

  void set(const Colour& c, double alpha = 1) { cairo_set_source_rgba(context(), c.r, c.g, c.b, alpha); }

  void rectangle(const Box& box, const Colour& colour) {
    set(colour);
    cairo_rectangle(context(), box.x, box.y, box.width, box.height);
    cairo_fill(context());
  }

  void rounded(const Box& box, double radius, const Colour& colour, double alpha = 1) {
    constexpr double kQuarter = std::numbers::pi / 2;
    const double left = box.x + radius, right = box.x + box.width - radius;
    const double top = box.y + radius, bottom = box.y + box.height - radius;
    set(colour, alpha);
    cairo_new_sub_path(context());
    cairo_arc(context(), right, top, radius, -kQuarter, 0);
    cairo_arc(context(), right, bottom, radius, 0, kQuarter);
    cairo_arc(context(), left, bottom, radius, kQuarter, 2 * kQuarter);
    cairo_arc(context(), left, top, radius, 2 * kQuarter, 3 * kQuarter);
    cairo_close_path(context());
    cairo_fill(context());
  }

  /// `y` is the base line. Returns the width drawn.
  double text(double x, double y, const std::string& text, const TextStyle& style) {
    cairo_select_font_face(context(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           style.is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context(), style.size);
    cairo_text_extents_t extents;
    cairo_text_extents(context(), text.c_str(), &extents);
    if (extents.x_advance > style.max_width) {
      cairo_set_font_size(context(), style.size * style.max_width / extents.x_advance);
      cairo_text_extents(context(), text.c_str(), &extents);
    }
    set(style.colour);
    cairo_move_to(context(), x, y);
    cairo_show_text(context(), text.c_str());
    return extents.x_advance;
  }

  /// `surface` stretched over the square place of a picture whose left edge is `x`.
  void stretch(cairo_surface_t* surface, double x) {
    const double scale = double(kSide) / cairo_image_surface_get_width(surface);
    cairo_save(context());
    cairo_rectangle(context(), x, 0, kSide, kSide);
    cairo_clip(context());
    cairo_translate(context(), x, 0);
    cairo_scale(context(), scale, scale);
    cairo_set_source_surface(context(), surface, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(context()), CAIRO_EXTEND_PAD);
    cairo_pattern_set_filter(cairo_get_source(context()), CAIRO_FILTER_BILINEAR);
    cairo_paint(context());
    cairo_restore(context());
  }

 private:
  CairoSurface surface_;
  CairoContext context_;
};

/// Importance as a transparent yellow-to-red layer: opacity and redness grow with the value over the map's maximum.
CairoSurface heat_layer(std::span<const float> heat, int side) {
  AWD_CHECK(int(heat.size()) == side * side, "{} values, side {}", heat.size(), side);
  CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side));
  std::uint8_t* rows = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  const float maximum = std::max(1e-12f, *std::max_element(heat.begin(), heat.end()));
  for (int row = 0; row < side; ++row) {
    for (int col = 0; col < side; ++col) {
      const double value = std::clamp(double(heat[row * side + col] / maximum), 0.0, 1.0);
      const double alpha = kMaxHeatOpacity * value * std::sqrt(value);  // the maximum stands out of a broad background
      const double green = 0.85 * (1 - value) + 0.15;
      // ARGB32 holds colours already multiplied by alpha.
      const std::uint32_t word =
          std::uint32_t(255 * alpha) << 24 | std::uint32_t(255 * alpha) << 16 | std::uint32_t(255 * alpha * green) << 8;
      std::memcpy(rows + std::ptrdiff_t(row) * stride + 4 * col, &word, sizeof word);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

void draw_camera(Canvas& canvas, const DecisionFrame::Camera& camera, double x) {
  if (camera.picture.empty()) {
    canvas.rectangle({x, 0, kSide, kSide}, kPanel);
  } else {
    canvas.stretch(to_cairo(camera.picture).get(), x);
    if (!camera.heat.empty()) canvas.stretch(heat_layer(camera.heat, camera.heat_side).get(), x);
  }
  canvas.rounded({x + 12, 12, 62, 24}, 6, kBackground, 0.7);
  canvas.text(x + 20, 29, camera.name, {.size = 14, .colour = kText, .max_width = 46});
}

void draw_what_runs(Canvas& canvas, const DecisionFrame& frame, double x, double width) {
  const StepLog& step = frame.steps.back();
  canvas.text(x, kStripTop + 34, frame.arm, {.size = 19, .colour = kText, .is_bold = true, .max_width = width});
  canvas.text(x, kStripTop + 58, frame.task, {.size = 14, .colour = kFaintText, .max_width = width});
  canvas.text(x, kStripTop + 92, fmt::format("step {}", step.step), {.size = 15, .colour = kText});
  canvas.text(x + 84, kStripTop + 92, fmt::format("{:.2f} s", step.step / kControlHz), {.size = 15, .colour = kText});
  canvas.text(x, kStripTop + 118, step.phase, {.size = 15, .colour = kFaintText, .max_width = width});
}

void draw_decision(Canvas& canvas, const DecisionFrame& frame, double x, double width) {
  const Decision& decision = frame.steps.back().decision;
  const bool is_query = decision.verdict == Verdict::kRecompute;
  canvas.rounded({x, kStripTop + 16, width, 38}, 8, colour_of(decision.verdict));
  canvas.text(x + 14, kStripTop + 42, is_query ? "RECOMPUTE" : "REUSE",
              {.size = 19, .colour = kBackground, .is_bold = true, .max_width = width - 28});

  std::string reason(word_of(decision.reason));
  std::replace(reason.begin(), reason.end(), '_', ' ');
  const TextStyle faint{.size = 15, .colour = kFaintText, .max_width = width};
  canvas.text(x, kStripTop + 78, is_query ? "because: " + reason : "nothing fired",
              {.size = 15, .colour = kText, .max_width = width});
  canvas.text(x, kStripTop + 101, fmt::format("age {} steps", decision.age), faint);
  const auto queries = std::count_if(frame.steps.begin(), frame.steps.end(),
                                     [](const StepLog& step) { return step.decision.verdict == Verdict::kRecompute; });
  canvas.text(x, kStripTop + 124, fmt::format("{} queries in {} steps", queries, frame.steps.size()), faint);
}

/// Pixel geometry of the curves: steps to the right, signal / threshold upwards.
struct Axes {
  Box box;
  double step_width;
  static constexpr double kTop = 1.6;  // ratio at the upper edge; larger ones are clipped to it
  double at_step(double step) const { return box.x + step * step_width; }
  double at_ratio(double ratio) const { return box.y + box.height * (1 - std::clamp(ratio, 0.0, kTop) / kTop); }
};

void draw_curve(Canvas& canvas, const Axes& axes, const std::vector<double>& ratios, const Colour& colour) {
  cairo_t* context = canvas.context();
  canvas.set(colour);
  cairo_set_line_width(context, 1.8);
  bool is_pen_down = false;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    if (std::isnan(ratios[i])) {
      is_pen_down = false;
      continue;
    }
    const double x = axes.at_step(double(i) + 0.5);
    const double y = axes.at_ratio(ratios[i]);
    if (is_pen_down) {
      cairo_line_to(context, x, y);
    } else {
      cairo_move_to(context, x, y);
      cairo_line_to(context, x + 0.8, y);  // a lone value is still a visible dot
    }
    is_pen_down = true;
  }
  cairo_stroke(context);
}

/// A dashed line at ratio 1.
void draw_threshold(Canvas& canvas, const Axes& axes) {
  cairo_t* context = canvas.context();
  const double dash[] = {4, 4};
  const double y = std::round(axes.at_ratio(1)) + 0.5;
  canvas.set(kFaintText);
  cairo_set_line_width(context, 1);
  cairo_set_dash(context, dash, 2, 0);
  cairo_move_to(context, axes.box.x, y);
  cairo_line_to(context, axes.box.x + axes.box.width, y);
  cairo_stroke(context);
  cairo_set_dash(context, nullptr, 0, 0);
}

void draw_signals(Canvas& canvas, const DecisionFrame& frame, double x, double width) {
  const Axes axes{{x, kStripTop + 34.0, width, 68}, width / std::max(frame.max_steps, 1)};
  canvas.rectangle(axes.box, kPanel);
  draw_threshold(canvas, axes);

  // Legend and curves.
  if (frame.curves.empty()) {
    canvas.text(x, kStripTop + 26, "this gate compares nothing", {.size = 13, .colour = kFaintText});
  }
  double legend_x = x;
  constexpr double kGap = 18;  // between two labels
  const double labels = std::max(2.0, double(frame.curves.size()));
  const double label_width = (width - kGap * (labels - 1)) / labels;
  for (std::size_t i = 0; i < frame.curves.size(); ++i) {
    const Colour& colour = kCurves[i % std::size(kCurves)];
    legend_x += kGap + canvas.text(legend_x, kStripTop + 26, frame.curves[i].label,
                                   {.size = 13, .colour = colour, .max_width = label_width});
    draw_curve(canvas, axes, frame.curves[i].ratios, colour);
  }

  // One cell per step: orange where the policy was queried, green where the last query served.
  const double cells_y = axes.box.y + axes.box.height + 6;
  const double cell_width = std::max(axes.step_width - 0.6, 0.8);
  canvas.rectangle({x, cells_y, width, 14}, kPanel);
  for (const StepLog& step : frame.steps) {
    canvas.rectangle({axes.at_step(step.step), cells_y, cell_width, 14}, colour_of(step.decision.verdict));
  }
  const TextStyle tick{.size = 12, .colour = kFaintText, .max_width = 36};
  canvas.text(x, cells_y + 29, "0 s", tick);
  canvas.text(x + width - 36, cells_y + 29, fmt::format("{:.1f} s", frame.max_steps / kControlHz), tick);
}

void draw_outcome(Canvas& canvas, const std::string& outcome) {
  const Colour colour = outcome == "success" ? kGreen : kRed;
  canvas.rounded({kSide - 90, kSide - 56, 180, 40}, 8, kBackground, 0.82);
  std::string text = outcome;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::toupper(c)); });
  canvas.text(kSide - 52, kSide - 29, text, {.size = 21, .colour = colour, .is_bold = true, .max_width = 120});
}

}  // namespace

Image draw_decision_frame(const DecisionFrame& frame) {
  AWD_CHECK(!frame.steps.empty());
  Canvas canvas;
  canvas.rectangle({0, 0, kFrameWidth, kFrameHeight}, kBackground);
  for (std::size_t i = 0; i < std::min<std::size_t>(frame.cameras.size(), 2); ++i) {
    draw_camera(canvas, frame.cameras[i], double(i) * kSide);
  }
  canvas.rectangle({kSide - 1, 0, 2, kSide}, kBackground);
  // A bar in the colour of the decision, so that the eye on the pictures sees it too.
  canvas.rectangle({0, kStripTop, kFrameWidth, 4}, colour_of(frame.steps.back().decision.verdict));

  draw_what_runs(canvas, frame, 20, 220);
  draw_decision(canvas, frame, 256, 206);
  draw_signals(canvas, frame, 486, 390);
  if (!frame.outcome.empty()) draw_outcome(canvas, frame.outcome);
  return canvas.image();
}

}  // namespace awd
