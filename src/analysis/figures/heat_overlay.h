// A picture under a heat map, and outlines of labelled things: the parts that attention figures are made of.
#pragma once

#include <span>

#include "analysis/figures/canvas.h"
#include "analysis/figures/heat_colour.h"
#include "io/image.h"
#include "io/recording.h"

namespace awd {

/// A square heat map over the whole picture.
struct HeatMap {
  std::span<const float> values;  // [side, side]
  int side = 0;
  double full = 1;  // the value that has the last colour; larger ones have it too
};

/// Value at a place of the picture (0 .. 1 from the left and from the top): bilinear between cell centres, as the gate
/// resizes importance.
double sample(const HeatMap& heat, double x, double y);

/// `side` x `side` pixels: the picture in dim grey under the colours of the map.
Image heat_overlay(const ImageView& picture, const HeatMap& heat, int side);

/// The picture stretched to the box.
void draw_picture(Canvas& canvas, const ImageView& picture, const Rectangle& box);

/// White lines with a dark rim around the pixels of `label`, drawn over a square picture in `box`; labels that are not
/// square lie centred in it.
void draw_outline(Canvas& canvas, const LabelView& labels, SceneLabel label, const Rectangle& box);

/// Horizontal bar with ticks at 0, half of `full` and `full`, each followed by `unit`.
void draw_colour_bar(Canvas& canvas, const Rectangle& box, double full, const std::string& unit);

}  // namespace awd
