// Fills page/page.html with tables, data and videos.
#include "analysis/report/report_page.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "analysis/report/base64.h"
#include "analysis/report/chart_data.h"
#include "analysis/report/html_text.h"
#include "analysis/report/option_tables.h"
#include "analysis/report/run_facts.h"
#include "analysis/report/run_tables.h"
#include "analysis/report/theme_css.h"
#include "awd/error.h"
#include "base/check.h"

namespace awd::report_page_files {
std::string_view embedded_file(std::string_view name);  // generated from page/* and Chart.js
}

namespace awd::report {
namespace {

namespace fs = std::filesystem;

/// In the order in which the page runs them: each may use those before it.
constexpr const char* kScripts[] = {"base.js",    "theme.js",   "tables.js",  "charts.js", "frontier.js",
                                    "latency.js", "reasons.js", "episode.js", "tracks.js", "video.js",
                                    "panel.js",   "player.js",  "main.js"};

std::string page_file(const char* name) {
  const std::string_view text = report_page_files::embedded_file(name);
  AWD_CHECK(!text.empty(), "{} is not embedded", name);
  return std::string(text);
}

std::string scripts_html() {
  std::string html = "<script nonce=\"awd\">" + page_file("chart.min.js") + "</script>\n";
  for (const char* name : kScripts) html += "<script nonce=\"awd\">\n" + page_file(name) + "</script>\n";
  return html;
}

std::string facts_html(const RunReport& report) {
  std::string html;
  for (const Fact& fact : run_facts(report)) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_html(fact.title), escape_html(fact.text));
  }
  return html;
}

std::string remarks_html(const RunReport& report) {
  std::string html;
  for (const std::string& remark : run_remarks(report)) html += fmt::format("<li>{}</li>\n", escape_html(remark));
  return html;
}

/// A table, or the sentence that says why there is none.
std::string table_or(const Table& table, const char* sentence) {
  return table.rows.empty() ? fmt::format("<p class=\"absent\">{}</p>\n", sentence) : html_table(table);
}

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream || bytes.empty()) throw Error(file.string(), "expected a video file, got nothing to read");
  return bytes;
}

std::string videos_html(const std::map<int, fs::path>& videos) {
  std::string html;
  for (const auto& [episode, file] : videos) {
    html += fmt::format("<script type=\"text/plain\" class=\"video\" id=\"video-{}\">", episode);
    append_base64(read_file(file), html);
    html += "</script>\n";
  }
  return html;
}

}  // namespace

std::string report_page(const RunReport& report, const std::map<int, fs::path>& videos) {
  return fill_template(page_file("page.html"), [&](std::string_view name) -> std::string {
    if (name == "title") return escape_html(report.name);
    if (name == "theme") return theme_css();
    if (name == "style") return page_file("page.css") + page_file("player.css") + page_file("print.css");
    if (name == "facts") return facts_html(report);
    if (name == "remarks") return remarks_html(report);
    if (name == "headline") return html_table(headline_table(report));
    if (name == "paired") return table_or(paired_table(report), "One arm only: there is nothing to compare.");
    if (name == "tasks") return html_table(task_table(report));
    if (name == "latency") return table_or(latency_table(report), "This run keeps no steps.jsonl: no times are known.");
    if (name == "reasons") return html_table(reason_table(report));
    if (name == "phases") {
      return table_or(phase_table(report), "This run keeps no steps.jsonl: phases and timelines are not known.");
    }
    if (name == "arm_options") return html_table(arm_options_table(report.manifest));
    if (name == "run_json") return html_table(manifest_table(report.manifest));
    if (name == "licence") return escape_html(page_file("chartjs_licence.txt"));
    if (name == "data") return script_json(chart_data(report));
    if (name == "videos") return videos_html(videos);
    AWD_CHECK(name == "scripts", "page.html: unknown place {}", name);
    return scripts_html();
  });
}

}  // namespace awd::report
