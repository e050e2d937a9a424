// Video frames: colours at known pixels, same input same pixels.
#include "analysis/figures/decision_frame.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "analysis/test_logs.h"

namespace awd {
namespace {

std::array<int, 3> pixel(const Image& image, int x, int y) {
  const std::uint8_t* p = image.pixels.data() + 3 * (std::size_t(y) * image.width + x);
  return {p[0], p[1], p[2]};
}

class DecisionFrameTest : public ::testing::Test {
 protected:
  DecisionFrame frame(std::string_view pattern) {
    logged_ = testing::logged_episode("awd-aligned", "put_red_cube", 1, true, pattern);
    DecisionFrame out;
    out.cameras = {{"base", picture_.view(), {}, 0}, {"wrist", {}, {}, 0}};
    out.arm = "awd-aligned";
    out.task = "put_red_cube";
    out.max_steps = 20;
    out.steps = logged_.steps;
    out.curves = {{"state drift 0.10 / 0.23", {NAN, 0.4, 0.8}}};
    return out;
  }

  Image picture_{2, 2, {10, 20, 200, 10, 20, 200, 10, 20, 200, 10, 20, 200}};
  testing::LoggedEpisode logged_;
};

TEST_F(DecisionFrameTest, ShowsThePictureAndTheColourOfTheDecision) {
  const Image reuse = draw_decision_frame(frame("Frr"));
  EXPECT_EQ(reuse.width, kFrameWidth);
  EXPECT_EQ(reuse.height, kFrameHeight);
  EXPECT_EQ(pixel(reuse, 200, 200), (std::array<int, 3>{10, 20, 200}));
  const auto [green_r, green_g, green_b] = pixel(reuse, 400, 449);
  EXPECT_GT(green_g, 2 * green_r);
  const auto [orange_r, orange_g, orange_b] = pixel(draw_decision_frame(frame("FrV")), 400, 449);
  EXPECT_GT(orange_r, orange_g);
  EXPECT_GT(orange_g, 2 * orange_b);
}

TEST_F(DecisionFrameTest, HeatColoursTheImportantPartOnly) {
  DecisionFrame heated = frame("Frr");
  const std::vector<float> heat{0, 0, 0, 1};  // lower right quarter
  heated.cameras[0].heat = heat;
  heated.cameras[0].heat_side = 2;
  const Image image = draw_decision_frame(heated);
  EXPECT_EQ(pixel(image, 100, 100), (std::array<int, 3>{10, 20, 200}));
  EXPECT_GT(pixel(image, 440, 400)[0], 80);
}

TEST_F(DecisionFrameTest, SameInputSamePixels) {
  EXPECT_EQ(draw_decision_frame(frame("FrV")).pixels, draw_decision_frame(frame("FrV")).pixels);
}

}  // namespace
}  // namespace awd
