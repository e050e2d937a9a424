// Positions and weights that can be checked by hand; tests/golden/robot_io compares with LeRobot itself.
#include "io/image_sample.h"

#include <gmock/gmock.h>

#include "io/image.h"

namespace awd {
namespace {

/// The first channel of `image` at [side, side], in 255ths.
std::vector<float> sampled(const Image& image, int side) {
  SquareSampler sampler(side);
  const float* levels = sampler.sample(image.view());
  std::vector<float> first(std::size_t(side * side));
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = levels[3 * i] * 255.f;
  return first;
}

Image grey(int height, int width, const std::vector<int>& values) {
  Image image{height, width, {}};
  for (const int value : values) image.pixels.insert(image.pixels.end(), 3, std::uint8_t(value));
  return image;
}

auto near_to(std::initializer_list<float> values) { return testing::Pointwise(testing::FloatNear(1e-4f), values); }

TEST(ImageSample, ShrinkingLooksAtTheNearestPixelsOnly) {
  // Each of the two lies between the second and third of its four pixels; the others are never seen.
  EXPECT_THAT(sampled(grey(4, 4, {9, 9, 9, 9, 9, 0, 20, 9, 9, 40, 60, 9, 9, 9, 9, 9}), 1), near_to({30.f}));
}

TEST(ImageSample, EnlargingDoesNotRound) {
  EXPECT_THAT(sampled(grey(1, 2, {0, 3}), 4), near_to({0, 0, 0, 0,            //
                                                       0, 0.75f, 2.25f, 3.f,  //
                                                       0, 0.75f, 2.25f, 3.f,  //
                                                       0, 0, 0, 0}));
}

TEST(ImageSample, BordersAreBlackAgainAfterAnotherSize) {
  SquareSampler sampler(3);
  const Image high = grey(3, 1, {200, 200, 200}), wide = grey(1, 3, {100, 100, 100});
  sampler.sample(high.view());
  const float* levels = sampler.sample(wide.view());
  EXPECT_EQ(levels[3 * 1], 0.f) << "where the high picture was";
  EXPECT_FLOAT_EQ(levels[3 * 4] * 255.f, 100.f);
}

}  // namespace
}  // namespace awd
