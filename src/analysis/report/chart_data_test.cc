// The numbers behind the charts are those of the summaries.
#include "analysis/report/chart_data.h"

#include <gtest/gtest.h>

#include "analysis/report/test_run.h"
#include "base/test_folder.h"

namespace awd::report {
namespace {

TEST(ChartData, FrontierLatencyAndReasons) {
  const TestFolder folder;
  testing::TestRun{}.write(folder.path());
  const RunReport report = read_run_report(folder.path(), {.format = testing::kTestFormat});
  const Json data = chart_data(report);
  const Json& points = data.at("frontier").at(0).at("points");
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].at("control"), true);
  EXPECT_EQ(points[1].at("arm"), "gated");
  EXPECT_NEAR(points[1].at("queries").at("rate"), report.arms[1].full_queries_per_step, 1e-4);
  EXPECT_EQ(points[1].at("success").at("rate"), 1.0);
  const Json& gated = data.at("rows").at(1);
  EXPECT_EQ(gated.at("latency").at("full").at("p50"), 40.0);
  EXPECT_EQ(gated.at("latency").at("reuse").at("n"), 7);
  EXPECT_EQ(gated.at("timeline").size(), std::size_t(kReasonGroupCount));
  EXPECT_EQ(gated.at("timeline").at(0).size(), std::size_t(kTimelineBins));
  EXPECT_EQ(data.at("phases"), Json::array({"reach"}));
  EXPECT_EQ(data.at("reasons").at(int(Reason::kVisionDrift)).at("group"), int(ReasonGroup::kVision));
  EXPECT_EQ(data.at("player").at("units").at("position_residual"), "m");
}

}  // namespace
}  // namespace awd::report
