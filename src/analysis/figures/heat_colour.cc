// The ramp is laid out in OKLCh (B. Ottosson 2020, "A perceptual color space for image processing"): lightness a
// straight line, hue turning from violet to yellow, chroma as strong as sRGB can show, up to a limit.
#include "analysis/figures/heat_colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace awd {
namespace {

constexpr int kSteps = 256;
constexpr double kFirstLightness = 0.12, kLastLightness = 0.96;  // OKLab, 0 .. 1
constexpr double kFirstHue = 290, kLastHue = 465;                // degrees: violet, through red, to yellow (105)
constexpr double kMostChroma = 0.19;                             // below neon

using Linear = std::array<double, 3>;  // linear sRGB

Linear linear_from_oklch(double lightness, double chroma, double hue_degrees) {
  const double hue = hue_degrees * std::numbers::pi / 180;
  const double a = chroma * std::cos(hue), b = chroma * std::sin(hue);
  const auto cube = [](double x) { return x * x * x; };
  const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool is_in_gamut(const Linear& colour) {
  return std::ranges::all_of(colour, [](double channel) { return channel >= 0 && channel <= 1; });
}

/// The strongest chroma at this lightness and hue that sRGB can show, at most kMostChroma.
double possible_chroma(double lightness, double hue) {
  double low = 0, high = kMostChroma;
  if (is_in_gamut(linear_from_oklch(lightness, high, hue))) return high;
  for (int i = 0; i < 24; ++i) {
    const double middle = (low + high) / 2;
    (is_in_gamut(linear_from_oklch(lightness, middle, hue)) ? low : high) = middle;
  }
  return low;
}

std::uint8_t srgb_byte(double linear) {
  const double x = std::clamp(linear, 0.0, 1.0);
  const double encoded = x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
  return std::uint8_t(std::lround(255 * encoded));
}

std::array<Colour, kSteps> make_ramp() {
  std::array<Colour, kSteps> ramp;
  for (int i = 0; i < kSteps; ++i) {
    const double share = double(i) / (kSteps - 1);
    const double lightness = kFirstLightness + share * (kLastLightness - kFirstLightness);
    const double hue = kFirstHue + share * (kLastHue - kFirstHue);
    const Linear colour = linear_from_oklch(lightness, possible_chroma(lightness, hue), hue);
    ramp[std::size_t(i)] = {srgb_byte(colour[0]), srgb_byte(colour[1]), srgb_byte(colour[2])};
  }
  return ramp;
}

}  // namespace

Colour heat_colour(double share) {
  static const std::array<Colour, kSteps> ramp = make_ramp();
  return ramp[std::size_t(std::lround(std::clamp(share, 0.0, 1.0) * (kSteps - 1)))];
}

}  // namespace awd
