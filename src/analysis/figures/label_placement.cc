// Greedy: tries places on growing rings around each point and takes the first free one.
#include "analysis/figures/label_placement.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace awd {
namespace {

constexpr double kNear = 9;      // gap of the first ring, pixels
constexpr double kRingStep = 9;  // from ring to ring
constexpr int kRings = 24;
constexpr int kDirections = 16;
constexpr double kMarkerHalf = 6;  // space kept around every point

double overlap_area(const Rectangle& a, const Rectangle& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/// The label box that touches the point from direction `angle` at distance `gap`.
Rectangle box_at(const LabelWish& wish, double angle, double gap) {
  const double cos = std::cos(angle), sin = std::sin(angle);
  const double centre_x = wish.x + cos * (gap + wish.width / 2);
  const double centre_y = wish.y + sin * (gap + wish.height / 2);
  return {centre_x - wish.width / 2, centre_y - wish.height / 2, wish.width, wish.height};
}

double outside_area(const Rectangle& box, const Rectangle& frame) {
  return box.width * box.height - overlap_area(box, frame);
}

double blocked_area(const Rectangle& box, const Rectangle& frame, const std::vector<Rectangle>& taken) {
  double area = 2 * outside_area(box, frame);
  for (const Rectangle& other : taken) area += overlap_area(box, other);
  return area;
}

}  // namespace

bool overlap(const Rectangle& a, const Rectangle& b) { return overlap_area(a, b) > 0; }

std::vector<PlacedLabel> place_labels(const std::vector<LabelWish>& wishes, const Rectangle& frame,
                                      std::vector<Rectangle> taken) {
  for (const LabelWish& wish : wishes) {
    taken.push_back({wish.x - kMarkerHalf, wish.y - kMarkerHalf, 2 * kMarkerHalf, 2 * kMarkerHalf});
  }
  std::vector<PlacedLabel> placed;
  for (const LabelWish& wish : wishes) {
    PlacedLabel best;
    double least = -1;  // area that is blocked; negative: nothing tried yet
    for (int ring = 0; ring < kRings && least != 0; ++ring) {
      for (int direction = 0; direction < kDirections && least != 0; ++direction) {
        const double angle = 2 * std::numbers::pi * direction / kDirections;
        const Rectangle box = box_at(wish, angle, kNear + ring * kRingStep);
        const double area = blocked_area(box, frame, taken);
        if (least >= 0 && area >= least) continue;
        least = area;
        best = {box, ring > 0};
      }
    }
    taken.push_back(best.box);
    placed.push_back(best);
  }
  return placed;
}

}  // namespace awd
