// Which arms a figure shows, and that both kinds of file are written.
#include "analysis/figures/success_figure.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

ArmSummary arm(const ArmInfo& info, std::int64_t episodes, double queries) {
  ArmSummary summary;
  summary.arm = info;
  summary.episodes = episodes;
  summary.success_rate = 0.5;
  summary.ci95 = {0.3, 0.7};
  summary.full_queries_per_step = queries;
  return summary;
}

std::vector<ArmSummary> summaries() {
  return {arm({"none", "p", "always", "aligned", "clean"}, 2, 1),
          arm({"awd-aligned", "p", "awd", "aligned", "clean"}, 2, 0.25),
          arm({"none", "p", "always", "aligned", "nudge"}, 2, 1), arm({"empty", "p", "awd", "aligned", "nudge"}, 0, 0)};
}

TEST(SuccessFigure, OnePerScenarioWithTheArmsThatRan) {
  const auto figures = success_figures(summaries());
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[0].first, "clean");
  ASSERT_EQ(figures[0].second.points.size(), 2u);
  EXPECT_TRUE(figures[0].second.points[0].is_control);
  EXPECT_FALSE(figures[0].second.points[1].is_control);
  EXPECT_DOUBLE_EQ(figures[0].second.points[1].queries_per_step, 0.25);
  EXPECT_EQ(figures[1].second.points.size(), 1u);
}

TEST(SuccessFigure, WritesPngAndSvg) {
  const TestFolder folder;
  const SuccessFigure figure = success_figures(summaries())[0].second;
  for (const char* name : {"a.png", "a.svg"}) {
    write_success_figure(folder.file(name), figure);
    EXPECT_GT(fs::file_size(folder.file(name)), 1000u) << name;
  }
  EXPECT_THROW(write_success_figure(folder.file("absent/a.png"), figure), Error);
}

}  // namespace
}  // namespace awd
