// Escaping, templates, and a table of two cells.
#include "analysis/report/html_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace awd::report {
namespace {

using ::testing::HasSubstr;

TEST(HtmlText, Escapes) {
  EXPECT_EQ(escape_html("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
  EXPECT_EQ(script_json({{"k", "</script>&"}}), R"({"k":"\u003c/script\u003e\u0026"})");
  EXPECT_EQ(nlohmann::json::parse(script_json({{"k", "<&>"}})).at("k"), "<&>");
  EXPECT_NO_THROW((void)script_json({{"k", "\xff"}}));  // no UTF-8
}

TEST(HtmlText, TemplatesAreFilledOnce) {
  const auto value = [](std::string_view name) { return name == "a" ? std::string("{{b}}") : std::string("B"); };
  EXPECT_EQ(fill_template("1 {{a}} 2 {{b}} 3 {{", value), "1 {{b}} 2 B 3 {{");
}

TEST(HtmlText, TablesCarryNumbersAndIntervals) {
  Table table{.id = "t", .caption = "A & B"};
  table.columns = {{"arm", "who", true}, {"success %", "how often", false, 0, 100}};
  table.rows = {{word_cell("x<y"), percent_cell(0.5, {0.25, 0.75})}};
  const std::string html = html_table(table);
  EXPECT_THAT(html, HasSubstr("<caption>A &amp; B</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"text\"><span class=\"value\">x&lt;y</span></th>"));
  EXPECT_THAT(html,
              HasSubstr("data-number=\"50\"><span class=\"value\">50.0</span> <span class=\"interval\">[25.0, 75.0]"));
  EXPECT_THAT(html, HasSubstr("--low:25.00%;--high:75.00%;--at:50.00%"));
}

TEST(ReportTable, WhatIsNotKnownIsADash) {
  EXPECT_EQ(number_cell(Cell::kNoNumber, 1).text, "–");
  EXPECT_EQ(interval_cell(2, {1, Cell::kNoNumber}, 1).interval, "[1.0, –]");
  EXPECT_EQ(percent_cell(Cell::kNoNumber, {0, 1}).interval, "");
}

}  // namespace
}  // namespace awd::report
