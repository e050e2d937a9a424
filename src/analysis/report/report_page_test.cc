// The page and its Markdown sister as text; tests/report opens the page in a browser.
#include "analysis/report/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/report/report_markdown.h"
#include "analysis/report/test_run.h"
#include "awd/error.h"
#include "base/test_folder.h"

namespace awd::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestRun;

const ReadOptions kOptions{.format = testing::kTestFormat};

RunReport make_report(const std::string& folder, const TestRun& run) {
  run.write(folder);
  return read_run_report(folder, kOptions);
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(ReportPage, HoldsEverything) {
  const TestFolder folder;
  const std::string page = report_page(make_report(folder.path(), TestRun{}), {});
  for (const char* part : {"id=\"headline-table\"", "id=\"paired-table\"", "id=\"latency-table\"",
                           "id=\"reason-table\"", "id=\"phase-table\"", "id=\"run-json\"", "Chart.js v3.9.1",
                           "Permission is hereby granted", "[9.5, 90.5]", "--group-vision:#d55e00"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  // Nothing is fetched: no address in any attribute.
  EXPECT_THAT(page, Not(::testing::ContainsRegex("(src|href)=\"?(https?:|//)")));
}

TEST(ReportPage, NamesCannotBecomeMarkup) {
  const TestFolder folder;
  const std::string hostile = "</script><img src=x onerror=alert(1)>\"'&{{data}}|`*";
  TestRun run{.arms = {"none", hostile}};
  for (testing::LoggedEpisode& logged : run.episodes) {
    if (logged.episode.arm != "none") logged.episode.arm = hostile;
    logged.episode.task = "<b>{{videos}}";
  }
  const RunReport report = make_report(folder.path(), run);
  const std::string page = report_page(report, {});
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<b>{{")));
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;{{data}}|`*"));
  EXPECT_THAT(page, HasSubstr(R"(\u003c/script\u003e\u003cimg src=x)"));
  const TestFolder plain;
  EXPECT_EQ(count(page, "</script>"), count(report_page(make_report(plain.path(), TestRun{}), {}), "</script>"));

  const std::string markdown = report_markdown(report);
  EXPECT_THAT(markdown, HasSubstr(R"(\</script\>\<img src=x onerror=alert(1)\>"'\&{{data}}\|\`\*)"));
}

TEST(ReportPage, EmbedsVideos) {
  const TestFolder folder;
  const RunReport report = make_report(folder.path(), TestRun{});
  std::ofstream(folder.file("a.mp4")) << "four";
  const std::string page = report_page(report, {{2, folder.file("a.mp4")}});
  EXPECT_THAT(page, HasSubstr("id=\"video-2\">Zm91cg==</script>"));
  EXPECT_THROW((void)report_page(report, {{2, folder.file("absent.mp4")}}), Error);
}

TEST(ReportMarkdown, HasTheNumbers) {
  const TestFolder folder;
  const std::string text = report_markdown(make_report(folder.path(), TestRun{}));
  EXPECT_THAT(text, HasSubstr("| arm | solved | success % |"));
  EXPECT_THAT(text, HasSubstr("| none | 1/2 | 50.0 [9.5, 90.5] | 1.000 "));
  EXPECT_THAT(text, HasSubstr("| gated | none | +50.0 ["));
  EXPECT_THAT(text, HasSubstr("| gated | state_guard | state guard | 1 | 9.1 ["));
}

}  // namespace
}  // namespace awd::report
