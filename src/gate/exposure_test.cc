// Gain and offset are found, a change in one place does not disturb them.
#include "gate/exposure.h"

#include <gtest/gtest.h>

#include "gate/test_patches.h"

namespace awd {
namespace {

constexpr PatchFlags kNothing{};

/// Another exposure in each channel.
PatchColours exposed(const PatchColours& before) {
  PatchColours now = before;
  for (int i = 0; i < kPatchCells; ++i) {
    now[i] = 1.2f * before[i] - 3;
    now[kPatchCells + i] = 0.9f * before[kPatchCells + i] + 5;
  }
  return now;
}

TEST(Exposure, FindsGainAndOffsetOfEveryChannel) {
  const PatchColours before = grey_ramp(), now = exposed(before);
  const Exposure exposure = fit_exposure(before, now, kNothing);
  EXPECT_NEAR(exposure.gain[0], 1.2, 1e-4);
  EXPECT_NEAR(exposure.offset[0], -3, 1e-2);
  EXPECT_NEAR(exposure.gain[1], 0.9, 1e-4);
  EXPECT_NEAR(exposure.offset[1], 5, 1e-2);
  EXPECT_NEAR(exposure.gain[2], 1, 1e-5);
  std::array<float, kPatchCells> residual;
  exposure_residual(before, now, exposure, residual);
  for (const float value : residual) EXPECT_NEAR(value, 0, 1e-2);
}

TEST(Exposure, AChangeInOnePlaceStaysWhole) {
  const PatchColours before = grey_ramp();
  PatchColours now = exposed(before);
  for (int cell = 100; cell < 112; ++cell) brighten(now, cell, 60);
  const Exposure exposure = fit_exposure(before, now, kNothing);
  std::array<float, kPatchCells> residual;
  exposure_residual(before, now, exposure, residual);
  EXPECT_NEAR(residual[105], 60, 0.5);
  EXPECT_NEAR(residual[20], 0, 0.5);
}

TEST(Exposure, SkippedCellsDoNotVote) {
  const PatchColours before = grey_ramp();
  PatchColours now = before;
  PatchFlags skip{};
  for (int cell = 0; cell < 200; ++cell) {
    brighten(now, cell, 80);
    skip[cell] = 1;
  }
  EXPECT_NEAR(fit_exposure(before, now, skip).offset[0], 0, 1e-3);
}

TEST(Exposure, APlainSceneOnlyHasAnOffset) {
  PatchColours before, now;
  before.fill(100);
  now.fill(110);
  const Exposure exposure = fit_exposure(before, now, kNothing);
  EXPECT_EQ(exposure.gain[0], 1.0f);
  EXPECT_FLOAT_EQ(exposure.offset[0], 10.0f);
}

TEST(Exposure, TooFewCellsAreNotCompensated) {
  PatchFlags skip;
  skip.fill(1);
  PatchColours now = grey_ramp();
  for (float& value : now) value *= 1.5f;
  EXPECT_EQ(fit_exposure(grey_ramp(), now, skip).gain[0], 1.0f);
}

}  // namespace
}  // namespace awd
