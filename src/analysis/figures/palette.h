// The colours of every figure and of the report: one per group of reasons, per curve and per phase, chosen to be told
// apart with any kind of colour vision (Okabe and Ito 2008), on white and on near-black paper.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "analysis/reason_group.h"

namespace awd {

/// An sRGB colour.
struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;

  /// Channels as cairo takes them, 0 .. 1.
  constexpr double r() const { return red / 255.0; }
  constexpr double g() const { return green / 255.0; }
  constexpr double b() const { return blue / 255.0; }
  /// "#rrggbb", as CSS takes it.
  std::string hex() const {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "#%02x%02x%02x", unsigned(red), unsigned(green), unsigned(blue));
    return text.data();
  }
};

/// `share` of `b` (0 .. 1), the rest of `a`.
constexpr Colour mix(const Colour& a, const Colour& b, double share) {
  const auto channel = [share](int from, int to) {
    return std::uint8_t((int(2 * (from + share * (to - from))) + 1) / 2);
  };
  return {channel(a.red, b.red), channel(a.green, b.green), channel(a.blue, b.blue)};
}

inline constexpr Colour kPaper{255, 255, 255}, kInk{33, 36, 41}, kFaintInk{97, 107, 122}, kGridLine{224, 227, 232};

/// In the order of ReasonGroup: slate, green, blue, vermilion, pale grey.
inline constexpr std::array<Colour, kReasonGroupCount> kGroupColours{
    {{84, 92, 104}, {64, 184, 142}, {0, 114, 178}, {213, 94, 0}, {221, 224, 229}}};

constexpr Colour colour_of(ReasonGroup group) { return kGroupColours[std::size_t(group)]; }

/// The group's colour, in a shade of its own for each reason of the group.
constexpr Colour colour_of(Reason reason) {
  // In the order of Reason: share of paper (> 0, lighter) or of ink (< 0, darker). Reasons that come together in one
  // gate are far apart; those for which a group is best known have its plain colour.
  constexpr std::array<double, kReasonCount> kShades{
      0.5,   0,    -0.5,                                 // first_step, horizon, new_input
      -0.15, -0.3, 0.2,  -0.6,  0.5,  0.35, 0,           // always .. gripper_switch
      0,     0.3,  -0.3, 0.45,  -0.5, 0.6,  -0.15,       // state_guard .. gripper_residual
      -0.3,  0.35, 0.5,  -0.45, 0,    0.6,  -0.12, 0.2,  // masked_residual .. patch_change
      0};                                                // reuse
  const double shade = kShades[std::size_t(reason)];
  return mix(colour_of(group_of(reason)), shade > 0 ? kPaper : kInk, shade > 0 ? shade : -shade);
}

/// Lines of a diagram, in the order in which they are used up: blue, vermilion, green, purple, orange, sky blue.
inline constexpr std::array<Colour, 6> kSeriesColours{
    {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}}};

/// Points of a diagram: arms that decide by looking, and controls that do not.
inline constexpr Colour kGateColour{213, 94, 0}, kControlColour{97, 107, 122};

/// A faint background for a phase of a task; also for "open" and "closed", where only the gripper is known. Unknown
/// words are white.
constexpr Colour phase_tint(std::string_view phase) {
  struct Tint {
    std::string_view phase;
    Colour colour;
  };
  constexpr std::array<Tint, 7> kTints{{{"reach", {228, 236, 247}},
                                        {"grasp", {252, 228, 214}},
                                        {"lift", {243, 240, 205}},
                                        {"move", {222, 241, 226}},
                                        {"place", {240, 224, 240}},
                                        {"open", {228, 236, 247}},
                                        {"closed", {252, 228, 214}}}};
  for (const Tint& tint : kTints) {
    if (tint.phase == phase) return tint.colour;
  }
  return kPaper;
}

}  // namespace awd
