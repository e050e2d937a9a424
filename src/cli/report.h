// Options of `awd report`.
#pragma once

#include <string>

#include "awd/options.h"

namespace awd::cli {

enum class ReportFormat { kHtml, kMd };

struct ReportOptions {
  std::string out;
  ReportFormat format = ReportFormat::kHtml;
  std::string videos = "all";
  int played_trials = 20;

  template <class V>
  void visit(V&& v) {
    v(Field{"out", "FILE",
            "file to write, - is standard output; default: report.html or report.md in the run directory"},
      out);
    v(Field{"format", "", "html or md (tables only)"}, format);
    v(Field{"videos", "all|none|N", "videos inside of the page: all, none, or the first N"}, videos);
    v(Field{"played_trials", "",
            "most trials per scenario, arm and task in the page's episode player; 0 is all of them", 0, 1e6},
      played_trials);
  }
};

/// What was written, for --json.
struct WrittenReport {
  std::string file{};
  std::size_t bytes = 0;
  std::size_t video_bytes = 0;  // inside of `bytes`, in base64
  int videos = 0;
  std::int64_t episodes = 0;
  std::size_t played_episodes = 0;
};

/// Reads the run directory and writes the report, whole or not at all. Throws awd::Error on bad input.
WrittenReport write_report(const std::string& run, const ReportOptions& options);

}  // namespace awd::cli

namespace awd {

template <>
inline constexpr std::string_view kEnumWords<cli::ReportFormat>[] = {"html", "md"};

}  // namespace awd
