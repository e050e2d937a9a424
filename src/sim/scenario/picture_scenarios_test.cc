// flicker, camera_shake and occluded_motion on small pictures, byte by byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "sim/scenario/scenario.h"

namespace awd::sim {
namespace {

constexpr int kSide = 24;

/// Two pictures whose every pixel is different in its row and column, or even grey.
class Pictures {
 public:
  explicit Pictures(bool is_even = false) {
    for (auto& picture : bytes_) {
      for (int i = 0; i < kSide * kSide; ++i) {
        const int row = i / kSide, column = i % kSide;
        const std::array<int, 3> pixel{10 * row, 10 * column, 100};
        for (const int value : pixel) picture.push_back(is_even ? std::uint8_t{120} : std::uint8_t(value));
      }
    }
  }
  std::vector<std::uint8_t>& operator[](int camera) { return bytes_[camera]; }
  void edit(Scenario& scenario, int step) {
    std::array<MutablePicture, 2> views;
    for (int i = 0; i < 2; ++i) views[i] = {.rgb = bytes_[i].data(), .height = kSide, .width = kSide};
    scenario.edit_pictures(views, step);
  }
  bool operator==(const Pictures&) const = default;

 private:
  std::array<std::vector<std::uint8_t>, 2> bytes_;
};

Pictures edited(const std::string& text, std::uint64_t seed, int step, bool is_even = false) {
  Pictures pictures(is_even);
  pictures.edit(*make_scenario(text, seed), step);
  return pictures;
}

TEST(Flicker, DependsOnSeedAndStepAlone) {
  EXPECT_EQ(edited("flicker", 3, 7), edited("flicker", 3, 7));
  EXPECT_NE(edited("flicker", 3, 7), edited("flicker", 4, 7));
  EXPECT_NE(edited("flicker", 3, 7), edited("flicker", 3, 8));
  const auto scenario = make_scenario("flicker", 3);
  Pictures later;
  for (const int step : {1, 4, 7}) {
    later = Pictures();
    later.edit(*scenario, step);
  }
  EXPECT_EQ(later, edited("flicker", 3, 7));
}

TEST(Flicker, WithoutStrengthChangesNothing) {
  EXPECT_EQ(edited("flicker{gain=0,offset=0,colour=0,noise=0}", 1, 5), Pictures());
}

TEST(Flicker, ExposureHoldsForItsStepsAndStaysInItsRange) {
  const std::string text = "flicker{gain=0.2,offset=0,colour=0,noise=0,hold=5}";
  int distinct = 0;
  std::uint8_t last = 0;
  for (int step = 0; step < 100; ++step) {
    Pictures pictures = edited(text, 9, step, true);
    const std::uint8_t level = pictures[0][0];
    EXPECT_EQ(std::ranges::count(pictures[0], level), kSide * kSide * 3);
    EXPECT_NEAR(level, 120, 25);
    if (step % 5 == 0) {
      distinct += level != last ? 1 : 0;
    } else {
      EXPECT_EQ(level, last);
    }
    last = level;
  }
  EXPECT_GT(distinct, 12);
}

TEST(Flicker, NoiseHasItsStandardDeviation) {
  double sum = 0, squares = 0;
  int count = 0;
  for (int step = 0; step < 20; ++step) {
    Pictures pictures = edited("flicker{gain=0,offset=0,colour=0,noise=3}", 2, step, true);
    for (const std::uint8_t value : pictures[1]) {
      sum += value - 120;
      squares += (value - 120) * (value - 120);
      ++count;
    }
  }
  EXPECT_NEAR(sum / count, 0, 0.1);
  EXPECT_NEAR(std::sqrt(squares / count), 3, 0.15);
}

TEST(CameraShake, ShiftsTheWristPictureAndRepeatsItsEdge) {
  Pictures plain;
  for (int step = 0; step < 40; ++step) {
    Pictures shaken = edited("camera_shake{pixels=3}", 6, step);
    EXPECT_EQ(shaken[0], plain[0]);
    // Rows and columns are written into the colours: the centre pixel tells the shift.
    const std::size_t centre = 3 * (12 * kSide + 12);
    const int down = 12 - shaken[1][centre] / 10, right = 12 - shaken[1][centre + 1] / 10;
    EXPECT_LE(std::abs(down), 3);
    EXPECT_LE(std::abs(right), 3);
    EXPECT_TRUE(down != 0 || right != 0);
    for (int i = 0; i < kSide * kSide; ++i) {
      const int row = std::clamp(i / kSide - down, 0, kSide - 1);
      const int column = std::clamp(i % kSide - right, 0, kSide - 1);
      ASSERT_EQ(shaken[1][3 * i], 10 * row);
      ASSERT_EQ(shaken[1][3 * i + 1], 10 * column);
    }
  }
}

/// A picture of one level, to tell steps apart.
Pictures level_picture(int level) {
  Pictures pictures(true);
  for (int camera = 0; camera < 2; ++camera) std::ranges::fill(pictures[camera], std::uint8_t(level));
  return pictures;
}

TEST(OccludedMotion, FreezesTheBasePictureForItsSteps) {
  const auto scenario = make_scenario("occluded_motion{earliest=4,latest=4,steps=6}", 0);
  for (int step = 0; step < 15; ++step) {
    Pictures pictures = level_picture(100 + step);
    pictures.edit(*scenario, step);
    const bool is_hidden = step >= 4 && step < 10;
    EXPECT_EQ(pictures[0], level_picture(is_hidden ? 103 : 100 + step)[0]) << step;
    EXPECT_EQ(pictures[1], level_picture(100 + step)[1]) << step;
  }
}

TEST(OccludedMotion, CloneInTheWindowKeepsThePicture) {
  const auto scenario = make_scenario("occluded_motion{earliest=2,latest=2,steps=6}", 0);
  for (int step = 0; step < 4; ++step) level_picture(50 + step).edit(*scenario, step);
  Pictures pictures = level_picture(90);
  pictures.edit(*scenario->clone(), 4);
  EXPECT_EQ(pictures[0], level_picture(51)[0]);
}

TEST(OccludedMotion, CoverShowsOneGrey) {
  Pictures pictures = edited("occluded_motion{picture=cover,earliest=3,latest=3}", 0, 3);
  EXPECT_EQ(std::ranges::count(pictures[0], pictures[0][0]), kSide * kSide * 3);
}

TEST(OccludedMotion, BeginsBetweenEarliestAndLatest) {
  int first = 1000, last = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const auto scenario = make_scenario("occluded_motion{picture=cover,earliest=5,latest=12}", seed);
    int begin = 0;
    Pictures pictures;
    while (begin < 40 && (pictures = Pictures(), pictures.edit(*scenario, begin), pictures == Pictures())) ++begin;
    first = std::min(first, begin);
    last = std::max(last, begin);
  }
  EXPECT_EQ(first, 5);
  EXPECT_EQ(last, 12);
}

}  // namespace
}  // namespace awd::sim
