// Colours that must be told apart are far from each other, and hex text is what CSS expects.
#include "analysis/figures/palette.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace awd {
namespace {

double distance(const Colour& a, const Colour& b) {
  return std::hypot(double(a.red) - b.red, double(a.green) - b.green, double(a.blue) - b.blue);
}

/// What a viewer without red cones (protan) or without green ones (deutan) sees, by the matrices of Machado et al.
/// 2009, applied to sRGB values.
Colour seen(const Colour& colour, bool is_protan) {
  constexpr double kProtan[9] = {0.152286, 1.052583,  -0.204868, 0.114503, 0.786281,
                                 0.099216, -0.003882, -0.048116, 1.051998};
  constexpr double kDeutan[9] = {0.367322, 0.860646,  -0.227968, 0.280085, 0.672501,
                                 0.047413, -0.011820, 0.042940,  0.968881};
  const double* m = is_protan ? kProtan : kDeutan;
  const auto row = [&](int i) {
    const double value = m[3 * i] * colour.red + m[3 * i + 1] * colour.green + m[3 * i + 2] * colour.blue;
    return std::uint8_t(std::clamp(value, 0.0, 255.0));
  };
  return {row(0), row(1), row(2)};
}

TEST(Palette, GroupsAreFarApartForEveryEye) {
  for (std::size_t a = 0; a < kGroupColours.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const Colour &one = kGroupColours[a], &other = kGroupColours[b];
      EXPECT_GT(distance(one, other), 70) << a << " " << b;
      EXPECT_GT(distance(seen(one, true), seen(other, true)), 40) << a << " " << b;
      EXPECT_GT(distance(seen(one, false), seen(other, false)), 40) << a << " " << b;
    }
  }
}

TEST(Palette, EveryReasonOfAGroupHasItsOwnShade) {
  for (int a = 0; a < kReasonCount; ++a) {
    for (int b = 0; b < a; ++b) {
      EXPECT_GT(distance(colour_of(Reason(a)), colour_of(Reason(b))), 8)
          << word_of(Reason(a)) << " " << word_of(Reason(b));
    }
  }
  EXPECT_EQ(colour_of(Reason::kVisionDrift), colour_of(ReasonGroup::kVision));
  EXPECT_EQ(colour_of(Reason::kStateGuard), colour_of(ReasonGroup::kState));
}

TEST(Palette, HexAndMix) {
  EXPECT_EQ((Colour{0, 158, 115}.hex()), "#009e73");
  EXPECT_EQ(mix({0, 0, 0}, {200, 100, 0}, 0.5), (Colour{100, 50, 0}));
}

TEST(Palette, GroupsOfReasons) {
  EXPECT_EQ(group_of(Reason::kFirstStep), ReasonGroup::kRuntime);
  EXPECT_EQ(group_of(Reason::kNewInput), ReasonGroup::kRuntime);
  EXPECT_EQ(group_of(Reason::kAlways), ReasonGroup::kSchedule);
  EXPECT_EQ(group_of(Reason::kGripperSwitch), ReasonGroup::kSchedule);
  EXPECT_EQ(group_of(Reason::kStateGuard), ReasonGroup::kState);
  EXPECT_EQ(group_of(Reason::kGripperResidual), ReasonGroup::kState);
  EXPECT_EQ(group_of(Reason::kMaskedResidual), ReasonGroup::kVision);
  EXPECT_EQ(group_of(Reason::kPatchChange), ReasonGroup::kVision);
  EXPECT_EQ(group_of(Reason::kReuse), ReasonGroup::kReuse);
}

}  // namespace
}  // namespace awd
