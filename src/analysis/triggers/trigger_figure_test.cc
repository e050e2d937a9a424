// The rows of the raster, and three of its pixels: a tick lies at its step in its reason's colour, over its phase.
#include "analysis/triggers/trigger_figure.h"

#include <gtest/gtest.h>

#include "analysis/test_logs.h"
#include "analysis/triggers/trigger_bars.h"
#include "analysis/triggers/trigger_raster.h"
#include "analysis/triggers/trigger_tally.h"
#include "awd/error.h"
#include "base/test_folder.h"
#include "io/image.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using testing::logged_episode;

TriggerSummary summary(int episodes) {
  TriggerTally tally({.resamples = 10});
  for (int i = 0; i < episodes; ++i) {
    auto logged = logged_episode("awd", i % 2 == 0 ? "cup" : "box", std::uint64_t(i), i > 0, "FrrrSrrrVrrrSrrrrrrr");
    for (int step = 4; step < 12; ++step) logged.steps[std::size_t(step)].phase = "lift";
    tally.add(logged.episode, logged.steps);
  }
  return tally.summaries()[0];
}

Colour colour_at(const Image& image, double x, double y) {
  const std::uint8_t* pixel = &image.pixels[3 * (std::size_t(y) * std::size_t(image.width) + std::size_t(x))];
  return {pixel[0], pixel[1], pixel[2]};
}

TEST(TriggerRaster, TakesAsManyEpisodesOfEveryTask) {
  const TriggerSummary arm = summary(10);
  const auto rows = raster_rows(arm.traces, 6);
  ASSERT_EQ(rows.size(), 6u);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(rows[std::size_t(i)]->task, i < 3 ? "cup" : "box");
  EXPECT_EQ(rows[1], &arm.traces[2]);
  EXPECT_EQ(raster_rows(arm.traces, 2).size(), 2u) << "one of each";
  EXPECT_EQ(raster_rows(arm.traces, 1).size(), 1u);
}

TEST(TriggerRaster, TicksLieAtTheirSteps) {
  const TestFolder folder;
  const TriggerSummary arm = summary(1);
  const auto rows = raster_rows(arm.traces, 1);
  const double height = raster_height(1);
  write_drawing(folder.file("a.png"), 576, height, [&rows, height](Canvas& canvas) {
    draw_raster(canvas, {0, 0, 576, height}, rows);
  });
  const Image image = read_png(folder.file("a.png"));
  const double x0 = 150, pitch = (576.0 - 150 - 26) / 20;  // 20 pixels a step, as the raster lays it out
  const double y = 34 + 7;
  EXPECT_EQ(colour_at(image, x0 + 0 * pitch + 2, y), colour_of(Reason::kFirstStep));
  EXPECT_EQ(colour_at(image, x0 + 4 * pitch + 2, y), colour_of(Reason::kStateGuard));
  EXPECT_EQ(colour_at(image, x0 + 8 * pitch + 2, y), colour_of(Reason::kVisionDrift));
  EXPECT_EQ(colour_at(image, x0 + 2 * pitch + 2, y), phase_tint("reach"));
  EXPECT_EQ(colour_at(image, x0 + 6 * pitch + 2, y), phase_tint("lift"));
}

TEST(TriggerBars, CommonTop) {
  BarPanel panel;
  panel.bars.push_back({"a", {}});
  EXPECT_DOUBLE_EQ(common_top({&panel, 1}), 0.05) << "nothing counted";
  for (int i = 0; i < 87; ++i) panel.bars[0].counts.add(Reason::kReuse);
  for (int i = 0; i < 13; ++i) panel.bars[0].counts.add(Reason::kVisionDrift);
  EXPECT_NEAR(common_top({&panel, 1}), 0.15, 1e-12);
}

TEST(TriggerFigure, WritesPngAndSvg) {
  const TestFolder folder;
  const TriggerSummary arm = summary(4);
  for (const char* name : {"a.png", "a.svg"}) {
    write_trigger_figure(folder.file(name), arm);
    EXPECT_GT(fs::file_size(folder.file(name)), 5000u) << name;
  }
  EXPECT_THROW(write_trigger_figure(folder.file("absent/a.png"), arm), Error);
  write_trigger_figure(folder.file("empty.png"), {});
  EXPECT_TRUE(fs::exists(folder.file("empty.png"))) << "an arm without steps";
}

}  // namespace
}  // namespace awd
