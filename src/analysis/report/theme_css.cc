// Derives the dark colours from the light ones, so that a group keeps its hue.
#include "analysis/report/theme_css.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/figures/palette.h"
#include "analysis/report/reason_profile.h"

namespace awd::report {
namespace {

constexpr Colour kDarkPaper{20, 23, 28};

/// Lighter, so that it stands out of dark paper; what is pale on white (reuse) becomes nearly as dark as the paper.
Colour dark_group(ReasonGroup group) {
  const Colour colour = colour_of(group);
  if (group == ReasonGroup::kReuse) return mix(colour, kDarkPaper, 0.8);
  return mix(colour, kPaper, group == ReasonGroup::kRuntime ? 0.4 : 0.22);
}

/// A dark tint of the same hue: what a pale tint differs from grey by, on dark paper.
Colour dark_tint(const Colour& tint) {
  const double grey = (tint.red + tint.green + tint.blue) / 3.0;
  const auto channel = [grey](int value, int paper) {
    return std::uint8_t(std::clamp(paper + 14 + value - grey, 0.0, 255.0));
  };
  return {channel(tint.red, kDarkPaper.red), channel(tint.green, kDarkPaper.green),
          channel(tint.blue, kDarkPaper.blue)};
}

std::string properties(bool is_dark) {
  std::string css;
  const auto shade = [is_dark](const Colour& colour) { return is_dark ? mix(colour, kPaper, 0.25) : colour; };
  for (int g = 0; g < kReasonGroupCount; ++g) {
    const auto group = ReasonGroup(g);
    css += fmt::format("--group-{}:{};", word_of(group), (is_dark ? dark_group(group) : colour_of(group)).hex());
  }
  for (std::size_t i = 0; i < kSeriesColours.size(); ++i) {
    css += fmt::format("--series-{}:{};", i, shade(kSeriesColours[i]).hex());
  }
  css += fmt::format("--gate:{};--control:{};", shade(kGateColour).hex(), shade(kControlColour).hex());
  for (const std::string_view phase : kPhaseOrder) {
    const Colour tint = phase_tint(phase);
    css += fmt::format("--phase-{}:{};", phase, (is_dark ? dark_tint(tint) : tint).hex());
  }
  return css;
}

}  // namespace

std::string theme_css() {
  return fmt::format(
      ":root{{{0}}}\n:root[data-theme=dark]{{{1}}}\n"
      "@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{1}}}}}\n",
      properties(false), properties(true));
}

}  // namespace awd::report
