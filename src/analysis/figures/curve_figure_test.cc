// Curves, phases, key actions, anchors and thresholds are where they belong; both kinds of file are written.
#include "analysis/figures/curve_figure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "analysis/figures/distribution_figure.h"
#include "analysis/figures/palette.h"
#include "awd/error.h"
#include "base/test_folder.h"
#include "io/image.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

std::vector<DriftRow> rows() {
  std::vector<DriftRow> list;
  for (int i = 0; i < 40; ++i) {
    DriftRow row{.episode = i / 20, .step = i % 20, .phase = i < 20 ? "reach" : "grasp", .is_key = i >= 20 && i < 30};
    row.is_anchor = i % 10 == 0;
    for (FrameDrift& drift : row.drift) {
      drift.state = drift.weighted = i == 0 ? kNoDrift : float(i % 10);
      drift.raw = 50 * drift.state;
    }
    list.push_back(row);
  }
  return list;
}

/// Pixels of exactly that colour.
std::int64_t count(const Image& image, const Colour& colour) {
  std::int64_t n = 0;
  for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    n += Colour{image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]} == colour ? 1 : 0;
  }
  return n;
}

TEST(CurveFigure, ShowsPhasesAndKeyActions) {
  const TestFolder folder;
  const auto all = rows();
  CurveFigure figure{.title = "demo_0", .rows = all};
  figure.thresholds[0] = {"recommended", 4, 4};
  write_curve_figure(folder.file("a.png"), figure);
  const Image image = read_png(folder.file("a.png"));
  EXPECT_GT(count(image, phase_tint("reach")), 50'000);
  EXPECT_GT(count(image, phase_tint("grasp")), 50'000);
  EXPECT_EQ(count(image, phase_tint("lift")), 0);
  // A quarter of the frames, in three panels: bars of 5 pixels below a plot of 974.
  EXPECT_NEAR(double(count(image, kSeriesColours[3])), 3 * 5 * 974 / 4.0, 1000);
}

TEST(CurveFigure, WritesBothKindsOfFileEvenOfNothing) {
  const TestFolder folder;
  for (const char* name : {"a.png", "a.svg"}) {
    write_curve_figure(folder.file(name), {.title = "nothing", .rows = {}});
    EXPECT_GT(fs::file_size(folder.file(name)), 1000u) << name;
  }
  EXPECT_THROW(write_curve_figure(folder.file("absent/a.png"), {.title = "", .rows = {}}), Error);
}

TEST(DistributionFigure, WritesBothKindsOfFile) {
  const TestFolder folder;
  const auto all = rows();
  const auto signals = summarise_drift(all, {.cameras = {"base"}, .bootstrap = {.resamples = 20}, .threads = 1});
  for (const char* name : {"a.png", "a.svg"}) {
    write_distribution_figure(folder.file(name), all, signals);
    EXPECT_GT(fs::file_size(folder.file(name)), 1000u) << name;
  }
  const auto none = summarise_drift({}, {.cameras = {"base"}, .bootstrap = {.resamples = 20}, .threads = 1});
  write_distribution_figure(folder.file("none.png"), {}, none);
  EXPECT_GT(fs::file_size(folder.file("none.png")), 1000u);
}

}  // namespace
}  // namespace awd
