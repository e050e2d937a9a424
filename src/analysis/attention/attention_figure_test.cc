// Figures have the size that their contents ask for, and show heat and outlines where they are.
#include "analysis/attention/attention_figure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "analysis/attention/attention_grid.h"
#include "analysis/figures/heat_colour.h"
#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

constexpr int kSide = 32;

/// A grey picture with everything on the cell in row 4, column 11, which shows the target.
AttentionScene scene(int step, int cameras) {
  constexpr std::size_t kHot = 4 * kPatchGrid + 11;
  AttentionScene scene{.step = step, .seconds = 0.05 * step, .phase = "reach", .note = "", .cameras = {}};
  for (int c = 0; c < cameras; ++c) {
    AttentionPanel panel{.camera = "base",
                         .picture = {kSide, kSide, std::vector<std::uint8_t>(kSide * kSide * 3, 90)},
                         .gate = {std::vector<float>(kMapCells), std::vector<float>(kMapCells)},
                         .labels = std::vector<SceneLabel>(kMapCells, SceneLabel::kBackground),
                         .label_height = kPatchGrid,
                         .label_width = kPatchGrid,
                         .numbers = {}};
    panel.importance[kHot] = panel.gate.map[kHot] = 1;
    for (const std::size_t row : {3, 4, 5}) {
      for (const std::size_t col : {10, 11, 12}) panel.gate.dilated[row * kPatchGrid + col] = 1;
    }
    panel.labels[kHot] = SceneLabel::kTarget;
    AttentionMaps maps;
    maps.cameras = {panel.importance};
    panel.numbers = describe_camera(maps, 0, {panel.labels.data(), kPatchGrid, kPatchGrid});
    scene.cameras.push_back(std::move(panel));
  }
  return scene;
}

/// Pixels that are as light and as warm as the last colours of the heat map, in columns first .. last.
long hot_pixels(const Image& image, int first, int last) {
  long count = 0;
  for (int y = 90; y < image.height; ++y) {  // below the colour bar
    for (int x = first; x <= last; ++x) {
      const std::uint8_t* pixel =
          image.pixels.data() + 3 * (std::size_t(y) * std::size_t(image.width) + std::size_t(x));
      count += pixel[0] > 200 && pixel[1] > 150 && pixel[2] < 160 ? 1 : 0;
    }
  }
  return count;
}

TEST(AttentionFigure, HeatIsInTheOverlaysAndDilationWidensIt) {
  const AttentionScene one = scene(3, 1);
  const Image image = draw_attention_frame({"demo", "all layers"}, one, 2);
  EXPECT_EQ(image.width % 2, 0);
  EXPECT_EQ(image.height % 2, 0);
  const int third = image.width / 3;
  EXPECT_EQ(hot_pixels(image, 0, third - 1), 0);
  const long raw = hot_pixels(image, third, 2 * third - 1), dilated = hot_pixels(image, 2 * third, image.width - 1);
  EXPECT_GT(raw, 50);
  EXPECT_GT(dilated, 3 * raw);
}

TEST(AttentionFigure, StripsGrowWithScenesAndCameras) {
  const TestFolder folder;
  const auto size = [&](int scenes, int cameras) {
    std::vector<AttentionScene> list;
    list.reserve(std::size_t(scenes));
    for (int i = 0; i < scenes; ++i) list.push_back(scene(i, cameras));
    const std::string file = folder.file("strip.png");
    write_attention_strip(file, {"demo_0: put it there", "layers 3-4"}, list);
    return read_png(file);
  };
  const Image one = size(1, 1), three = size(3, 1), four = size(4, 1), two_cameras = size(3, 2);
  EXPECT_GT(three.width, 2 * one.width);
  EXPECT_EQ(three.height, one.height);
  EXPECT_EQ(four.width, three.width);
  EXPECT_GT(four.height, three.height);
  EXPECT_GT(two_cameras.height, three.height);
  EXPECT_THROW(write_attention_strip(folder.file("none/strip.png"), {}, std::vector<AttentionScene>{scene(0, 1)}),
               Error);
}

TEST(AttentionFigure, ScaleReachesThePeaks) {
  EXPECT_EQ(heat_full({}), 1);
  // A lone hot cell of 256 would need a scale of 256.
  const double full = heat_full(std::vector<AttentionScene>{scene(0, 1)});
  EXPECT_GE(full, 2);
  EXPECT_LE(full, 256);
}

TEST(AttentionGrid, OneTilePerLayerStepAndHead) {
  const TestFolder folder;
  const auto draw = [&](int layers, int steps, int heads) {
    AttentionCapture capture{
        .wants_heads = true, .steps = steps, .layers = layers, .heads = heads, .tokens = kMapCells};
    capture.share.assign(std::size_t(steps) * layers * heads * kMapCells, 1.f / 1000);
    write_attention_grid(folder.file("grid.png"), {.title = "demo_0, step 4",
                                                   .cameras = {"base"},
                                                   .pictures = {scene(0, 1).cameras[0].picture},
                                                   .capture = capture});
    return read_png(folder.file("grid.png"));
  };
  const Image small = draw(3, 2, 2), wide = draw(3, 4, 2), high = draw(6, 2, 2);
  EXPECT_EQ(wide.height, small.height);
  EXPECT_NEAR(wide.width - small.width, 2 * 75, 1);
  EXPECT_NEAR(high.height - small.height, 3 * 75, 1);
}

}  // namespace
}  // namespace awd
